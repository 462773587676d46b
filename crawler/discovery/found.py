"""One address that a document names, with the dates it gives for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from ada_url import URL
from w3lib.url import safe_url_string

from archive.urls import is_http, normalise
from crawler.discovery.dates import moment

__all__ = ["Found", "absolute", "is_oddly_written", "moment", "unique", "written"]


@dataclass(frozen=True, slots=True)
class Found:
    """An absolute http(s) address in its plain spelling; moments are seconds since 1970, UTC."""

    url: str
    published: float | None = None
    modified: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a document names.

    Attributes:
        pages: In its order.
        listings: Further ones, such as the sitemaps of an index.
        is_complete: It names all there ever was, as a sitemap does, and not the newest only: what
            it gives without a date, the first time it is read, is taken for old.
    """

    pages: tuple[Found, ...] = ()
    listings: tuple[Found, ...] = ()
    is_complete: bool = False


# What is spelled plainly already: nothing to resolve, to escape or to leave out. On real pages that
# is most references, and finding out by parsing that nothing changes takes 30 times as long.
_LABEL = "(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
# A port that may be a scheme's own is left to the parser.
_PORT = "(?::(?!443/)(?:[1-5][0-9]{4}|[1-9][0-9]{2,3})(?=/))?"
_HOST = rf"https?://(?:{_LABEL}(?:\.{_LABEL})*\.[a-z]{{2,}}|{_BYTE}(?:\.{_BYTE}){{3}}){_PORT}"
_PATH = r"/(?:[A-Za-z0-9_~!$&'()*+,=:@-]|(?<!/)\.|/(?!/)|%(?!2[Ee])[0-9A-Fa-f]{2})*+"
_QUERY = r"(?:\?(?:[A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})++)?"
_ASIDE = re.compile(r"[^\x00-\x7f]+")
_PLAIN = re.compile(rf"(?:{_HOST})?(?!//){_PATH}{_QUERY}")
_WRAPPED = re.compile(r"""["']|<!\[CDATA\[""")
_NO_SCHEME = re.compile(r"www\.[\w-]+(?:\.[\w-]+)+(?:[/?:]|$)", re.IGNORECASE)
_ONE_SLASH = re.compile(r"(?<=http|ttps):/(?=[^/])", re.IGNORECASE)
_PLAIN_ROOT = re.compile(rf"{_HOST}(?=/)")


def absolute(base: str, reference: str, *, encoding: str = "utf-8") -> str | None:
    """The address a reference leads to, read as browsers do; None where it is not http(s).

    >>> absolute("https://a.example/x/", "../\u00fc b?q=1#top")
    'https://a.example/%C3%BC%20b?q=1'
    >>> absolute("https://a.example/", "mailto:desk@a.example") is None
    True
    >>> [absolute("https://a.example/", odd) for odd in ("/y/../z", "///b.example")]
    ['https://a.example/z', 'https://b.example/']

    Args:
        base: Absolute.
        reference: As the document has it; white space around it and line ends in it are dropped.
        encoding: Of the document: what its query strings are escaped in.

    Source: https://url.spec.whatwg.org/#url-parsing; user names and passwords are left out.
    """
    if _PLAIN.fullmatch(reference):
        root = "" if reference[0] != "/" else _root(base)
        return None if root is None else root + reference
    reference = "".join(reference.split("\n")).replace("\r", "").replace("\t", "").strip()
    if not reference or reference.startswith(("#", "data:", "javascript:")):
        return None
    return _resolve(base, reference, encoding)


def written(base: str, text: str) -> str | None:
    """The address that a feed, a sitemap or a list writes, by a hand that is no browser's.

    In quotes, in a CDATA section that was escaped, without its scheme, a slash short.

    >>> odd = ('"/x"', "<![CDATA[/x]]>", "www.b.example")
    >>> [written("https://a.example/f", text) for text in odd]
    ['https://a.example/x', 'https://a.example/x', 'https://www.b.example/']
    """
    plain = text.strip()
    if _WRAPPED.match(plain):
        plain = plain.removeprefix("<![CDATA[").removesuffix("]]>").strip().strip("\"'").strip()
    if _NO_SCHEME.match(plain):
        plain = f"//{plain}"
    plain = _ONE_SLASH.sub("://", plain, count=1)
    return absolute(base, plain)


def is_oddly_written(text: str) -> bool:
    """Tell whether an address is in quotes, in a CDATA section, or without its scheme."""
    return bool(_WRAPPED.match(text) or _NO_SCHEME.match(text))


def _root(base: str) -> str | None:
    """Scheme, host and port of a base, as they would be sent."""
    plain = _PLAIN_ROOT.match(base)
    return plain[0] if plain else _odd_root(base)


@lru_cache(maxsize=512)
def _odd_root(base: str) -> str | None:
    root = _resolve(base, "/", "utf-8")
    return root and root.removesuffix("/")


def _resolve(base: str, reference: str, encoding: str) -> str | None:
    try:
        joined = URL(_escaped(reference, encoding), base)
        if joined.protocol not in ("http:", "https:"):
            return None
        plain = normalise(safe_url_string(joined.href, encoding="utf-8"))
    except (ValueError, LookupError, UnicodeError):
        return None
    return plain if plain.isascii() and is_http(plain) else None


def _escaped(reference: str, encoding: str) -> str:
    """A reference whose query is escaped in the encoding of its document, as browsers do.

    Source: https://url.spec.whatwg.org/#query-state
    """
    if reference.isascii() or encoding.lower() in ("utf-8", "utf8"):
        return reference
    head, hash_, fragment = reference.partition("#")
    path, mark, query = head.partition("?")
    return (
        path + mark + _ASIDE.sub(lambda m: quote(m[0], encoding=encoding), query) + hash_ + fragment
    )


def unique(found: Iterable[Found]) -> tuple[Found, ...]:
    """The first of each address, in order.

    >>> unique([Found("http://a/"), Found("http://b/"), Found("http://a/", 1.0)])[1].url
    'http://b/'
    """
    first: dict[str, Found] = {}
    for entry in found:
        first.setdefault(entry.url, entry)
    return tuple(first.values())
