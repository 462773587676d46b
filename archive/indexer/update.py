"""Bring the index up to date, or rebuild it: for the command line and the Python API alike."""

from collections.abc import Callable
from dataclasses import dataclass

from archive.config import Config
from archive.errors import IndexOutdated, IndexUnsound
from archive.index.writing import write_index
from archive.indexer.catchup import (
    Progress,
    Report,
    catch_up,
    other_extractors,
    rebuild,
    recover_leftovers,
)
from archive.layout import Archive
from archive.lock import hold

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """What was read, and whether the index was made from nothing."""

    report: Report
    rebuilt: bool


def update(
    archive: Archive,
    config: Config,
    *,
    from_nothing: bool = False,
    reread: bool = True,
    on_progress: OnProgress = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Updated:
    """Index what the WARC files hold beyond what is indexed; rebuild where that is not enough.

    An index that is damaged, that another version made, or whose pages another extractor read, is
    rebuilt from the WARC files.

    Args:
        archive: The archive.
        config: Its configuration.
        from_nothing: Rebuild in any case.
        reread: Rebuild where another extractor read pages; False leaves them as they are.
        on_progress: Called now and then with how far it is.
        tell: Called with a line for the operator: what was recovered, why all is read again.

    Raises:
        ArchiveLocked: another process writes the index.
        RebuildFailed: what was being made got damaged; the index in use is as it was.
    """
    with hold(archive.index_lock_path, purpose="index"):
        for recovered in recover_leftovers(archive):
            tell(f"sealed after a crash: {recovered}")
        if not from_nothing:
            report = _catch_up(archive, config, reread=reread, on_progress=on_progress, tell=tell)
            if report is not None:
                return Updated(report, rebuilt=False)
        return Updated(rebuild(archive, config, on_progress=on_progress), rebuilt=True)


def _catch_up(
    archive: Archive,
    config: Config,
    *,
    reread: bool,
    on_progress: OnProgress,
    tell: Callable[[str], None],
) -> Report | None:
    """Index what is new; None where the index has to be rebuilt, and why has been said."""
    try:
        with write_index(archive) as db:
            others = other_extractors(db)
            if not others or not reread:
                if others:
                    tell(f"{others}; left for now")
                return catch_up(archive, db, config, on_progress=on_progress)
    except (IndexOutdated, IndexUnsound) as error:
        tell(f"{error}")
    else:
        tell(f"{others}; the WARC files are read again, the index serves meanwhile")
    return None
