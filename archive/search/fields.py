"""The fields of the query language: ``site:bbc.co.uk``, ``after:2026-01``, ``words:>500``."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from archive.index.fold import fold
from archive.index.ids import first_number
from archive.search.dates import span
from archive.times import to_timestamp
from archive.urls import article_key, is_http, urlkey

NUMBER = "@number"
"""Stands in a condition for the number of the article, whichever table it is read from."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL on articles, and its parameters.

    It may speak of the article's number (`NUMBER`), of the narrow table ``f`` (facets) and of the
    wide one ``a`` (articles), which is dearer.
    """

    sql: str
    values: tuple[str | int, ...] = ()


def condition_for(name: str, value: str) -> Condition | str:
    """The condition a field stands for, or a note that says why there is none.

    >>> condition_for("lang", "DE")
    Condition(sql="f.language IN (SELECT id FROM facet_names WHERE ...)", values=('de', 'de'))
    >>> condition_for("after", "soon")
    'after:soon left out: expected a date such as 2026, 2026-01 or 2026-01-31'
    """
    found = _FIELDS[name](value)
    if found is None:
        return f"{name}:{value} left out: expected {_EXPECTED.get(name, 'something else')}"
    return found


# Articles by the captures of their addresses, which are in order of urlkeys.
_CAPTURED = (
    "SELECT d.article FROM captures c CROSS JOIN article_captures ac ON ac.capture = c.id "
    "CROSS JOIN addresses d ON d.id = ac.address"
)


def _source(value: str) -> Condition:
    return Condition(
        "f.source IN (SELECT n.id FROM facet_names n JOIN sources s ON s.id = n.name "
        "WHERE s.id = ? OR lower(s.name) LIKE ? ESCAPE '\\')",
        (value.lower(), f"%{_like(value.lower())}%"),
    )


def _site(value: str) -> Condition | None:
    host = value.removeprefix("https://").removeprefix("http://").strip("/.").lower()
    key = urlkey(f"http://{host}/")
    surt, closed, path = key.partition(")")
    if not closed or not host:
        return None
    if path.strip("/"):
        return _under(key)
    return Condition(
        f"a.id IN ({_CAPTURED} WHERE (c.urlkey >= ? AND c.urlkey < ?) "
        "OR (c.urlkey >= ? AND c.urlkey < ?) OR (c.urlkey >= ? AND c.urlkey < ?))",
        tuple(bound for end in "),:" for bound in (surt + end, surt + chr(ord(end) + 1))),
    )


def _url(value: str) -> Condition | None:
    address = value.rstrip("*")
    if not is_http(address):
        address = f"http://{address}"
    if not is_http(address):
        return None
    if value.endswith("*"):
        return _under(urlkey(address))
    key = article_key(address)
    return Condition(
        "a.id IN (SELECT article FROM addresses WHERE key = ? UNION "  # noqa: S608 - our text
        f"{_CAPTURED} WHERE c.urlkey = ? AND d.key IS NULL)",
        (key, key),
    )


def _under(key: str) -> Condition:
    return Condition(
        f"a.id IN ({_CAPTURED} WHERE c.urlkey >= ? AND c.urlkey < ?)",
        (key, key + "\U0010ffff"),
    )


def _author(value: str) -> Condition | None:
    return _named("article_people", "person", "people", value)


def _tag(value: str) -> Condition | None:
    return _named("article_tags", "tag", "tags", value)


def _named(links: str, column: str, names: str, value: str) -> Condition | None:
    folded = " ".join(fold(value.rstrip("*")).split())
    if not folded:
        return None
    return Condition(
        f"{NUMBER} IN (SELECT article FROM {links} WHERE {column} IN "  # noqa: S608 - our names
        f"(SELECT id FROM {names} WHERE ' ' || folded LIKE ? ESCAPE '\\'))",
        (f"% {_like(folded)}%",),
    )


def _lang(value: str) -> Condition:
    return Condition(
        "f.language IN (SELECT id FROM facet_names WHERE name = ? OR name LIKE ? || '-%')",
        (value.lower(), value.lower()),
    )


def _plain(column: str) -> Callable[[str], Condition]:
    def condition(value: str) -> Condition:
        return Condition(
            f"f.{column} IN (SELECT id FROM facet_names "  # noqa: S608 - our names
            "WHERE lower(name) LIKE ? ESCAPE '\\')",
            (f"%{_like(value.lower())}%",),
        )

    return condition


def _kind(value: str) -> Condition:
    return Condition("a.kind = ?", (value.lower(),))


def _before(value: str) -> Condition | None:
    moments = span(value)
    return moments and Condition(f"{NUMBER} < ?", (first_number(moments[0]),))


def _after(value: str) -> Condition | None:
    # As people mean it: after:2026-01 includes January.
    moments = span(value)
    return moments and Condition(f"{NUMBER} >= ?", (first_number(moments[0]),))


def _on(value: str) -> Condition | None:
    moments = span(value)
    return moments and Condition(
        f"{NUMBER} >= ? AND {NUMBER} < ?", (first_number(moments[0]), first_number(moments[1]))
    )


def _status(value: str) -> Condition | None:
    return _STATUS.get(value.lower())


_STATUS = {
    "removed": Condition("a.removed IS NOT NULL"),
    "live": Condition("a.removed IS NULL"),
    "edited": Condition("a.edited IS NOT NULL"),
    "unedited": Condition("a.edited IS NULL"),
}


def _edited(value: str) -> Condition | None:
    if value.lower() in ("yes", "no"):
        return _STATUS["edited" if value.lower() == "yes" else "unedited"]
    operator, date = _compared(value)
    moments = span(date)
    if moments is None:
        return None
    first, last = map(to_timestamp, moments)
    conditions = {
        "": Condition("a.edited >= ? AND a.edited < ?", (first, last)),
        ">": Condition("a.edited >= ?", (last,)),
        ">=": Condition("a.edited >= ?", (first,)),
        "<": Condition("a.edited < ?", (first,)),
        "<=": Condition("a.edited < ?", (last,)),
    }
    return conditions[operator]


def _words(value: str) -> Condition | None:
    operator, number = _compared(value)
    low, dots, high = number.partition("..")
    if not number.isascii() or not low.isdigit() or len(low) > 9:
        return None
    if dots:
        if operator or not high.isdigit() or len(high) > 9:
            return None
        return Condition("a.words BETWEEN ? AND ?", (int(low), int(high)))
    return Condition(f"a.words {operator or '='} ?", (int(low),))


def _compared(value: str) -> tuple[str, str]:
    match = re.fullmatch(r"(>=|<=|>|<|)(.*)", value, re.DOTALL)
    assert match
    return match[1], match[2]


def _like(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


_FIELDS: dict[str, Callable[[str], Condition | None]] = {
    "source": _source,
    "site": _site,
    "url": _url,
    "author": _author,
    "tag": _tag,
    "lang": _lang,
    "section": _plain("section"),
    "credit": _plain("credit"),
    "kind": _kind,
    "before": _before,
    "after": _after,
    "on": _on,
    "status": _status,
    "edited": _edited,
    "words": _words,
}
_DATE = "a date such as 2026, 2026-01 or 2026-01-31"
_EXPECTED = {
    "before": _DATE,
    "after": _DATE,
    "on": _DATE,
    "edited": f"yes, no or {_DATE}, with <, <=, > or >= before it",
    "status": "one of " + ", ".join(_STATUS),
    "words": "a number, with <, <=, > or >= before it, or two with .. between",
    "site": "a host such as bbc.co.uk",
    "url": "an address",
    "author": "a name",
    "tag": "a name",
}
