"""A schedule over a month of news in simulated time: delay, visits, edits caught, removals.

A small world: 7 sources, 11 days, one seed. MONTH_SOURCES, MONTH_DAYS, MONTH_SEEDS and
MONTH_BACKLOG make it larger, up to the 50 sources, 30 days, 5 seeds and 100,000 old pages of the
targets; MONTH_SCHEDULES (names with commas) leaves some out.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from crawler.frontier import KnownUrl
from tests.benchmarks.table import table
from tests.crawler.month import DAY, HOUR, Figures, make_titles, simulate

HEAD = ("schedule", "articles", "delay", "p90", "visits", "polls", "edits", "in a day", "removal")


@dataclass(frozen=True, slots=True)
class Schedule:
    """One way to decide when.

    Attributes:
        cron_s: Seconds between runs; None: a watch.
        values: Of every source.
        rule: What is put in the place of ours.
    """

    cron_s: float | None = 900.0
    values: dict[str, object] = field(default_factory=dict)
    rule: Callable[[], AbstractContextManager[object]] = nullcontext


def _fixed() -> AbstractContextManager[object]:
    """Every listing at every run, whatever it brings."""
    return patch("crawler.schedule.listing_interval", lambda *_: 900.0)


def _news_crawl() -> AbstractContextManager[object]:
    """Common Crawl's: half as long again where nothing is new, a fifth less where something is.

    The interval stands where our rate does. Source: news-crawl, conf/es-conf.yaml: 90 minutes to
    90 days; a feed is first looked at again after 12 hours there, here after the shortest time.
    """

    def interval(known: KnownUrl, new: int, *, now: float) -> float:
        before = 1.5 * HOUR if known.rate is None else known.rate
        return min(max(before * (0.8 if new else 1.5), 1.5 * HOUR), 90 * DAY)

    def stands(_source: object, _known: KnownUrl, rate: float | None) -> float:
        return 1.5 * HOUR if rate is None else rate

    stack = ExitStack()
    stack.enter_context(patch("crawler.visits.rate_of", interval))
    stack.enter_context(patch("crawler.schedule.listing_interval", stands))
    return stack


SCHEDULES = {
    "cron */15": Schedule(),
    "watch": Schedule(None),
    "cron with three looks": Schedule(values={"recheck": ("90m", "25h", "99h", "30d")}),
    "cron with five looks": Schedule(values={"recheck": ("40m", "3h", "9h", "28h", "99h", "30d")}),
    "fixed with looks at 1h 1d 7d": Schedule(values={"recheck": ("1h", "1d", "7d")}, rule=_fixed),
    # No run brings its listings forward to our longest interval.
    "news-crawl": Schedule(values={"recheck": (), "feed_interval": "90d"}, rule=_news_crawl),
}


def run() -> str:
    """Each schedule over each seed: delays in minutes, the confirmation of a removal in hours."""
    count, days = int(_asked("SOURCES", "7")), float(_asked("DAYS", "11"))
    seeds, backlog = int(_asked("SEEDS", "1")), int(_asked("BACKLOG", "2000"))
    wanted = [name.strip() for name in _asked("SCHEDULES", "").split(",") if name.strip()]
    logging.getLogger("crawler").setLevel(logging.ERROR)
    rows = []
    for name, schedule in SCHEDULES.items():
        for seed in range(seeds if not wanted or name in wanted else 0):
            with tempfile.TemporaryDirectory() as place, schedule.rule():
                titles = make_titles(count, days, seed, backlog=backlog)
                found = simulate(
                    Path(place), titles, days=days, cron_s=schedule.cron_s, **schedule.values
                )
            rows.append([f"{name}, seed {seed}", *_row(found)])
            print(*rows[-1], sep="  ", flush=True)
    return table(HEAD, rows)


def _asked(name: str, otherwise: str) -> str:
    return os.environ.get(f"MONTH_{name}", otherwise)


def _row(found: Figures) -> list[str]:
    return [
        str(found.articles),
        f"{found.delay_s / 60:.1f}",
        f"{found.late_s / 60:.1f}",
        f"{found.visits:.2f}",
        f"{found.polls:.2f}",
        f"{found.captured:.1%}",
        f"{found.within_day:.1%}",
        f"{found.second_look_s / 3600:.1f}",
    ]
