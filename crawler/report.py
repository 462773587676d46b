"""The report of a run: ``runs/<timestamp>.json``, described in docs/operator.md."""

import json
from datetime import datetime
from importlib.metadata import version
from typing import Any

from archive.errors import ArchiveUnwritable, ExitCode, OutOfRoom
from archive.layout import write_atomically
from archive.times import to_timestamp, to_warc_date, utc_now
from archive.wording import counted
from crawler.session import Session
from crawler.tally import SourceTally, Trouble

SCHEMA = 1


def exit_code(session: Session) -> ExitCode:
    """How the run ends the command."""
    if session.fatal is not None:
        return session.fatal.exit_code
    if session.reason == "interrupted":
        # A watch has no other end.
        return ExitCode.OK if session.patient else ExitCode.INTERRUPTED
    return ExitCode.SOURCE_FAILED if session.tally.barren else ExitCode.OK


def count_due_left(session: Session) -> int:
    """Addresses that were due and have not been come to; asked while the frontier is open."""
    until = utc_now().timestamp()
    return session.frontier.count_due(list(session.sources), until=until)


def make_report(session: Session, *, ended: datetime, due_left: int) -> dict[str, Any]:
    """The report as JSON values.

    Args:
        session: The run, closed.
        ended: When.
        due_left: Addresses that were due and not come to.
    """
    tally = session.tally
    sources = {source_id: _source(session, source_id) for source_id in session.sources}
    return {
        "schema": SCHEMA,
        "run": to_timestamp(session.started),
        "software": f"microfiche/{version('microfiche')}",
        "started": to_warc_date(session.started),
        "ended": to_warc_date(ended),
        "seconds": round((ended - session.started).total_seconds(), 3),
        "recheck": session.recheck,
        "reason": _reason(session),
        "error": str(session.fatal) if session.fatal else None,
        "configuration": session.config_error,
        "exit_status": int(exit_code(session)),
        "totals": _totals(sources),
        "sources": sources,
        "barren_sources": tally.barren,
        "hosts": _hosts(session),
        "silent_listings": [
            {"url": q.url, "source": q.source, "reason": str(q.reason), "hosts": list(q.hosts)}
            for q in tally.silences.values()
        ],
        "left_out": session.space.left_out,
        "due_left": due_left,
        "errors": list(map(_error, tally.troubles)),
        "warcs": list(session.files),
        "recovered": [found.filename for found in session.recovered],
        "index": _index(session),
    }


def running_report(session: Session) -> dict[str, Any]:
    """The same of a run that is under way, as far as it is known by then."""
    sources = {source_id: _source(session, source_id) for source_id in list(session.sources)}
    return {
        "run": to_timestamp(session.started),
        "totals": _totals(sources),
        "sources": sources,
        "errors": list(map(_error, list(session.tally.troubles))),
    }


def write_report(session: Session, report: dict[str, Any]) -> None:
    """Write the report, durably.

    Raises:
        ArchiveUnwritable: it cannot be written.
    """
    path = session.archive.runs_dir / f"{report['run']}.json"
    try:
        write_atomically(path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error


def summary(report: dict[str, Any]) -> str:
    """One line for standard output.

    >>> totals = {"urls": 7, "captures": 6, "body_bytes": 2_500_000, "errors": 1, "articles_new": 3}
    >>> summary({"run": "20260101000000", "reason": "finished", "seconds": 4.2, "totals": totals,
    ...          "index": {"complete": True}})
    '20260101000000 finished: 7 URLs, 6 captures, 3 new articles, 2.5 MB, 1 error in 4 s'
    """
    totals, barren = report["totals"], report.get("barren_sources")
    return (
        f"{report['run']} {report['reason']}: {counted(totals['urls'], 'URL')},"
        f" {counted(totals['captures'], 'capture')},"
        f" {counted(totals['articles_new'], 'new article')}, {totals['body_bytes'] / 1e6:.1f} MB,"
        f" {counted(totals['errors'], 'error')} in {report['seconds']:.0f} s"
        + (f"; nothing from {', '.join(barren)}, see runs/{report['run']}.json" if barren else "")
        + _silences(report)
        + ("" if (report["index"] or {}).get("complete") else "; now run `microfiche index`")
    )


def _silences(report: dict[str, Any]) -> str:
    """What of a run somebody should look at, as the end of its line."""
    resting = report.get("hosts", {}).get("resting", {})
    silent = report.get("silent_listings", ())
    told = [f"{host} serves nothing ({why}) and rests" for host, why in resting.items()]
    told += [f"{counted(len(silent), 'listing')} yielded nothing"] if silent else []
    if out := report.get("left_out"):
        told.append(f"room is scarce: not fetched: {out}")
    return "".join(f"; {part}" for part in told)


def _reason(session: Session) -> str:
    if isinstance(session.fatal, OutOfRoom):
        return "out_of_room"
    return "failed" if session.fatal else session.reason


def _hosts(session: Session) -> dict[str, list[str] | dict[str, str]]:
    tally, queue = session.tally, session.harvest.queue
    return {
        "closed": sorted(queue.closed),
        "down": sorted(tally.hosts_down),
        "left_alone": sorted(queue.paused),
        "page_limit": sorted(queue.limited),
        "resting": {host: str(outcome) for host, outcome in sorted(tally.rested.items())},
        "robots_unreachable": sorted(tally.robots_unreachable),
    }


def _error(trouble: Trouble) -> dict[str, str]:
    return {
        "url": trouble.url,
        "source": trouble.source,
        "outcome": str(trouble.outcome),
        "message": trouble.message,
    }


def _source(session: Session, source_id: str) -> dict[str, Any]:
    tally: SourceTally = session.tally.sources[source_id]
    indexed = session.indexer.progress.by_source.get(source_id, {}) if session.indexer else {}
    return {
        "name": session.sources[source_id].name,
        "urls": tally.urls,
        "outcomes": {str(name): count for name, count in sorted(tally.outcomes.items())},
        "kinds": {str(name): count for name, count in sorted(tally.kinds.items())},
        "errors": tally.errors,
        "walls": tally.walls,
        "new_urls": tally.new_urls,
        "not_followed": {str(name): count for name, count in sorted(tally.not_followed.items())},
        "seeds": {"tried": tally.seeds_tried, "failed": tally.seeds_failed},
        "robots_fetched": tally.robots_fetched,
        "captures": tally.captures,
        "revisits": tally.revisits,
        "body_bytes": tally.body_bytes,
        "warc_bytes": tally.warc_bytes,
        "articles_new": indexed.get("articles_new", 0),
        "versions_new": indexed.get("versions_new", 0),
    }


def _totals(sources: dict[str, dict[str, Any]]) -> dict[str, int]:
    names = (
        "urls",
        "errors",
        "new_urls",
        "captures",
        "revisits",
        "body_bytes",
        "warc_bytes",
        "articles_new",
        "versions_new",
    )
    return {name: sum(source[name] for source in sources.values()) for name in names}


def _index(session: Session) -> dict[str, int | bool] | None:
    if session.indexer is None:
        return None
    progress = session.indexer.progress
    return {
        "captures": progress.captures,
        "articles_new": progress.articles_new,
        "versions_new": progress.versions_new,
        "failed": progress.failed,
        "complete": progress.complete,
    }
