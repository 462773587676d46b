"""A file from its address: streamed to the disk, resumed where it broke off.

What has come is kept between runs; it is resumed only where the server says by its
validator that it is still the same file.

Source: RFC 9110, 13.1.5 (If-Range), 14 (range requests).
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urldefrag

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from archive.errors import ArchiveUnwritable, DownloadFailed
from archive.holdings import INGESTED
from archive.ingest.ask import Asker, AskSettings, Passing
from archive.layout import DOWNLOADS, PARTIAL_SUFFIX, Archive, write_atomically
from archive.lock import hold
from archive.warc.openfile import sha256_of

_STEP = 1 << 18
# Waits between attempts; a server that is restarted is back within them.
_WAITS_S = (1.0, 4.0, 16.0)
_SPACE_BYTES = 64 << 20

OnBytes = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that has come whole: where it lies, and the address it has been asked for by."""

    path: Path
    url: str


@dataclass(frozen=True, slots=True)
class _State:
    """What is known of a file that has begun to come; kept beside it."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    """Bytes of the whole file, where the server said so."""

    @property
    def validator(self) -> str | None:
        """What a server can tell the same file by; a weak tag cannot."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else None
        return strong or self.last_modified


@dataclass(frozen=True, slots=True)
class Downloader:
    """Brings files to ``warcs/ingested/``, below a hidden directory, from which they are taken in.

    Attributes:
        archive: The archive.
        settings: How to ask.
        min_free_bytes: The disk keeps at least this much free.
        on_bytes: Told how many bytes have come, and of how many where that is known.
        wait: Waits the given number of seconds.
    """

    archive: Archive
    settings: AskSettings
    min_free_bytes: int = 0
    on_bytes: OnBytes = lambda _come, _all: None
    wait: Callable[[float], None] = time.sleep

    def fetch(self, url: str) -> Downloaded:
        """Have the file at an address, whole; ``#sha256=…`` says what it must be.

        Raises:
            DownloadFailed: it cannot be downloaded, or is another one than was asked for.
            ArchiveUnwritable: the disk is full or cannot be written.
            ArchiveLocked: another process is at the same file.
        """
        address, fragment = urldefrag(url)
        name = hashlib.sha256(address.encode()).hexdigest()[:24]
        directory = self.archive.warcs_dir / INGESTED / DOWNLOADS
        path = directory / f"{name}{PARTIAL_SUFFIX}"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with hold(path.with_suffix(".lock"), purpose="ingest"):
                self._complete(address, path)
                _verify(path, address, fragment)
        except OSError as error:
            raise ArchiveUnwritable(
                f"{path}: cannot be written: {error.strerror or error}; check the disk, then "
                "run again: what has come is kept"
            ) from error
        return Downloaded(path, address)

    def done(self, downloaded: Downloaded) -> None:
        """Forget a file that has been taken in, or that nobody wants."""
        for suffix in (PARTIAL_SUFFIX, ".json", ".lock"):
            downloaded.path.with_suffix(suffix).unlink(missing_ok=True)
        with suppress(OSError):
            downloaded.path.parent.rmdir()

    def _complete(self, url: str, path: Path) -> None:
        asker = Asker(self.settings)
        for wait_s in (*_WAITS_S, None):
            before = _size(path)
            try:
                self._attempt(asker, url, path)
            except (Passing, HTTPError) as error:
                if wait_s is None:
                    kept = (
                        f"; {_size(path):,} bytes are kept, and the next run resumes there"
                        * bool(_size(path))
                    )
                    raise DownloadFailed(f"{url}: {_line(error)}{kept}; run again later") from error
                if _size(path) == before:
                    self.wait(wait_s)
            else:
                return

    def _attempt(self, asker: Asker, url: str, path: Path) -> None:
        state = _read_state(path, url)
        have = _size(path) if state.validator else 0
        if state.size is not None and have == state.size:
            return
        headers = {"Range": f"bytes={have}-", "If-Range": state.validator or ""} if have else {}
        with asker.get(url, headers) as response:
            if response.status == 416 and have:
                path.unlink()
                raise Passing("the server has another file by now; it is asked for again")
            if response.status not in (200, 206):
                raise DownloadFailed(f"{url}: answered with {response.status} {response.reason}")
            start = _start_of(response, have)
            state = _state_of(url, response, start)
            write_atomically(path.with_suffix(".json"), json.dumps(asdict(state)))
            with path.open("r+b" if start else "wb") as file:
                file.seek(start)
                file.truncate()
                self._receive(response, file, state.size)
        if state.size is not None and _size(path) != state.size:
            raise Passing(f"{_size(path):,} bytes came of {state.size:,}")

    def _receive(self, response: BaseHTTPResponse, file: BinaryIO, size: int | None) -> None:
        come = looked = file.tell()
        self._require_room(Path(file.name), (size or come) - come)
        for piece in response.stream(_STEP, decode_content=False):
            file.write(piece)
            come += len(piece)
            if come - looked >= _SPACE_BYTES:
                looked = come
                self._require_room(Path(file.name), 0)
            self.on_bytes(come, size)

    def _require_room(self, path: Path, wanted: int) -> None:
        free = shutil.disk_usage(path.parent).free
        if self.min_free_bytes and free - wanted < self.min_free_bytes:
            raise ArchiveUnwritable(
                f"{path.parent}: the disk has {free:,} bytes free, {wanted:,} more are to come and "
                f"the floor is {self.min_free_bytes:,} (crawl.min_free_bytes); make room or lower "
                "the floor, then run again: what has come is kept"
            )


def _start_of(response: BaseHTTPResponse, have: int) -> int:
    """Where what the server sends belongs."""
    if response.status == 200:
        return 0
    if (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-"):
        return have
    raise Passing(f"asked for bytes from {have}, got {response.headers.get('Content-Range')!r}")


def _state_of(url: str, response: BaseHTTPResponse, start: int) -> _State:
    length = response.headers.get("Content-Length") or ""
    size = start + int(length) if length.isascii() and length.isdigit() else None
    return _State(url, response.headers.get("ETag"), response.headers.get("Last-Modified"), size)


def _read_state(path: Path, url: str) -> _State:
    try:
        return _State(**json.loads(path.with_suffix(".json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return _State(url)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _verify(path: Path, url: str, fragment: str) -> None:
    name, _, wanted = fragment.partition("=")
    if name.lower() != "sha256":
        return
    with path.open("rb") as file:
        found = sha256_of(iter(lambda: file.read(_STEP), b""))
    if found != wanted.lower():
        path.unlink()
        raise DownloadFailed(f"{url}: SHA-256 is {found}, asked for {wanted}; nothing was taken in")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
