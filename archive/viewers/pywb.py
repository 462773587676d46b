"""pywb over our CDX server and the WARC files where they lie, as a process of its own."""

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import CannotServe
from archive.layout import Archive
from archive.process import module_command

HOST = "127.0.0.2"
COLLECTION = "press"


@dataclass(frozen=True, slots=True)
class Pywb:
    """A running pywb: its collection's address, and the command to run it by hand."""

    port: int
    command: str
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        """Where its collection is."""
        return f"http://{HOST}:{self.port}/{COLLECTION}/"

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.process.poll() is not None

    def answers(self) -> bool:
        """Whether it can be connected to."""
        with socket.socket() as asking:
            asking.settimeout(1)
            return asking.connect_ex((HOST, self.port)) == 0


def free_port(wanted: int) -> int:
    """The port that pywb is to have: the one wanted, or any that is free.

    Raises:
        CannotServe: it is taken, or this machine has no such address.
    """
    try:
        with socket.create_server((HOST, wanted)) as held:
            return int(held.getsockname()[1])
    except OSError as error:
        raise CannotServe(
            f"{HOST}:{wanted}: pywb cannot listen there: {error.strerror}; choose another "
            "--script-port, or 0 for any free one (macOS: `ifconfig lo0 alias 127.0.0.2` first)"
        ) from error


@contextmanager
def run_pywb(wayback: Path, archive: Archive, *, cdx: str, port: int) -> Iterator[Pywb]:
    """Run it until the block ends.

    Args:
        wayback: pywb's command.
        archive: The archive whose WARC files it reads.
        cdx: The address of our CDX server in pywb's dialect.
        port: What it listens at, on `HOST`.

    Raises:
        CannotServe: it cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="microfiche-pywb-") as directory:
        # JSON is YAML, and needs no writer of it.
        config = json.dumps(config_of(archive, cdx), indent=1)
        (Path(directory) / "config.yaml").write_text(config, "utf-8")
        asked = (wayback, "-b", HOST, "-p", port, "-d", directory)
        command = module_command("archive.viewers.keeper", *asked)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # What Python finds for us is not what it should find for pywb.
                env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
            )
        except OSError as error:
            raise CannotServe(f"{wayback}: cannot be started: {error.strerror}") from error
        try:
            yield Pywb(port, " ".join(map(str, asked)), process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def config_of(archive: Archive, cdx: str) -> dict[str, object]:
    """The configuration of pywb.

    >>> config_of(Archive(Path("/a")), "http://127.0.0.1:8080/cdx")["collections"]["press"]["index"]
    'cdx+http://127.0.0.1:8080/cdx'
    """
    collection = {"index": f"cdx+{cdx}", "archive_paths": f"{archive.warcs_dir}/"}
    return {"collections": {COLLECTION: collection}, "enable_auto_colls": False}
