"""A whole archive, or chosen files, checked in parallel; and what can be repaired safely."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

from archive.check.against_index import CrossCheck
from archive.check.faults import Fault, FaultKind
from archive.check.records import Checked, check_file
from archive.check.tokens import check_tokens
from archive.errors import ArchiveLocked, ArchiveUnwritable
from archive.index.integrity import Examined, examine, mark_damaged
from archive.layout import OPEN_SUFFIX, Archive, write_atomically
from archive.lock import hold, is_held
from archive.warc.openfile import MANIFEST_SUFFIX
from archive.warc.recovery import recover

WARC_SUFFIXES = (".warc.gz", ".warc")
# Fewer reports than this many bytes apart would not be seen on a progress bar.
_REPORT_BYTES = 8 * 1024 * 1024
_LOOK_S = 0.1

OnBytes = Callable[[int], None]
_Tokens = dict[str, list[bytes]]


@dataclass(slots=True)
class Summary:
    """What a check-up came to.

    ``repaired`` says in words what was put right, ``unlooked`` what was not looked at, and why;
    ``tokens`` are the time-stamp tokens found in records, by the file that each is of.
    """

    files: int = 0
    records: int = 0
    bytes: int = 0
    faults: list[Fault] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    unlooked: list[str] = field(default_factory=list)
    tokens: _Tokens = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """One file to check; ``name`` is what faults call it."""

    path: Path
    name: str
    manifest: bool

    @property
    def size(self) -> int:
        """Bytes; 0 where that cannot be told."""
        with suppress(OSError):
            return self.path.stat().st_size
        return 0


def archive_tasks(archive: Archive) -> list[Task]:
    """Every sealed WARC file of an archive."""
    paths = sorted(
        path for path in archive.warcs_dir.rglob("*") if path.name.endswith(WARC_SUFFIXES)
    )
    return [Task(path, path.relative_to(archive.warcs_dir).as_posix(), True) for path in paths]


def file_tasks(paths: Sequence[Path]) -> list[Task]:
    """Files named one by one; a manifest is looked at where there is one."""
    return [
        Task(path, str(path), path.with_name(path.name + MANIFEST_SUFFIX).exists())
        for path in paths
    ]


def check_archive(
    archive: Archive, *, repair: bool = False, workers: int = 0, on_bytes: OnBytes = lambda _: None
) -> Summary:
    """Check every sealed file, records across files, and the index against them.

    A file that a running crawl is writing is left alone.

    Raises:
        ArchiveLocked: ``repair`` while a crawl is running.
        ArchiveUnwritable: a repair cannot be written.
    """
    repaired = _recover(archive) if repair else []
    crawling = is_held(archive.lock_path)
    with CrossCheck() as across:
        summary = _check(archive_tasks(archive), workers, on_bytes, across)
        summary.repaired += repaired
        summary.faults += across.between_records()
        if archive.index_path.exists():
            damaged = _damage_of_index(archive, summary)
            # What a damaged index says is held against nothing.
            summary.faults += damaged or across.against_index(archive, crawling=crawling)
    if not crawling:
        summary.faults += _left_open(archive)
    if repair:
        _write_manifests(archive, summary)
    tokens = check_tokens(archive, summary.tokens, repair=repair)
    summary.faults += tokens.faults
    summary.repaired += tokens.repaired
    summary.unlooked += tokens.unlooked
    return summary


def check_files(
    paths: Sequence[Path], *, workers: int = 0, on_bytes: OnBytes = lambda _: None
) -> Summary:
    """Check chosen files, each by itself: what they refer to may be elsewhere."""
    return _check(file_tasks(paths), workers, on_bytes, None)


def _check(
    tasks: list[Task], workers: int, on_bytes: OnBytes, across: CrossCheck | None
) -> Summary:
    summary = Summary()
    for checked in _run(tasks, workers or os.cpu_count() or 1, on_bytes):
        summary.files += 1
        summary.records += checked.records
        summary.bytes += checked.size
        summary.faults += checked.faults
        for name, tokens in checked.tokens.items():
            summary.tokens.setdefault(name, []).extend(tokens)
        if across is not None:
            across.add(checked)
    summary.faults.sort(key=lambda fault: (fault.file, fault.offset or 0))
    return summary


def _run(tasks: list[Task], workers: int, on_bytes: OnBytes) -> Iterator[Checked]:
    if len(tasks) < 2 or workers < 2:
        for task in tasks:
            yield check_file(task.path, task.name, manifest=task.manifest, on_bytes=on_bytes)
        return
    # Spawned, not forked: whoever calls us may have threads.
    context = multiprocessing.get_context("spawn")
    told: Queue[int] = context.Queue()
    with ProcessPoolExecutor(
        min(workers, len(tasks)), mp_context=context, initializer=_begin, initargs=(told,)
    ) as pool:
        # The largest first, so that no worker is left with it at the end.
        ordered = sorted(tasks, key=lambda task: -task.size)
        waiting: set[Future[Checked]] = {pool.submit(_work, task) for task in ordered}
        while waiting:
            done, waiting = wait(waiting, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            with suppress(Empty):
                while True:
                    on_bytes(told.get_nowait())
            for future in done:
                yield future.result()
    told.close()


_told: "Queue[int] | None" = None


def _begin(told: "Queue[int]") -> None:
    global _told  # noqa: PLW0603 - how a pool hands its workers something for life
    _told = told


def _work(task: Task) -> Checked:
    pending = 0

    def on_bytes(count: int) -> None:
        nonlocal pending
        pending += count
        if pending >= _REPORT_BYTES and _told is not None:
            _told.put(pending)
            pending = 0

    return check_file(task.path, task.name, manifest=task.manifest, on_bytes=on_bytes)


def _damage_of_index(archive: Archive, summary: Summary) -> list[Fault]:
    """Whether every byte of the index is as it was written; no lock is taken, others may write."""
    path = archive.index_path
    try:
        before = _stamp(path)
        examined = examine(path)
        if examined.problem is not None and _stamp(path) != before:
            # What was damaged may have been rebuilt meanwhile.
            examined = examine(path)
    except OSError as error:
        examined = Examined(unlooked=error.strerror or str(error))
    if examined.unlooked is not None:
        summary.unlooked.append(f"the index was not looked at: {examined.unlooked}")
    if examined.problem is None:
        return []
    mark_damaged(path, examined.problem)
    message = f"{examined.problem}; run microfiche index, which rebuilds it"
    return [Fault(FaultKind.INDEX_DAMAGED, path.name, None, message)]


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _left_open(archive: Archive) -> Iterator[Fault]:
    for path in sorted(archive.warcs_dir.rglob(f"*{OPEN_SUFFIX}")):
        name = path.relative_to(archive.warcs_dir).as_posix()
        message = (
            "left open by a crash; the next crawl, or `microfiche check --repair`, cuts it back to "
            "its last whole group and seals it"
        )
        yield Fault(FaultKind.LEFT_OPEN, name, None, message)


def _recover(archive: Archive) -> list[str]:
    try:
        with hold(archive.lock_path, purpose="check --repair"):
            return [f"sealed {recovered}" for recovered in recover(archive)]
    except ArchiveLocked as error:
        raise ArchiveLocked(f"{error}; without --repair, check runs beside a crawl") from error


def _write_manifests(archive: Archive, summary: Summary) -> None:
    """Give sound files without a manifest one; nothing that exists is ever overwritten."""
    faulty = {fault.file for fault in summary.faults if fault.kind is not FaultKind.NO_MANIFEST}
    for fault in [fault for fault in summary.faults if fault.kind is FaultKind.NO_MANIFEST]:
        if fault.file in faulty:
            continue
        path = archive.warcs_dir / fault.file
        checked = check_file(path, fault.file, manifest=False)
        try:
            manifest = path.with_name(path.name + MANIFEST_SUFFIX)
            write_atomically(manifest, f"{checked.sha256}  {path.name}\n")
        except OSError as error:
            raise ArchiveUnwritable(
                f"{path}: no manifest can be written: {error.strerror}"
            ) from error
        summary.faults.remove(fault)
        summary.repaired.append(f"wrote the manifest of {fault.file}")
