"""Bring the index up to date, or rebuild it: for the command line and the Python API alike."""

from collections.abc import Callable
from dataclasses import dataclass

from archive.config import Config
from archive.errors import ArchiveLocked, IndexDamaged, IndexOutdated, IndexUnsound
from archive.index.writing import write_index
from archive.indexer.catchup import (
    Progress,
    Report,
    catch_up,
    is_left_to_rebuild,
    other_extractors,
    rebuild,
    recover_leftovers,
)
from archive.indexer.erased import follow_erasing
from archive.indexer.outlets import find_stale, read_again
from archive.indexer.rereading import ReadAgain
from archive.layout import Archive
from archive.lock import hold
from archive.rules import Rules, load_rules
from archive.warc.erasing import Erasing, forget_erasing

OnProgress = Callable[[Progress], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """What was read.

    Attributes:
        report: Of the WARC files.
        rebuilt: Whether the index was made from nothing.
        read_again: Of pages whose outlet's rules have changed; None: there were none.
    """

    report: Report
    rebuilt: bool
    read_again: ReadAgain | None = None

    @property
    def damaged(self) -> tuple[str, ...]:
        """A line for each place that could not be read."""
        return (*self.report.damaged, *(self.read_again.damaged if self.read_again else ()))


def update(
    archive: Archive,
    config: Config,
    *,
    from_nothing: bool = False,
    reread: bool = True,
    on_progress: OnProgress = lambda _: None,
    tell: Tell = lambda _: None,
) -> Updated:
    """Index what the WARC files hold beyond what is indexed; rebuild where that is not enough.

    An index that is damaged, that another version made, or whose pages another extractor read, is
    rebuilt from the WARC files; pages of outlets whose rules have changed are read again.

    Args:
        archive: The archive.
        config: Its configuration.
        from_nothing: Rebuild in any case.
        reread: Read pages again that another extractor, or other rules, have read.
        on_progress: Called now and then with how far it is.
        tell: Called with a line for the operator: what was recovered, why all is read again.

    Raises:
        ArchiveLocked: another process writes the index.
        RebuildFailed: what was being made got damaged; the index in use is as it was.
    """
    rules = load_rules(archive)
    for problem in rules.problems:
        tell(problem)
    with hold(archive.index_lock_path, purpose="index"):
        for recovered in recover_leftovers(archive):
            tell(f"sealed after a crash: {recovered}")
        if (erased := _follow_erasing(archive, config)) is not None:
            tell(f"finished to erase {erased.main.record_id} of {erased.filename}")
        report, stale = None, frozenset[str]()
        if not from_nothing:
            report, stale = _catch_up(archive, config, rules, reread, on_progress, tell)
        if report is None:
            return Updated(rebuild(archive, config, on_progress=on_progress), rebuilt=True)
        again = _read_again(archive, config, rules, stale, tell) if stale else None
        return Updated(report, rebuilt=False, read_again=again)


def _follow_erasing(archive: Archive, config: Config) -> Erasing | None:
    """Finish what a crash left half erased; nothing while a crawl runs, whose indexer has."""
    try:
        with hold(archive.lock_path, purpose="index"):
            return follow_erasing(archive, config)
    except ArchiveLocked:
        return None
    except IndexDamaged:
        # It is rebuilt from the files, which have no more of it.
        forget_erasing(archive)
        return None


def _catch_up(
    archive: Archive,
    config: Config,
    rules: Rules,
    reread: bool,
    on_progress: OnProgress,
    tell: Tell,
) -> tuple[Report | None, frozenset[str]]:
    """Index what is new; no report where the index has to be rebuilt, and why has been said.

    Returns:
        The report, and the hosts whose pages are to be read again.
    """
    try:
        with write_index(archive) as db:
            if is_left_to_rebuild(archive, db):
                return None, frozenset()
            others = other_extractors(db)
            if not others or not reread:
                if others:
                    tell(f"{others}; left for now")
                report = catch_up(archive, db, config, on_progress=on_progress)
                return report, find_stale(db, rules.book) if reread else frozenset()
    except (IndexOutdated, IndexUnsound) as error:
        tell(f"{error}")
    else:
        tell(f"{others}; the WARC files are read again, the index serves meanwhile")
    return None, frozenset()


def _read_again(
    archive: Archive, config: Config, rules: Rules, hosts: frozenset[str], tell: Tell
) -> ReadAgain | None:
    """Read the pages of outlets again whose rules have changed; None where that has to wait."""
    names = ", ".join(sorted(hosts))
    if rules.problems:
        # The broken file may be theirs: reading would be undone as soon as it is corrected.
        tell(f"pages of {names} wait until the rule files are right")
        return None
    tell(f"other rules than before for {names}; those pages are read again")
    return read_again(archive, config, rules.book, hosts)
