"""Questions as CDX servers are asked them, in the dialects of pywb and of Wayback.

Source: pywb, "CDXJ Server API"; internetarchive/wayback, wayback-cdx-server README.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import re2

from archive.replay.address import pad_timestamp
from archive.urls import urlkey

Sort = Literal["", "reverse", "closest"]
MAX_LINES = 100_000
PAGE_LINES = 3_000
"""Lines of one block; a page has ``pageSize`` of them."""

FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length", "offset", "filename")
_ALIASES = {
    "original": "url",
    "mimetype": "mime",
    "statuscode": "status",
    "warcfilename": "filename",
}
_MORE = ("redirect", "method", "recordtype", "source")
_LAST = "\U0010ffff"
_COLLAPSE = re.compile(r"([a-z]+)(?::(\d{1,4}))?")
_MAX_PATTERN = 200
_MAX_PATTERN_BYTES = 1 << 20


class BadQuery(ValueError):
    """A parameter that cannot be used; says which and what is expected."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one field."""

    field: str
    holds: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class CdxQuery:
    """One question.

    Attributes:
        first: Of urlkeys, inclusive.
        last: Of urlkeys, inclusive.
        since: First timestamp, or its start.
        until: Last timestamp, inclusive.
        filters: All of them must hold.
        fields: Asked for, by pywb's names; empty: all of the dialect.
        names: The same as they were asked for.
        collapse: Field and how many of its characters: of neighbours alike the first is given.
        sort: Order of time; ``closest`` by distance from ``closest``.
        closest: 14 digits.
        limit: Lines at most; negative: the last ones.
        resume: Urlkey and timestamp behind which to go on.
        page: Which block of lines; None: all.
        page_lines: Lines of a page.
    """

    first: str
    last: str
    since: str = ""
    until: str = "9"
    filters: tuple[Filter, ...] = ()
    fields: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    collapse: tuple[tuple[str, int], ...] = ()
    sort: Sort = ""
    closest: str = ""
    limit: int = MAX_LINES
    resume: tuple[str, str, int] | None = None
    page: int | None = None
    page_lines: int = PAGE_LINES

    def of_everything(self) -> "CdxQuery":
        """The same question of every address."""
        return replace(self, first="", last=_LAST)

    def behind(self, key: str, timestamp: str, number: int) -> "CdxQuery":
        """The same question of what comes after one capture."""
        return replace(self, resume=(key, timestamp, number))


def parse_query(
    params: Mapping[str, str], many: Callable[[str], Sequence[str]], *, wayback: bool
) -> CdxQuery:
    """Read the parameters of a request.

    Args:
        params: The first or last value of each.
        many: Every value of one.
        wayback: Whether filters are Wayback's (expressions that fit whole) or pywb's.

    Raises:
        BadQuery: one cannot be used.
    """
    url = params.get("url", "").strip()
    if not url:
        raise BadQuery("url is missing, expected url=https://example.org/")
    first, last = _range(url, params.get("matchType", ""))
    names = tuple(
        n.strip() for n in (params.get("fl") or params.get("fields") or "").split(",") if n.strip()
    )
    sort, closest = params.get("sort", ""), _digits(params, "closest")
    if sort not in ("", "default", "reverse", "closest"):
        raise BadQuery(f"sort is {sort[:40]!r}, expected reverse or closest")
    is_closest = sort == "closest" or (bool(closest) and not sort)
    return CdxQuery(
        first,
        last,
        since=_digits(params, "from"),
        until=_digits(params, "to") or "9",
        filters=tuple(_filter(text, wayback=wayback) for text in many("filter") if text),
        fields=tuple(_field(name) for name in names),
        names=names,
        collapse=tuple(_collapse(text) for text in many("collapse") if text),
        sort="closest" if is_closest else "reverse" if sort == "reverse" else "",
        closest=pad_timestamp(closest) if closest else "",
        limit=_number(params, "limit", MAX_LINES, least=-MAX_LINES) or MAX_LINES,
        resume=_resume(params.get("resumeKey", "")),
        page=_number(params, "page", 0) if "page" in params else None,
        page_lines=PAGE_LINES * max(1, _number(params, "pageSize", 5)),
    )


