"""What the newspaper was asked for, and whether the asking was polite.

One JSON line for each request, written when it has arrived and before it is answered.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; times are seconds with microseconds, ``exchange`` counts from 1.

    ``monotonic`` is when the server had read it; the request may have been there for up to
    ``unseen`` seconds, in which the server did not look (on a busy machine: many).
    """

    exchange: int
    monotonic: float
    wall: float
    host: str
    method: str
    path: str
    user_agent: str
    status: int
    port: int
    connection: int
    unseen: float = 0.0

    @property
    def hostname(self) -> str:
        """Host header without its port, which politeness is owed to."""
        return self.host.rpartition(":")[0] or self.host


@dataclass(frozen=True, slots=True)
class Gap:
    """Two requests to one host that came too soon after one another."""

    earlier: Entry
    later: Entry
    seconds: float


class Journal:
    """Appends entries to a file, flushed line by line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, entry: Entry) -> None:
        self._file.write(json.dumps(asdict(entry)) + "\n")

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> list[Entry]:
    """Read a journal, in order of arrival; a last line still being written is left out."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [
        Entry(**json.loads(line)) for line in text.splitlines(keepends=True) if line[-1] == "\n"
    ]


def robots_pattern(rule: str) -> re.Pattern[str]:
    """Compile the path of a robots.txt rule, as RFC 9309, 2.2.3 has it.

    >>> bool(robots_pattern("/*?print=").match("/a?print=1"))
    True
    >>> bool(robots_pattern("/end$").match("/ending"))
    False
    """
    anchored = rule.endswith("$")
    body = ".*".join(re.escape(part) for part in rule.removesuffix("$").split("*"))
    return re.compile(body + ("$" if anchored else ""))


def disallowed(entries: Iterable[Entry], rules: Mapping[int, Sequence[str]]) -> list[Entry]:
    """Find requests that robots.txt forbids.

    Args:
        entries: The journal.
        rules: Paths of ``Disallow`` lines, by port of the site.

    >>> asked = Entry(1, 0.0, 0.0, "127.0.0.1:80", "GET", "/desk/x", "", 200, 80, 1)
    >>> disallowed([asked], {80: ["/desk/"]}) == [asked], disallowed([asked], {81: ["/"]})
    (True, [])
    """
    compiled = {port: [robots_pattern(rule) for rule in paths] for port, paths in rules.items()}
    return [
        entry
        for entry in entries
        if any(pattern.match(entry.path) for pattern in compiled.get(entry.port, ()))
    ]


def too_close(
    entries: Iterable[Entry], delay_s: float | Mapping[str, float], tolerance_s: float = 0.05
) -> list[Gap]:
    """Find pairs of successive requests to one host that were certainly nearer than its delay.

    The earlier one counts from the first moment at which it may have come: a server that was kept
    from looking is no proof against the one who asked.

    Args:
        entries: The journal, of any number of hosts; opening a tunnel asks for nothing yet.
        delay_s: Seconds between request starts, for all hosts or by hostname.
        tolerance_s: What clocks and the scheduler are forgiven.

    >>> first = Entry(1, 0.0, 0.0, "127.0.0.1:80", "GET", "/", "", 200, 80, 1)
    >>> second = Entry(2, 0.1, 0.1, "127.0.0.1:80", "GET", "/a", "", 200, 80, 1)
    >>> [gap.seconds for gap in too_close([first, second], 0.2)]
    [0.1]
    >>> late = Entry(1, 0.0, 0.0, "127.0.0.1:80", "GET", "/", "", 200, 80, 1, unseen=0.15)
    >>> too_close([late, second], 0.2)
    []
    """
    found: list[Gap] = []
    last: dict[str, Entry] = {}
    asked = (entry for entry in entries if entry.method != "CONNECT")
    for entry in sorted(asked, key=lambda entry: entry.monotonic):
        name = entry.hostname
        delay = delay_s if isinstance(delay_s, float | int) else delay_s.get(name, 0.0)
        before = last.get(name)
        seconds = entry.monotonic - before.monotonic + before.unseen if before else delay
        if before and seconds < delay - tolerance_s:
            found.append(Gap(before, entry, round(seconds, 6)))
        last[name] = entry
    return found
