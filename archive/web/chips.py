"""What a search is narrowed by: each condition with the search that lacks it, and its days."""

import re
from dataclasses import dataclass
from datetime import timedelta

from archive.search.dates import span
from archive.search.query import Both, Field, Node, Without, parse
from archive.web.holdings import Holdings
from archive.web.language import current, marked, translations_of
from archive.web.narrow import with_condition
from archive.web.render import language_name

# A field with its value, where the query was read as one.
_WRITTEN = re.compile(r'[\w-]+:(?:"[^"]*"|[^\s()"]+)')
_NOT = re.compile(r"(?:-|NOT\s+)$")
_SPOKEN = {
    "source": marked("source"),
    "author": marked("author"),
    "section": marked("section"),
    "tag": marked("tag"),
    "lang": marked("language"),
    "on": marked("published"),
    "after": marked("from"),
    "until": marked("to"),
    "before": marked("before"),
    "credit": marked("taken from"),
    "links-to": marked("links to"),
    "words": marked("words"),
    "status": marked("status"),
}
_DAYS = ("after", "until", "before", "on")


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition: in words, and the query without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class _Condition:
    name: str
    value: str
    is_denied: bool
    begin: int
    end: int


def chips_of(query: str, holdings: Holdings) -> list[Chip]:
    """The conditions of a query that can be taken away by themselves, in its order."""
    names = {source.id: source.name for source in holdings.sources}
    return [Chip(_label(c, names), _cut(query, [c])) for c in _conditions(query)]


def of_days(query: str, first: str, last: str) -> str:
    """The query, of what was published on these days and between; empty ones bound nothing.

    >>> of_days("quay on:2025", "2026-01-31", "")
    'quay after:2026-01-31'
    >>> of_days("quay OR pier", "2026-01-01", "2026-02-01")
    '(quay OR pier) after:2026-01-01 until:2026-02-01'
    """
    bare = _cut(query, [c for c in _conditions(query) if c.name in _DAYS and not c.is_denied])
    days = " ".join(f"{name}:{day}" for name, day in (("after", first), ("until", last)) if day)
    return with_condition(bare, days) if days else bare


def days_of(query: str) -> tuple[str, str]:
    """The first and last day that a query asks for, where it names whole days or a period.

    >>> days_of("quay after:2026-01-31 until:2026-03"), days_of("quay on:2026-02")
    (('2026-01-31', ''), ('2026-02-01', '2026-02-28'))
    """
    conditions = [c for c in _conditions(query) if not c.is_denied]
    for condition in conditions:
        if condition.name == "on" and (days := span(condition.value)) and days.first and days.end:
            return days.first.isoformat(), (days.end - timedelta(days=1)).isoformat()
    found = {c.name: c.value for c in conditions if len(c.value) == len("2026-01-31")}
    return found.get("after", ""), found.get("until", "")


def _conditions(query: str) -> list[_Condition]:
    read = parse(query)
    if read.as_words or read.node is None or read.text != query:
        return []
    parts = read.node.parts if isinstance(read.node, Both) else (read.node,)
    return [found for part in parts if (found := _condition(query, part))]


def _condition(query: str, part: Node) -> _Condition | None:
    field = part.part if isinstance(part, Without) else part
    if not isinstance(field, Field):
        return None
    begin = field.at - 1
    written = _WRITTEN.match(query, begin)
    if written is None:
        return None
    denied = _NOT.search(query, 0, begin) if isinstance(part, Without) else None
    begin = denied.start() if denied else begin
    return _Condition(field.name, field.value, denied is not None, begin, written.end())


def _cut(query: str, conditions: list[_Condition]) -> str:
    for found in reversed(conditions):
        query = f"{query[: found.begin].rstrip()} {query[found.end :].lstrip()}".strip()
    return query


def _label(condition: _Condition, sources: dict[str, str]) -> str:
    value = condition.value
    if condition.name == "source":
        value = sources.get(value, value)
    elif condition.name == "lang":
        value = language_name(value)
    gettext = translations_of(current.get()).gettext
    name = gettext(_SPOKEN.get(condition.name, condition.name))
    return f"{gettext('not') + ' ' if condition.is_denied else ''}{name}: {value}"
