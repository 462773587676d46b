"""Live progress of a run on a terminal: one row for each source, on standard error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.session import Session

_PER_SECOND = 4


@contextmanager
def live_progress(session: Session) -> Iterator[None]:
    """Show how far a run is, from a thread of its own, until the block ends."""
    with Live(
        get_renderable=lambda: render(session, now=time.time()),
        console=Console(stderr=True),
        refresh_per_second=_PER_SECOND,
        transient=True,
    ):
        yield


def render(session: Session, *, now: float) -> Group:
    """The present state as a table and a line below it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", no_wrap=True)
    for name in ("pages", "new articles", "files", "MB", "revisits", "errors"):
        table.add_column(name, justify="right")
    indexed = session.indexer.progress.by_source if session.indexer else {}
    for source_id, tally in list(session.tally.sources.items()):
        table.add_row(
            session.sources[source_id].name,
            str(tally.pages),
            str(indexed.get(source_id, {}).get("articles_new", 0)),
            str(tally.captures),
            f"{tally.body_bytes / 1e6:.1f}",
            str(tally.revisits),
            Text(str(tally.errors), style="red" if tally.errors else ""),
        )
    queue = session.harvest.queue
    seconds = max(now - session.started.timestamp(), 0.0)
    line = f"{seconds:.0f} s, {queue.in_flight} in flight"
    if queue.paused:
        line += f"; left alone: {', '.join(sorted(queue.paused))}"
    return Group(table, Text(line, style="dim"))
