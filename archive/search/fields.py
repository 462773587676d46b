"""The fields of the query language: ``site:bbc.co.uk``, ``after:2026-01``, ``words:>500``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from archive.index.rows import PRINTED
from archive.search.dates import Span, span
from archive.text.fold import fold
from archive.urls import article_key, is_http, urlkey
from extract.article import Paywall


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so of an article.

    Attributes:
        sql: A piece of SQL; ``{n}`` stands for the article's number.
        values: Its parameters.
        days: The days of publication it limits to, for walks by date; None for no limit.
    """

    sql: str
    values: tuple[str | int, ...] = ()
    days: Span | None = None

    def of(self, number: str) -> str:
        """The piece of SQL for an article whose number is called so."""
        return self.sql.replace("{n}", number)

    def negated(self) -> "Condition":
        """What must not be so."""
        return Condition(f"NOT coalesce(({self.sql}), 0)", self.values)


NEVER = Condition("0")


def condition_for(name: str, value: str, today: date | None = None) -> Condition | str:
    """The condition a field stands for, or why there is none.

    Args:
        name: One of `archive.search.query.FIELDS`.
        value: What was typed behind the colon.
        today: What ``7d`` is counted from.

    >>> condition_for("kind", "video").values
    ('video',)
    >>> condition_for("after", "soon")
    'after:soon left out: expected a date such as 2026, 2026-01, 2026-01-31, 2020..2022 or 7d'
    """
    if name in _BY_DATE:
        days = span(value, today)
        found = _BY_DATE[name](days) if days else None
    else:
        found = _FIELDS[name](value)
    return found or _left_out(name, value, _EXPECTED.get(name, "something else"))


def page_condition_for(name: str, value: str, today: date | None = None) -> Condition | str:
    """The same for pages that are no articles, of their captures ``c``, or why there is none.

    >>> page_condition_for("kind", "Login").values, page_condition_for("words", "9")
    (('login',), 'words:9 left out: expected a field that pages which are no articles have')
    """
    if name in _BY_DATE:
        days = span(value, today)
        found = _BY_DATE["on" if name == "captured" else name](days) if days else None
        if found is None or found.days is None:
            return _left_out(name, value, _DATE)
        return _timestamps("c", "timestamp", "timestamp", found.days)
    if name not in _PAGE_FIELDS:
        return _left_out(name, value, "a field that pages which are no articles have")
    return _PAGE_FIELDS[name](value) or _left_out(name, value, _EXPECTED[name])


def _left_out(name: str, value: str, expected: str) -> str:
    return f"{name}:{value} left out: expected {expected}"


# Numbers of articles by the captures of their addresses, which are in order of urlkeys.
_CAPTURED = (
    "SELECT a.number FROM captures c CROSS JOIN article_captures ac ON ac.capture = c.id "
    "CROSS JOIN addresses d ON d.id = ac.address CROSS JOIN articles a ON a.id = d.article"
)
_CAPTURED_AT = f"{_CAPTURED} WHERE c.urlkey = ? AND d.key IS NULL"
_AT_KEY = "SELECT a.number FROM addresses d JOIN articles a ON a.id = d.article WHERE d.key = ?"
_LINKING = (
    "SELECT a.number FROM links l CROSS JOIN versions v ON v.id = l.version "
    "CROSS JOIN articles a ON a.id = v.article"
)


def _article(sql: str, *values: str | int) -> Condition:
    return Condition(f"EXISTS (SELECT 1 FROM articles a WHERE a.number = {{n}} AND {sql})", values)  # noqa: S608 - constants


def _facet(column: str, names: str, *values: str) -> Condition:
    sql = f"(SELECT f.{column} FROM facets f WHERE f.number = {{n}}) IN ({names})"  # noqa: S608 - constants
    return Condition(sql, values)


_SOURCES = "SELECT {} FROM sources s {} WHERE s.id = ? OR lower(s.name) LIKE ? ESCAPE '\\'"


def _source(value: str) -> Condition:
    names = _SOURCES.format("n.id", "JOIN facet_names n ON n.name = s.id")
    return _facet("source", names, value.lower(), f"%{_like(value.lower())}%")


def _source_of_page(value: str) -> Condition:
    names = _SOURCES.format("s.id", "")
    return Condition(f"c.source IN ({names})", (value.lower(), f"%{_like(value.lower())}%"))


def _ranges(column: str, bounds: list[tuple[str, str]] | None) -> Condition | None:
    if bounds is None:
        return None
    ranges = " OR ".join([f"({column} >= ? AND {column} < ?)"] * len(bounds))
    return Condition(ranges, tuple(bound for pair in bounds for bound in pair))


