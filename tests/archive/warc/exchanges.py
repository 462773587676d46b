"""Exchanges, small archives and the checkers of others, for the tests of this room."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.layout import Archive
from archive.warc.exchange import Exchange
from archive.warc.reader import iter_records
from archive.warc.writer import WarcWriter

MOMENT = datetime(2026, 11, 22, 16, 0, 0, 123456, tzinfo=UTC)
BIN = Path(sys.executable).parent


def response(body: bytes = b"<p>news</p>", *lines: bytes, status: bytes = b"200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status, *lines, b"Content-Length: %d" % len(body), b"", b""]
    return b"\r\n".join(head) + body


def exchange(path: str = "/", raw: bytes | None = None, **values: Any) -> Exchange:
    metadata = {"source": "herald", "kind": "article", **values.pop("metadata", {})}
    return Exchange(
        target_uri=f"http://news.example{path}",
        started_at=MOMENT,
        request=f"GET {path} HTTP/1.1\r\nHost: news.example\r\n\r\n".encode(),
        response=response() if raw is None else raw,
        ip="192.0.2.7",
        protocol=("http/1.1",),
        metadata=metadata,
        **values,
    )


def counted_ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"<urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}>"


def make_writer(warcs_dir: Path, **values: Any) -> WarcWriter:
    warcs_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "prefix": "test",
        "info": {"software": "microfiche/0", "robots": "obey", "contact": ""},
        "config_redacted": "layout = 1\n",
        "clock": lambda: MOMENT,
    }
    return WarcWriter(warcs_dir, **options | values)


def archive_at(root: Path) -> Archive:
    (root / "warcs").mkdir(parents=True, exist_ok=True)
    return Archive(root)


def sealed(root: Path) -> list[Path]:
    return sorted(root.rglob("*.warc.gz"))


def warcio_faults(path: Path) -> str:
    """What `warcio check` says; empty for a sound file.

    With Brotli hidden: warcio 1.8 sets an attribute that brotli 1.2's class does not take, and
    breaks off at any Brotli body, whoever wrote it. It digests bodies as they are coded anyway.
    """
    script = "import sys; sys.modules['brotli'] = None; from warcio.cli import main; main()"
    command = [sys.executable, "-c", script, "check", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout + done.stderr


def fastwarc_passes(path: Path) -> bool:
    """Whether `fastwarc check` passes, payload digests included.

    With ``--verify-payloads`` fastwarc digests the payload that a revisit does not contain; the
    standard wants the digest there (WARC/1.1, 6.7.2), so those alone may fail.
    """
    plain = subprocess.run([BIN / "fastwarc", "check", "-q", path], check=False)
    command = [BIN / "fastwarc", "check", "-q", "--verify-payloads", "-o", "-", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = {line.partition(": ")[0] for line in done.stdout.splitlines() if "FAIL" in line}
    revisits = {
        record.record_id for record in iter_records(path, filename="x") if record.type == "revisit"
    }
    return plain.returncode == 0 and failed <= revisits
