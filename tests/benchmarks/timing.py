"""What queries cost. Imports nothing of ours: peers measure in environments of their own."""

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def timed(ask: Callable[[str], object], queries: Iterable[str], times: int = 3) -> str:
    """Median and 95th percentile of the wall, 95th percentile of the processor; milliseconds."""
    wall, processor = [], []
    for query in queries:
        ask(query)
        for _ in range(times):
            began, used = time.perf_counter(), time.thread_time()
            ask(query)
            wall.append((time.perf_counter() - began) * 1000)
            processor.append((time.thread_time() - used) * 1000)
    if not wall:
        return "–"
    wall.sort()
    processor.sort()
    last = int(len(wall) * 0.95)
    return f"{wall[len(wall) // 2]:.1f} / {wall[last]:.1f} ({processor[last]:.1f})"


def most_megabytes() -> float:
    """The most memory that this process has had.

    `resource.getrusage` would tell that of the process that started this one, where it had more.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else float("nan")