def _hosts(value: str) -> list[tuple[str, str]] | None:
    """The urlkeys of a host and of all below it, or of a path: pairs of bounds."""
    host = value.removeprefix("https://").removeprefix("http://").strip("/.").lower()
    key = urlkey(f"http://{host}/")
    surt, closed, path = key.partition(")")
    if not closed or not host:
        return None
    if path.strip("/"):
        return [(key, key + "\U0010ffff")]
    return [(surt + end, surt + chr(ord(end) + 1)) for end in "),:"]


def _within(select: str, column: str, bounds: list[tuple[str, str]] | None) -> Condition | None:
    found = _ranges(column, bounds)
    return found and Condition(f"{{n}} IN ({select} WHERE {found.sql})", found.values)


def _site(value: str) -> Condition | None:
    return _within(_CAPTURED, "c.urlkey", _hosts(value))


def _links_to(value: str) -> Condition | None:
    if re.match("https?://[^/]+/.", value) and not value.endswith("*"):
        return Condition(f"{{n}} IN ({_LINKING} WHERE l.urlkey = ?)", (urlkey(value),))
    return _within(_LINKING, "l.urlkey", _hosts(value.rstrip("*")))


def _url(value: str) -> Condition | None:
    address = value.rstrip("*")
    if not is_http(address):
        address = f"http://{address}"
    if not is_http(address):
        return None
    if value.endswith("*"):
        key = urlkey(address)
        return _within(_CAPTURED, "c.urlkey", [(key, key + "\U0010ffff")])
    key = article_key(address)
    return Condition(f"{{n}} IN ({_AT_KEY} UNION {_CAPTURED_AT})", (key, key))


def _url_range(value: str) -> list[tuple[str, str]] | None:
    address = value.rstrip("*")
    key = urlkey(address if is_http(address) else f"http://{address}")
    return [(key, key + ("\U0010ffff" if value.endswith("*") else "\0"))] if address else None


def _named(links: str, column: str, names: str) -> Callable[[str], Condition | None]:
    def condition(value: str) -> Condition | None:
        folded = " ".join(fold(value.rstrip("*")).split())
        if not folded:
            return None
        return Condition(
            f"{{n}} IN (SELECT article FROM {links} WHERE {column} IN "  # noqa: S608 - our names
            f"(SELECT id FROM {names} WHERE ' ' || folded LIKE ? ESCAPE '\\'))",
            (f"% {_like(folded)}%",),
        )

    return condition


def _lang(value: str) -> Condition:
    value = value.lower().replace("_", "-")
    names = "SELECT id FROM facet_names WHERE lower(name) = ? OR lower(name) LIKE ? || '-%'"
    return _facet("language", names, value, value)


def _plain(column: str) -> Callable[[str], Condition]:
    def condition(value: str) -> Condition:
        names = "SELECT id FROM facet_names WHERE lower(name) LIKE ? ESCAPE '\\'"
        return _facet(column, names, f"%{_like(value.lower())}%")

    return condition


def _kind(value: str) -> Condition:
    return _article("a.kind = ?", value.lower().replace("-", "_"))


def _paywall(value: str) -> Condition | None:
    value = {"yes": "closed", "no": "open"}.get(value.lower(), value.lower())
    known = value in {paywall.value for paywall in Paywall}
    return _article("a.paywall = ?", value) if known else None


def _days(days: Span) -> Condition:
    """By date as it is printed; a year without a day counts as its first."""
    bounds = ((">=", days.first), ("<", days.end))
    found = [(way, bound.toordinal()) for way, bound in bounds if bound]
    between = " AND ".join(f"f.day {way} ?" for way, _ in found)
    sql = f"EXISTS (SELECT 1 FROM facets f WHERE f.number = {{n}} AND {between})"  # noqa: S608 - constants
    return Condition(sql, tuple(bound for _, bound in found), days)


def _captured(days: Span) -> Condition:
    found = _timestamps("a", "first_captured", "last_captured", days)
    return _article(found.sql, *found.values)


def _timestamps(row: str, first: str, last: str, days: Span) -> Condition:
    """That what lies between two timestamps of a row overlaps some days."""
    bounds = ((f"{row}.{last} >= ?", days.first), (f"{row}.{first} < ?", days.end))
    found = [(sql, f"{bound:%Y%m%d}") for sql, bound in bounds if bound]
    return Condition(" AND ".join(sql for sql, _ in found), tuple(stamp for _, stamp in found))


