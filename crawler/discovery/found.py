"""One address that a document names, with the dates it gives for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from archive.urls import is_http, normalise


@dataclass(frozen=True, slots=True)
class Found:
    """An absolute http(s) address in its plain spelling; moments are seconds since 1970, UTC."""

    url: str
    published: float | None = None
    modified: float | None = None


# What is spelled plainly already: nothing to resolve, to escape or to leave out. On real pages that
# is most references, and finding out by parsing that nothing changes takes 30 times as long.
_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = rf"https?://{_LABEL}(?:\.{_LABEL})+"
_PATH = r"/(?:[A-Za-z0-9_~!$&'()*+,=:@-]|(?<!/)\.|/(?!/)|%[0-9A-Fa-f]{2})*+"
_QUERY = r"(?:\?(?:[A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})++)?"
_PLAIN = re.compile(rf"(?:{_HOST})?(?!//){_PATH}{_QUERY}")


def absolute(base: str, reference: str, *, encoding: str = "utf-8") -> str | None:
    """The address a reference leads to, as it would be sent; None where it is not http(s).

    >>> absolute("https://a.example/x/", "../\u00fc b?q=1#top")
    'https://a.example/%C3%BC%20b?q=1'
    >>> absolute("https://a.example/", "mailto:desk@a.example") is None
    True

    Args:
        base: Absolute.
        reference: As the document has it; white space around it and line ends in it are dropped.
        encoding: Of the document: what its query strings are escaped in.
    """
    if _PLAIN.fullmatch(reference):
        root = "" if reference[0] != "/" else _root(base)
        return None if root is None else root + reference
    reference = "".join(reference.split("\n")).replace("\r", "").replace("\t", "").strip()
    if not reference or reference.startswith(("#", "data:", "javascript:")):
        return None
    return _resolve(base, reference, encoding)


@lru_cache(maxsize=512)
def _root(base: str) -> str | None:
    """Scheme, host and port of a base, as they would be sent."""
    root = _resolve(base, "/", "utf-8")
    return root and root.removesuffix("/")


def _resolve(base: str, reference: str, encoding: str) -> str | None:
    try:
        joined = urljoin(base, reference)
        if not is_http(joined):
            return None
        plain = normalise(safe_url_string(joined, encoding=encoding))
    except (ValueError, LookupError, UnicodeError):
        return None
    # A host of dots alone is none, and one that has no ASCII form cannot be asked for.
    return plain if plain.isascii() and is_http(plain) else None


def moment(text: str) -> float | None:
    """Seconds since 1970 of a W3C date; None for anything else.

    >>> moment("1970-01-02"), moment("1970-01-01T01:00:00+01:00"), moment("1970-01")
    (86400.0, 0.0, 0.0)
    >>> moment("yesterday") is None
    True

    Source: https://www.w3.org/TR/NOTE-datetime
    """
    text = text.strip()
    if len(text) in (4, 7):
        text = f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def unique(found: Iterable[Found]) -> tuple[Found, ...]:
    """The first of each address, in order.

    >>> unique([Found("http://a/"), Found("http://b/"), Found("http://a/", 1.0)])[1].url
    'http://b/'
    """
    first: dict[str, Found] = {}
    for entry in found:
        first.setdefault(entry.url, entry)
    return tuple(first.values())
