"""One crawl run from lock to report."""

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive.errors import ArchiveUnwritable, ExitCode, MicroficheError
from archive.layout import Archive
from archive.times import to_timestamp, utc_now
from crawler.aftermath import look_back
from crawler.report import count_due_left, exit_code, make_report, summary, write_report
from crawler.session import PLAIN, Mode, Session, open_session
from crawler.telling import told_running

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        status: Its exit code.
        summary: One line about it.
        fatal: What stopped it, if anything did.
        again: The next one is to begin at once: the configuration has changed.
        problems: Rule files left out, and what went wrong after the run, a line each.
    """

    status: ExitCode
    summary: str
    fatal: MicroficheError | None
    problems: tuple[str, ...] = ()
    again: bool = False


def run_crawl(
    archive: Archive,
    source_ids: Sequence[str] = (),
    mode: Mode = PLAIN,
    *,
    progress: bool | None = None,
) -> Ended:
    """Visit what is due, index it, write the report.

    The reactor can run once in a process, and so can this.

    Args:
        archive: The archive.
        source_ids: Which sources; none: every enabled one.
        mode: How to go about it.
        progress: Whether to show live progress; None: when standard error is a terminal.

    Raises:
        MicroficheError: the run could not start, or its report not be written.
    """
    show = sys.stderr.isatty() if progress is None else progress
    with ExitStack() as stack:
        with open_session(archive, source_ids, mode) as session:
            stack.enter_context(_log_file(archive, session))
            for problem in session.rules.problems:
                logger.warning("%s", problem)
            with ExitStack() as shown:
                shown.enter_context(told_running(session))
                if mode.metrics_port is not None:
                    # Paid for where it is asked for.
                    from crawler.metrics import serve_metrics  # noqa: PLC0415

                    queue = session.harvest.queue
                    port = mode.metrics_port
                    end = serve_metrics(session.tally, lambda: queue.in_flight, port=port)
                    shown.callback(end)
                if show:
                    # Paid for on a terminal only.
                    from crawler.progress import live_progress  # noqa: PLC0415

                    shown.enter_context(live_progress(session))
                _crawl(session)
                due_left = count_due_left(session)
        report = make_report(session, ended=utc_now(), due_left=due_left)
        logger.info("%s", summary(report))
        write_report(session, report)
        problems = (*session.rules.problems, *look_back(archive, session.config, report))
    return Ended(exit_code(session), summary(report), session.fatal, problems, session.again)


def _crawl(session: Session) -> None:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    # The run's log file is the handler; nothing of Scrapy's goes to the terminal.
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler("news")
    crawler.microfiche_session = session  # type: ignore[attr-defined] # read by the spider
    process.crawl(crawler)
    process.start()


@contextmanager
def _log_file(archive: Archive, session: Session) -> Iterator[None]:
    """Keep the log of the run beside its report."""
    path = archive.runs_dir / f"{to_timestamp(session.started)}.log"
    handler = _handler(path)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO) if level else logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


def _handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error
    formatter: Any = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.setLevel(logging.INFO)
    return handler