def resume_key(key: str, timestamp: str, number: int) -> str:
    """Where to go on, as one word.

    >>> resume_key("org,example)/a b", "20260101000000", 3)
    'org,example)/a%20b+20260101000000+3'
    """
    return f"{key.replace('%', '%25').replace(' ', '%20').replace('+', '%2B')}+{timestamp}+{number}"


def _resume(text: str) -> tuple[str, str, int] | None:
    if not text:
        return None
    # A query string turns the plus signs into spaces.
    parts = text.replace(" ", "+").split("+")
    if len(parts) != 3 or not parts[1].isdecimal() or not parts[2].isdecimal():
        raise BadQuery("resumeKey is none that was given here")
    key = parts[0].replace("%20", " ").replace("%2B", "+").replace("%25", "%")
    return key, parts[1], min(int(parts[2]), (1 << 63) - 1)


def _range(url: str, match_type: str) -> tuple[str, str]:
    """First and last urlkey that are asked for."""
    if not match_type and url.startswith("*."):
        url, match_type = url[2:], "domain"
    elif not match_type and url.endswith("*"):
        url, match_type = url[:-1], "prefix"
    url = url.removeprefix("*.").removesuffix("*") if match_type != "exact" else url
    key = urlkey(url if "://" in url else f"http://{url}")
    host = key.partition(")")[0]
    if match_type in ("", "exact"):
        return key, key
    if match_type == "prefix":
        # A slash at the end is a boundary that urlkeys leave out.
        slash = "/" if url.endswith("/") and not key.endswith("/") else ""
        return key + slash, key + slash + _LAST
    if match_type == "host":
        return f"{host})/", f"{host})/{_LAST}"
    if match_type == "domain":
        # `com,example)` and `com,example,sub)`: a comma comes right before a hyphen.
        return f"{host})", f"{host},{_LAST}"
    raise BadQuery(f"matchType is {match_type[:40]!r}, expected exact, prefix, host or domain")


def _field(name: str) -> str:
    plain = _ALIASES.get(name.lower(), name.lower())
    if plain not in FIELDS and plain not in _MORE:
        raise BadQuery(f"there is no field {name[:40]!r}; expected some of {', '.join(FIELDS)}")
    return plain


def _filter(text: str, *, wayback: bool) -> Filter:
    negated = text.startswith("!")
    rest = text[1:] if negated else text
    how = rest[0] if rest[:1] in ("=", "~") else ""
    name, colon, value = rest[len(how) :].partition(":")
    if not colon:
        raise BadQuery(f"filter is {text[:60]!r}, expected field:value")
    field = _field(name)
    if how == "=":
        return Filter(field, lambda found: (found == value) is not negated)
    if how == "~" or wayback:
        fits = _pattern(value).fullmatch if wayback else _pattern(value).match
        return Filter(field, lambda found: (fits(found[:2000]) is not None) is not negated)
    return Filter(field, lambda found: (value in found) is not negated)


def _pattern(text: str) -> "re2._Regexp":
    """An expression in RE2, which takes time by the length of a line whatever is asked for."""
    if len(text) > _MAX_PATTERN:
        raise BadQuery(f"filter: an expression longer than {_MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_PATTERN_BYTES
    try:
        return re2.compile(text, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise BadQuery(f"filter: {text[:60]!r} is no expression that RE2 reads") from error


def _collapse(text: str) -> tuple[str, int]:
    match = _COLLAPSE.fullmatch(text.lower())
    if not match:
        raise BadQuery(f"collapse is {text[:40]!r}, expected a field, or timestamp:10")
    return _field(match[1]), int(match[2] or 0)


def _digits(params: Mapping[str, str], name: str) -> str:
    value = params.get(name, "").strip()
    if not re.fullmatch(r"[0-9]{0,14}", value):
        raise BadQuery(f"{name} is {value[:40]!r}, expected up to 14 digits")
    return value


def _number(params: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    value = params.get(name, "").strip() or str(default)
    if not re.fullmatch(r"-?[0-9]{1,9}", value) or int(value) < least:
        raise BadQuery(f"{name} is {value[:40]!r}, expected a number")
    return int(value)
