"""Addresses of the replay origin, and where the addresses in an archived page lead.

Source: Memento and Wayback practice: ``/web/<timestamp>/<url>``, and letters behind the timestamp
that say what is wanted: ``id_`` for the bytes as stored, ``cs_`` for a style sheet.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urldefrag, urljoin

from archive.urls import is_http, normalise

ANY_TIME = "*"
RAW = "id_"
AS_STYLE = "cs_"
# What a page needs, by the letters that pywb and Wayback put into the addresses of such things.
REQUISITES = frozenset({"im_", AS_STYLE, "js_", "oe_", "fw_"})

# What is to be highlighted, before the timestamp: what was read as the article, or words.
TEXT_MARKED = "text"
WORDS_MARKED = "words:"
_MARKED = re.compile(
    rf"(/web)?/marked/({TEXT_MARKED}|{WORDS_MARKED}[^/]{{1,6000}})(/.+)", re.DOTALL
)
# Proxies and shells fold the double slash of the inner address; it is put back.
_PATH = re.compile(
    r"(/web)?/(?:(?:([0-9]{1,14})(?:@([0-9a-f]{10}))?([a-z]{2}_)?|(\*))/)?"
    r"(?:(https?):/{1,3})?(.+)",
    re.IGNORECASE | re.DOTALL,
)
_HOST = re.compile(
    r"[a-z0-9.-]+\.[a-z][a-z0-9-]+(?::[0-9]+)?(?:[/?].*)?", re.IGNORECASE | re.DOTALL
)
_SCHEME = re.compile(r"(https?):([/\\]*)", re.IGNORECASE)
# Addresses of which no reader would change a letter: most of them.
_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=/)(?:(?!/\.)[A-Za-z0-9%_.~!$&'()*+,;=:@/-])*+"
    r"(?:\?[A-Za-z0-9%_.~!$&'()*+,;=:@/?-]*+)?"
)
_MAX_QUERY = 500
_SLASHES = re.compile(r"[/\\]{2,}")
_REFRESH = re.compile(r"\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL)

# What a browser leaves as it is in an address; everything else is percent-encoded.
_SAFE = "!#$%&'()*+,/:;=?@[]~|"


@dataclass(frozen=True, slots=True)
class Address:
    """What one replay address asks for.

    ``timestamp`` is 14 digits as padded, ``*`` for every capture, or None for the latest; ``mark``
    tells one of several captures of a second; ``flavour`` are the letters behind the timestamp;
    ``plain`` is False for an address as they were before they began with ``/web/``; ``marks`` says
    what is to be highlighted: ``text``, or ``words:`` and a query, percent-encoded.
    """

    url: str
    timestamp: str | None = None
    mark: str = ""
    flavour: str = ""
    plain: bool = True
    marks: str = ""

    def at(self, moment: str, url: str) -> str:
        """The same of another moment or address: a path on the replay origin.

        >>> Address("http://a.example/", flavour="im_", marks="text").at("2026", "http://b.example/")
        '/web/marked/text/2026im_/http://b.example/'
        """
        return f"/web{marked(self.marks)}/{moment}{self.flavour}/{url}"

    @property
    def words(self) -> str:
        """The query whose finds are to be highlighted; empty where none is."""
        is_query = self.marks.startswith(WORDS_MARKED)
        return unquote(self.marks.removeprefix(WORDS_MARKED)) if is_query else ""

    @property
    def raw(self) -> bool:
        """Whether the bytes are wanted as stored."""
        return self.flavour == RAW


def marked(marks: str) -> str:
    """How an address says what is to be highlighted, before its timestamp."""
    return f"/marked/{marks}" if marks else ""


def words_marked(query: str) -> str:
    """What ``marks`` of an address are for the finds of a query.

    >>> words_marked("harbour wall/quay")
    'words:harbour%20wall%2Fquay'
    """
    return f"{WORDS_MARKED}{quote(query[:_MAX_QUERY], safe='')}" if query else ""


def parse_address(path: str, query: str = "") -> Address | None:
    """Read a replay address from the path and query string as they came over the wire.

    >>> parse_address("/web/2026id_/http:/a.example/b", "c=1")
    Address(url='http://a.example/b?c=1', timestamp='20260101000000', mark='', flavour='id_',
            plain=True, marks='')
    >>> parse_address("/web/https://a.example/").timestamp is None, parse_address("/favicon.ico")
    (True, None)
    """
    if wanted := _MARKED.fullmatch(path):
        inner = parse_address((wanted[1] or "/web") + wanted[3], query)
        return inner and replace(inner, marks=wanted[2])
    match = _PATH.fullmatch(path)
    if not match:
        return None
    web, digits, mark, flavour, star, scheme, rest = match.groups()
    if scheme is None and not (web and _HOST.fullmatch(rest)):
        return None
    url = f"{(scheme or 'http').lower()}://{rest}" + (f"?{query}" if query else "")
    if not is_http(url):
        return None
    timestamp = star or (pad_timestamp(digits) if digits else None)
    return Address(url, timestamp, (mark or "").lower(), (flavour or "").lower(), bool(web))


def pad_timestamp(digits: str) -> str:
    """Complete a shortened timestamp to the first moment it stands for.

    What no calendar has becomes the moment next to it: people ask for ``0`` and ``99999999``.

    >>> pad_timestamp("2026"), pad_timestamp("20260214"), pad_timestamp("2026021409")
    ('20260101000000', '20260214000000', '20260214090000')
    >>> pad_timestamp("0"), pad_timestamp("20260230"), pad_timestamp("99999999999999")
    ('00010101000000', '20260228000000', '99991231235959')
    """
    padded = digits + "00000101000000"[len(digits) :]
    year = max(int(padded[:4]), 1)
    month = min(max(int(padded[4:6]), 1), 12)
    day = min(max(int(padded[6:8]), 1), monthrange(year, month)[1])
    hour = min(int(padded[8:10]), 23)
    minute, second = (min(int(padded[at : at + 2]), 59) for at in (10, 12))
    return f"{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"


def parse_refresh(content: str) -> tuple[float, str] | None:
    """Read the value of a Refresh header or ``<meta http-equiv=refresh>``: seconds and address.

    >>> parse_refresh("0; URL='/new'"), parse_refresh("30")
    ((0.0, '/new'), None)
    """
    match = _REFRESH.fullmatch(content)
    if not match or not match[2].strip():
        return None
    try:
        delay = float(match[1] or 0)
    except ValueError:
        delay = 0.0
    return delay, match[2].strip().strip("\"'").strip()


@dataclass(frozen=True, slots=True)
class Links:
    """Where the addresses found in one archived document lead.

    ``document`` is its own address, ``base`` the one that relative addresses start from;
    ``room`` is the origin of the reading room, whose frame page shows other pages; ``encoding``
    is the document's, in which browsers write query strings; ``quirky`` says that browsers read it
    in quirks mode.
    """

    document: str
    timestamp: str
    room: str
    base: str = ""
    encoding: str = "utf-8"
    quirky: bool = False

    def absolute(self, url: str) -> str | None:
        r"""The live address a reference stood for; None when it is no http address.

        >>> Links("http://a.example/b/", "20260101000000", "").absolute(" ../c d?e#f ")
        'http://a.example/c%20d?e#f'
        >>> links = Links("http://a.example/b/", "20260101000000", "")
        >>> links.absolute("\\\\c.example\\d"), links.absolute("http:d")
        ('http://c.example/d', 'http://a.example/b/d')
        """
        base = self.base or self.document
        plain = "/".join(base.split("/", 3)[:3]) + url if url[:1] == "/" else url
        if url[:2] != "//" and _PLAIN.fullmatch(plain):
            return plain
        cleaned = re.sub(r"[\t\r\n]", "", url.strip(_BLANKS))
        try:
            joined, fragment = urldefrag(urljoin(base, _as_browsers_read(cleaned, base)))
            if not is_http(joined):
                return None
            head, mark, query = normalise(joined).partition("?")
            encoded = quote(head, _SAFE) + mark + quote(query, _SAFE, self.encoding, "replace")
            return encoded + (f"#{quote(fragment, _SAFE)}" if fragment else "")
        except (ValueError, LookupError):
            return None

    def requisite(self, url: str) -> str | None:
        """Where a picture, style sheet, font or frame is found: a path on the replay origin.

        >>> links = Links("https://a.example/b", "20260101000000", "http://127.0.0.1:8080")
        >>> links.requisite("//cdn.example/i.png"), links.requisite("javascript:alert(1)")
        ('/web/20260101000000/https://cdn.example/i.png', None)
        """
        if url.lstrip()[:5].lower() == "data:" or url.startswith("#"):
            return url
        absolute = self.absolute(url)
        return f"/web/{self.timestamp}/{absolute}" if absolute else None

    def flavoured(self, located: str, flavour: str) -> str:
        """A place that `requisite` gave, with letters that say what is wanted there.

        >>> Links("http://a.example/", "2026", "").flavoured("/web/2026/http://a.example/x", "cs_")
        '/web/2026cs_/http://a.example/x'
        """
        start = f"/web/{self.timestamp}"
        return (
            f"{start}{flavour}{located.removeprefix(start)}"
            if located.startswith(start)
            else located
        )

    def page(self, url: str) -> str | None:
        """Where a link leads: the frame page of the reading room, or a place in this page.

        >>> links = Links("https://a.example/b", "20260101000000", "http://127.0.0.1:8080")
        >>> links.page("/c"), links.page("#top"), links.page("javascript:alert(1)")
        ('http://127.0.0.1:8080/view/20260101000000/https://a.example/c', '#top', None)
        """
        if url.startswith("#"):
            return url
        if url.lstrip().lower().startswith(("mailto:", "tel:")):
            return url.strip()
        absolute = self.absolute(url)
        if absolute is None:
            return None
        target, fragment = urldefrag(absolute)
        if fragment and target == self.absolute(self.document):
            return f"#{fragment}"
        return f"{self.room}/view/{self.timestamp}/{absolute}"


_BLANKS = "".join(map(chr, range(33)))


def _as_browsers_read(url: str, base: str) -> str:
    r"""An address with its slashes as browsers take them: back ones for slashes, many for two.

    Source: WHATWG URL, 4.4 (basic URL parser), for http and https.
    """
    head = url[: min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))]
    rest = url[len(head) :]
    scheme = _SCHEME.match(head)
    if scheme:
        slashes, path = scheme[2], head[scheme.end() :].replace("\\", "/")
        if len(slashes) < 2 and base.lower().startswith(f"{scheme[1].lower()}:"):
            return "/" * len(slashes) + path + rest
        return f"{scheme[1].lower()}://{path}{rest}"
    if ":" in head.partition("/")[0]:
        return url
    if slashes_at_start := _SLASHES.match(head):
        return "//" + head[slashes_at_start.end() :].replace("\\", "/") + rest
    return head.replace("\\", "/") + rest
