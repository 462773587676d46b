"""What a crawl has learned: whose dates are honest, and which addresses are one."""

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from crawler.frontier.hosts import transaction, usable

# Before this many dates have been tried nobody is called honest, and nobody a liar.
_MIN_SEEN = 4
# So often the same text under both addresses, and hardly ever another, makes a mark one of no
# meaning; a parameter whatever its value, where that many values have been tried.
_MIN_SAME, _MIN_VALUES = 2, 3
_IDLE = f"""
SELECT mark FROM twins WHERE host = ? AND other * 4 <= same
AND same >= CASE WHEN mark LIKE '?%' AND mark NOT LIKE '%=%' THEN {_MIN_VALUES} ELSE {_MIN_SAME} END
"""  # noqa: S608 - built from constants


@dataclass(frozen=True, slots=True)
class Habits:
    """How far the dates of a source's listings can be believed."""

    announced: int = 0
    alarms: int = 0
    missed: int = 0
    span: float = 0.0
    """Seconds for which an article stays listed with a date."""

    @property
    def is_honest(self) -> bool:
        """A change of a listed article is announced: four times of five, seen often enough."""
        return self.announced >= _MIN_SEEN and self.announced >= 4 * self.missed

    @property
    def cries_wolf(self) -> bool:
        """The dates change, and the articles do not."""
        return self.alarms >= 2 * _MIN_SEEN and self.alarms > 3 * self.announced


class Evidence:
    """The tables ``habits`` and ``twins`` of the frontier."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path
        self._habits: dict[str, Habits] = {}
        self._marks: dict[str, frozenset[str]] = {}

    def habits(self, source: str) -> Habits:
        """What is known of a source; nothing, for a new one."""
        if source not in self._habits:
            sql = "SELECT announced, alarms, missed, span FROM habits WHERE source = ?"
            with usable(self._path, "read"):
                row = self._db.execute(sql, [source]).fetchone()
            self._habits[source] = Habits(*row) if row else Habits()
        return self._habits[source]

    def note_habits(self, source: str, habits: Habits) -> None:
        """Write down what is known of a source now."""
        self._habits[source] = habits
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT OR REPLACE INTO habits VALUES (?, ?, ?, ?, ?)",
                [source, habits.announced, habits.alarms, habits.missed, habits.span],
            )

    def idle_marks(self, host: str) -> frozenset[str]:
        """The parameters and endings that change nothing of what a host serves."""
        if host not in self._marks:
            with usable(self._path, "read"):
                rows = self._db.execute(_IDLE, [host]).fetchall()
            self._marks[host] = frozenset(mark for (mark,) in rows)
        return self._marks[host]

    def note_twins(self, host: str, mark: str, *, same: bool) -> None:
        """Two addresses that differ by a mark have, or have not, given the same text."""
        self._marks.pop(host, None)
        name = mark.partition("=")[0]
        with transaction(self._db, self._path):
            known = self._db.execute(
                "SELECT same FROM twins WHERE host = ? AND mark = ?", [host, mark]
            ).fetchone()
            self._count(host, mark, same=same)
            # A value that was tried before says nothing of the others.
            if name != mark and (known is None or not same):
                self._count(host, name, same=same)

    def _count(self, host: str, mark: str, *, same: bool) -> None:
        self._db.execute(
            "INSERT INTO twins VALUES (:host, :mark, :same, :other) ON CONFLICT DO UPDATE SET"
            " same = same + excluded.same, other = other + excluded.other",
            {"host": host, "mark": mark, "same": same, "other": not same},
        )

    def compare(self, url: str, text: int) -> bool | None:
        """Whether an address gives the text its twins gave; None: this is the first of them."""
        with transaction(self._db, self._path):
            row = self._db.execute(
                "SELECT coalesce((SELECT text FROM urls WHERE url = :url),"
                " (SELECT text FROM texts WHERE url = :url))",
                {"url": url},
            ).fetchone()
            self._db.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", [url, text])
        return None if row[0] is None else bool(row[0] == text)
