"""Tokens got in the background: a service that is away never holds up a crawl.

Whatever is sealed and has no token is asked for, the oldest first, at the next chance: in this run,
in the next one, or by ``microfiche check --repair``.
"""

import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from archive.errors import NotStamped
from archive.layout import OPEN_SUFFIX
from archive.seal.beside import write_token
from archive.seal.tokens import QUERY_TYPE, query_for, read_roots, read_token
from archive.times import from_timestamp
from archive.warc.openfile import MANIFEST_SUFFIX, STAMP_SUFFIX

logger = logging.getLogger(__name__)

TOKEN_SUFFIX = MANIFEST_SUFFIX + STAMP_SUFFIX
# A token with its certificates has some 6 kB.
MAX_TOKEN_BYTES = 1 << 20
_TIMEOUT_S = 20.0
# Services ask for patience between requests; many files may wait when they are first asked.
_PAUSE_S = 1.0
_AGAIN_S = 600.0
_CLOSE_S = 10.0
_STAMP_OF_NAME = re.compile(r"-(\d{14})-\d+\.warc(?:\.gz)?(?:\.open)?$")

Ask = Callable[[str, bytes], bytes]


def ask(url: str, message: bytes) -> bytes:
    """Post a request to a time-stamping service; its answer.

    Raises:
        NotStamped: it cannot be reached, or answers no token.

    Source: RFC 3161, 3.4.
    """
    with PoolManager(retries=False, timeout=Timeout(total=_TIMEOUT_S)) as pool:
        try:
            reply = pool.request(
                "POST",
                url,
                body=message,
                headers={"Content-Type": QUERY_TYPE},
                preload_content=False,
            )
            body = reply.read(MAX_TOKEN_BYTES + 1, decode_content=True)
            reply.release_conn()
        except (HTTPError, OSError) as error:
            raise NotStamped(f"{url}: cannot be reached: {error}"[:500]) from error
    if reply.status != 200 or len(body) > MAX_TOKEN_BYTES:
        raise NotStamped(f"{url}: answered {reply.status} with {len(body)} bytes, expected a token")
    return bytes(body)


def stamp(
    warcs_dir: Path,
    filename: str,
    url: str,
    roots: tuple[x509.Certificate, ...] = (),
    *,
    ask: Ask = ask,
) -> Path:
    """Get a token for the manifest of a sealed file and keep it beside it, durably.

    Raises:
        NotStamped: there is no manifest, no answer, or a bad one; nothing is kept of that.
        OSError: it cannot be written.
    """
    manifest = warcs_dir / (filename + MANIFEST_SUFFIX)
    if not manifest.is_file():
        raise NotStamped(f"{filename}: has no manifest to stamp; run microfiche check --repair")
    content = manifest.read_bytes()
    query = query_for(content)
    reply = ask(url, query.message)
    read_token(reply, content, roots, nonce=query.nonce)
    return write_token(manifest, reply)


def token_path(warcs_dir: Path, filename: str) -> Path:
    """Where the token of a sealed file is kept."""
    return warcs_dir / (filename + TOKEN_SUFFIX)


def without_token(warcs_dir: Path) -> list[str]:
    """Sealed files with a manifest and no token, by name: the oldest first."""
    found = sorted(warcs_dir.rglob(f"*{MANIFEST_SUFFIX}"))
    names = [path.relative_to(warcs_dir).as_posix().removesuffix(MANIFEST_SUFFIX) for path in found]
    return [name for name in names if not token_path(warcs_dir, name).exists()]


def load_roots(place: str, root: Path) -> tuple[x509.Certificate, ...]:
    """The authority's certificates: a PEM file, its path from the archive's directory.

    Raises:
        NotStamped: it cannot be read, or holds none.
    """
    if not place:
        return ()
    path = root / place
    try:
        return read_roots(path.read_bytes())
    except OSError as error:
        raise NotStamped(f"seal.timestamp_ca: {path}: cannot be read: {error.strerror}") from error


class Stamper:
    """Asks for tokens on a thread of its own.

    Args:
        warcs_dir: The archive's ``warcs/``.
        url: The service.
        roots: What a signature must lead to; none: it is not looked at.
        ask: Asks it.
        pause_s: Between two requests.
    """

    def __init__(
        self,
        warcs_dir: Path,
        url: str,
        roots: tuple[x509.Certificate, ...] = (),
        *,
        ask: Ask = ask,
        pause_s: float = _PAUSE_S,
    ) -> None:
        self._dir, self._url, self._roots = warcs_dir, url, roots
        self._ask, self._pause = ask, pause_s
        self._recorded = _last_opened(warcs_dir)
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        for name in without_token(warcs_dir):
            self._queue.put(name)
        self._thread = threading.Thread(target=self._run, name="time-stamps", daemon=True)
        self._thread.start()

    def sealed(self, filename: str) -> None:
        """Have a file stamped soon."""
        self._queue.put(filename)

    def unrecorded(self) -> Iterator[tuple[str, bytes]]:
        """Tokens kept since the last WARC file was begun, each with the file that it is of."""
        since, self._recorded = self._recorded, time.time()
        for path in sorted(self._dir.rglob(f"*{TOKEN_SUFFIX}")):
            if path.stat().st_mtime >= since:
                name = path.relative_to(self._dir).as_posix().removesuffix(TOKEN_SUFFIX)
                yield name, path.read_bytes()

    def close(self) -> None:
        """Wait a little for what was sealed last; what is not there then is asked for next time."""
        self._queue.put(None)
        self._ending.set()
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        while (name := self._queue.get()) is not None:
            try:
                stamp(self._dir, name, self._url, self._roots, ask=self._ask)
            except (NotStamped, OSError) as error:
                logger.warning("%s: not time-stamped yet: %s", name, error)
                if self._ending.wait(_AGAIN_S):
                    return
                self._queue.put(name)
            else:
                self._ending.wait(self._pause)


def _last_opened(warcs_dir: Path) -> float:
    """When the newest file of ours was begun, by its name; 0 where there is none."""
    names = (
        path.name for path in warcs_dir.rglob("*.warc*") if path.suffix in (".gz", OPEN_SUFFIX)
    )
    found = [match[1] for name in names if (match := _STAMP_OF_NAME.search(name))]
    return from_timestamp(max(found)).timestamp() if found else 0.0
