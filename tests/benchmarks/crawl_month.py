"""A schedule over a month of news in simulated time: delay, visits, edits caught, removals.

A small world: 8 sources, 10 days, one seed. MONTH_SOURCES, MONTH_DAYS and MONTH_SEEDS make it
larger, up to the 50 sources, 30 days and 5 seeds of the targets.
"""

import os
import tempfile
from pathlib import Path

from tests.benchmarks.table import table
from tests.crawler.month import Figures, make_titles, simulate

#: Schedule -> seconds between runs; None: a watch.
SCHEDULES = {"cron */15": 900.0, "watch": None}
HEAD = ("schedule", "articles", "delay", "p90", "visits", "polls", "edits", "in a day", "removal")


def run() -> str:
    """Each schedule over each seed: delays in minutes, the confirmation of a removal in hours."""
    count, days = (
        int(os.environ.get("MONTH_SOURCES", "8")),
        float(os.environ.get("MONTH_DAYS", "10")),
    )
    rows = []
    for name, cron_s in SCHEDULES.items():
        for seed in range(int(os.environ.get("MONTH_SEEDS", "1"))):
            with tempfile.TemporaryDirectory() as place:
                titles = make_titles(count, days, seed, backlog=2000 * count)
                found = simulate(Path(place), titles, days=days, cron_s=cron_s)
            rows.append([f"{name}, seed {seed}", *_row(found)])
    return table(HEAD, rows)


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
