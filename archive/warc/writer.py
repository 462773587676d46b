"""The writer: one thread, many waiting, one fsync for all of them.

Exchanges queue up while the disk is busy; the next commit takes all of them. Each waits for
its own future, which is resolved only when its records would survive a power cut.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive.errors import ArchiveUnwritable, WarcError
from archive.layout import OPEN_SUFFIX
from archive.times import to_timestamp, to_warc_date, utc_now
from archive.warc.exchange import Exchange, Written
from archive.warc.openfile import OpenWarc
from archive.warc.records import (
    Built,
    FindPayload,
    RecordWriter,
    build,
    certificates_record,
    config_record,
    is_page,
    new_record_id,
    rules_record,
    token_record,
    warcinfo_record,
)

logger = logging.getLogger(__name__)

# A commit takes at most this many exchanges or bytes, so that the first of a rush does not
# wait for the last. At 64 the fsync (0.8 ms) is below 2% of the commit already.
MAX_BATCH = 64
MAX_BATCH_BYTES = 32 * 1024 * 1024
MAX_PAGES_REMEMBERED = 10_000


@dataclass(slots=True)
class WriterStats:
    """What a writer has done so far; read it from any thread."""

    exchanges: int = 0
    commits: int = 0
    bytes: int = 0
    revisits: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    exchange: Exchange
    future: Future[Written]


@dataclass(slots=True)
class _Batch:
    """Members not yet written, and who waits for them."""

    members: list[bytes] = field(default_factory=list)
    size: int = 0
    waiting: list[tuple[Future[Written], Written]] = field(default_factory=list)


class WarcWriter:
    """Writes exchanges into WARC files below one directory.

    The caller holds the archive's lock. No file is made before the first exchange.

    Args:
        warcs_dir: The archive's ``warcs/``.
        prefix: Start of every file's name.
        info: Fields of the warcinfo record: software, operator, robots policy and the like.
        config_redacted: The run's configuration without secrets, kept as a resource record.
        rules: The operator's rules in force, kept as a resource record, too; None: there are none.
        tokens: Time-stamp tokens not yet in a record, each with the file that it is of; asked as
            each file is begun.
        roll_bytes: A file is sealed before it grows beyond this.
        min_free_bytes: The disk is never filled beyond this floor; 0: no floor.
        find_payload: Digest of an entity -> a durable capture of it, or None. Called on the
            writer's thread.
        on_durable: Called on the writer's thread after each commit with the file (relative to
            ``warcs/``, sealed form) and the offset up to which it is durable.
        on_sealed: Called on the writer's thread with a sealed file and its SHA-256.
    """

    def __init__(  # noqa: PLR0913 - all of them are named where it is called, once
        self,
        warcs_dir: Path,
        *,
        prefix: str,
        info: Mapping[str, str],
        config_redacted: str,
        rules: str | None = None,
        tokens: Callable[[], Iterable[tuple[str, bytes]]] = tuple,
        roll_bytes: int = 1_000_000_000,
        min_free_bytes: int = 0,
        find_payload: FindPayload = lambda _digest: None,
        on_durable: Callable[[str, int], None] = lambda _filename, _offset: None,
        on_sealed: Callable[[str, str], None] = lambda _filename, _sha256: None,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_record_id,
    ) -> None:
        self.stats = WriterStats()
        self._dir, self._prefix = warcs_dir, prefix
        self._info, self._config, self._rules = dict(info), config_redacted, rules
        self._tokens = tokens
        self._chains: set[bytes] = set()
        self._roll, self._min_free = roll_bytes, min_free_bytes
        self._find_payload = find_payload
        self._on_durable, self._on_sealed = on_durable, on_sealed
        self._clock, self._new_id = clock, new_id
        self._records = RecordWriter(warc_version="1.1")
        self._pages: dict[str, str] = {}
        self._serial = 0
        self._file: OpenWarc | None = None
        self._warcinfo_id = ""
        self._head_size = 0
        self._failed: ArchiveUnwritable | None = None
        self._closed = False
        self._entrance = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="warc-writer", daemon=True)
        self._thread.start()

    def submit(self, exchange: Exchange) -> Future[Written]:
        """Queue one exchange; the future is resolved once it is durable.

        The future raises `ArchiveUnwritable` when the archive can no longer be written, and
        `WarcError` when this exchange cannot be put into records. It cannot be cancelled.

        Raises:
            RuntimeError: the writer is closed.
        """
        future: Future[Written] = Future()
        future.set_running_or_notify_cancel()
        with self._entrance:
            if self._closed:
                raise RuntimeError("the WARC writer is closed")
            self._queue.put(_Waiting(exchange, future))
        return future

    def close(self) -> None:
        """Write what is queued, seal the file, end the thread.

        Raises:
            ArchiveUnwritable: the archive could not be written to the end.
        """
        with self._entrance:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        if self._failed:
            raise self._failed

    def _run(self) -> None:
        going_on = True
        while going_on:
            taken, going_on = self._take()
            if self._failed is None:
                self._guard(self._commit, taken)
            self._refuse(taken)
        if self._failed is None:
            self._guard(self._seal)

    def _guard(self, action: Callable[..., None], *arguments: list[_Waiting]) -> None:
        try:
            action(*arguments)
        except ArchiveUnwritable as error:
            self._fail(error)
        except Exception as error:  # else everybody would wait for ever
            logger.exception("the WARC writer stopped")
            self._fail(ArchiveUnwritable(f"{self._dir}: the WARC writer stopped: {error!r}"))

    def _fail(self, error: ArchiveUnwritable) -> None:
        self._failed = error
        if self._file:
            self._file.abandon()
            self._file = None

    def _refuse(self, taken: list[_Waiting]) -> None:
        if self._failed is not None:
            for waiting in taken:
                if not waiting.future.done():
                    waiting.future.set_exception(self._failed)

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for one exchange, then take what else is there; False when it was the last."""
        taken: list[_Waiting] = []
        size = 0
        while len(taken) < MAX_BATCH and size < MAX_BATCH_BYTES:
            try:
                item = self._queue.get(block=not taken)
            except queue.Empty:
                break
            if item is None:
                return taken, False
            taken.append(item)
            size += len(item.exchange.response)
        return taken, True

    def _commit(self, taken: list[_Waiting]) -> None:
        batch = _Batch()
        for waiting in taken:
            self._open(batch)
            try:
                built = build(
                    waiting.exchange,
                    warcinfo_id=self._warcinfo_id,
                    find_payload=self._find_payload,
                    find_page=self._pages.get,
                    new_id=self._new_id,
                )
                members = [self._records.member(record) for record in built.records]
            except ArchiveUnwritable:
                raise
            except Exception as error:  # noqa: BLE001 - one exchange, told to the one who waits
                logger.warning("%s: no record: %s", waiting.exchange.target_uri, error)
                waiting.future.set_exception(_no_record(waiting.exchange, error))
                continue
            if is_page(waiting.exchange):
                self._remember_page(waiting.exchange.target_uri, built.record_id)
            if self._make_room(batch, sum(map(len, members))):
                # Records name the warcinfo of the file that they are in.
                for record in built.records:
                    record.rec_headers.replace_header("WARC-Warcinfo-ID", self._warcinfo_id)
                members = [self._records.member(record) for record in built.records]
            self._add_certificates(batch, waiting.exchange)
            self._add(batch, waiting, built, members)
        self._flush(batch)

    def _remember_page(self, uri: str, record_id: str) -> None:
        """What a page needs is fetched soon after it, so the latest pages are enough."""
        self._pages.pop(uri, None)
        self._pages[uri] = record_id
        if len(self._pages) > MAX_PAGES_REMEMBERED:
            del self._pages[next(iter(self._pages))]

    def _add_certificates(self, batch: _Batch, exchange: Exchange) -> None:
        """The server's certificates, once in a file, before the first exchange they were shown in.

        In each file, so that it proves by itself what it holds.
        """
        chain = exchange.certificates
        if not chain or chain in self._chains:
            return
        self._chains.add(chain)
        date = to_warc_date(exchange.started_at)
        record = certificates_record(self._new_id(), date, self._warcinfo_id, chain=chain)
        member = self._records.member(record)
        batch.members.append(member)
        batch.size += len(member)

    def _add(self, batch: _Batch, waiting: _Waiting, built: Built, members: list[bytes]) -> None:
        assert self._file is not None
        start = self._file.size + batch.size
        written = Written(
            record_id=built.record_id,
            filename=self._file.filename,
            offset=start + sum(map(len, members[: built.main])),
            length=len(members[built.main]),
            record_type=built.record_type,
            entity_digest=built.entity_digest,
            timestamp=built.timestamp,
            date=built.date,
            target_uri=waiting.exchange.target_uri,
            truncated=waiting.exchange.truncated,
            refers_to=built.refers_to,
        )
        batch.members += members
        batch.size += sum(map(len, members))
        batch.waiting.append((waiting.future, written))

    def _make_room(self, batch: _Batch, size: int) -> bool:
        """Seal the file and go on in a new one where a group would not fit; True: it did."""
        assert self._file is not None
        grown = self._file.size + batch.size
        if grown <= self._head_size or grown + size <= self._roll:
            return False
        self._flush(batch)
        self._seal()
        self._open(batch)
        return True

    def _open(self, batch: _Batch) -> None:
        if self._file is not None:
            return
        now = self._clock()
        self._file = OpenWarc(self._dir, self._new_name(now), min_free_bytes=self._min_free)
        self._warcinfo_id = self._new_id()
        name, date = Path(self._file.filename).name, to_warc_date(now)
        head = [
            warcinfo_record(self._warcinfo_id, date, name, self._info),
            config_record(self._new_id(), date, self._warcinfo_id, self._config),
        ]
        if self._rules is not None:
            head.append(rules_record(self._new_id(), date, self._warcinfo_id, self._rules))
        for filename, token in self._tokens():
            named = (self._new_id(), date, self._warcinfo_id)
            head.append(token_record(*named, filename=filename, token=token))
        self._chains.clear()
        batch.members = [self._records.member(record) for record in head]
        self._head_size = batch.size = sum(map(len, batch.members))
        self.stats.files += 1

    def _new_name(self, now: datetime) -> str:
        while True:
            self._serial += 1
            name = f"{self._prefix}-{to_timestamp(now)}-{self._serial:05d}.warc.gz"
            filename = f"{now:%Y/%m}/{name}"
            taken = (self._dir / filename, self._dir / (filename + OPEN_SUFFIX))
            if not any(path.exists() for path in taken):
                return filename

    def _flush(self, batch: _Batch) -> None:
        """Write and commit a batch, then tell everybody who waits for it."""
        if not batch.members:
            return
        assert self._file is not None
        self._file.append(b"".join(batch.members))
        self._file.commit()
        self.stats.commits += 1
        self.stats.bytes += batch.size
        self.stats.exchanges += len(batch.waiting)
        self._on_durable(self._file.filename, self._file.durable)
        for future, written in batch.waiting:
            self.stats.revisits += written.record_type == "revisit"
            future.set_result(written)
        batch.members, batch.waiting, batch.size = [], [], 0

    def _seal(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            self._on_sealed(file.filename, file.seal())


def _no_record(exchange: Exchange, error: Exception) -> WarcError:
    return WarcError(f"{exchange.target_uri}: cannot be put into WARC records: {error}")