_BY_DATE: dict[str, Callable[[Span], Condition | None]] = {
    "on": _days,
    # As people mean it: after:2026-01 and until:2026-01 include January, before:2026-01 does not.
    "after": lambda days: _days(Span(days.first or days.end, None)),
    "until": lambda days: _days(Span(None, days.end)) if days.end else _days(days),
    "before": lambda days: _days(Span(None, days.first)) if days.first else None,
    "captured": _captured,
}

_SILENT = "SELECT 1 FROM events e WHERE e.article = a.id AND e.silent = 1"
_STATUS = {
    "removed": _article("a.removed IS NOT NULL"),
    "live": _article("a.removed IS NULL"),
    "edited": _article("a.edited IS NOT NULL"),
    "unedited": _article("a.edited IS NULL"),
    "silent": _article(f"a.edited IS NOT NULL AND EXISTS ({_SILENT})"),
}


def _status(value: str) -> Condition | None:
    return _STATUS.get(value.lower())


def _edited(value: str) -> Condition | None:
    if value.lower() in ("yes", "no"):
        return _STATUS["edited" if value.lower() == "yes" else "unedited"]
    operator, typed = _compared(value)
    days = span(typed)
    if days is None or days.first is None or days.end is None:
        return None
    first, end = f"{days.first:%Y%m%d}", f"{days.end:%Y%m%d}"
    return {
        "": _article("a.edited >= ? AND a.edited < ?", first, end),
        ">": _article("a.edited >= ?", end),
        ">=": _article("a.edited >= ?", first),
        "<": _article("a.edited < ?", first),
        "<=": _article("a.edited < ?", end),
    }[operator]


def _words(value: str) -> Condition | None:
    operator, number = _compared(value)
    match = re.fullmatch(r"(\d{1,9})(?:\.\.(\d{1,9}))?", number, re.ASCII)
    if not match or (match[2] and operator):
        return None
    if match[2]:
        return _article("a.words BETWEEN ? AND ?", int(match[1]), int(match[2]))
    return _article(f"a.words {operator or '='} ?", int(match[1]))


def _compared(value: str) -> tuple[str, str]:
    match = re.fullmatch(r"(>=|<=|>|<|)(.*)", value, re.DOTALL)
    assert match
    return match[1], match[2]


def _printed(column: str) -> Callable[[str], Condition | None]:
    """Conditions on a part of what a page prints, by the text that an article has now."""
    sql = (
        "EXISTS (SELECT 1 FROM articles a JOIN versions v ON v.id = a.current_version "  # noqa: S608 - constants
        f"WHERE a.number = {{n}} AND v.{column} LIKE ? ESCAPE '\\')"
    )
    return lambda value: Condition(sql, (f"%{_like(value)}%",))


def _like(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


_FIELDS: dict[str, Callable[[str], Condition | None]] = {
    "source": _source,
    "site": _site,
    "url": _url,
    "author": _named("article_people", "person", "people"),
    "tag": _named("article_tags", "tag", "tags"),
    "lang": _lang,
    "section": _plain("section"),
    "credit": _plain("credit"),
    "kind": _kind,
    "paywall": _paywall,
    "links-to": _links_to,
    "status": _status,
    "edited": _edited,
    "words": _words,
    **{name: _printed(name) for name in PRINTED},
}
_DATE = "a date such as 2026, 2026-01, 2026-01-31, 2020..2022 or 7d"
_EXPECTED = {
    **dict.fromkeys(_BY_DATE, _DATE),
    "edited": "yes, no or a date such as 2026-01, with <, <=, > or >= before it",
    "status": "one of " + ", ".join(_STATUS),
    "paywall": "one of " + ", ".join(paywall.value for paywall in Paywall),
    "words": "a number, with <, <=, > or >= before it, or two with .. between",
    "site": "a host such as bbc.co.uk",
    "links-to": "a host such as bbc.co.uk, or an address",
    "url": "an address",
    "author": "a name",
    "tag": "a name",
}
_PAGE_FIELDS: dict[str, Callable[[str], Condition | None]] = {
    "kind": lambda value: Condition("p.kind = ?", (value.lower().replace("-", "_"),)),
    "source": _source_of_page,
    "lang": lambda value: Condition("lower(p.language) = ?", (value.lower(),)),
    "site": lambda value: _ranges("c.urlkey", _hosts(value)),
    "url": lambda value: _ranges("c.urlkey", _url_range(value)),
}
