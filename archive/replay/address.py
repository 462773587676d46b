"""Addresses of the replay origin, and where the addresses in an archived page lead.

Source: Memento and Wayback practice: ``/<timestamp>/<url>``, ``id_`` for the bytes as stored.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from urllib.parse import quote, urldefrag, urljoin

from archive.urls import is_http, normalise

ANY_TIME = "*"
RAW = "id_"
LATEST = "99991231235959"

# Proxies and shells fold the double slash of the inner address; it is put back.
_PATH = re.compile(
    r"/(?:([0-9]{1,14}|\*)(id_|mp_)?/)?(https?):/{1,3}(.+)", re.IGNORECASE | re.DOTALL
)
_REFRESH = re.compile(r"\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL)

# What a browser leaves as it is in an address; everything else is percent-encoded.
_SAFE = "!#$%&'()*+,/:;=?@[]~|"


@dataclass(frozen=True, slots=True)
class Address:
    """What one replay address asks for.

    ``timestamp`` is 14 digits as padded, ``*`` for every capture, or None for the latest.
    """

    url: str
    timestamp: str | None = None
    raw: bool = False


def parse_address(path: str, query: str = "") -> Address | None:
    """Read a replay address from the path and query string as they came over the wire.

    >>> parse_address("/2026id_/http:/a.example/b", "c=1")
    Address(url='http://a.example/b?c=1', timestamp='20260101000000', raw=True)
    >>> parse_address("/https://a.example/").timestamp is None, parse_address("/favicon.ico")
    (True, None)
    """
    match = _PATH.fullmatch(path)
    if not match:
        return None
    digits, flavour, scheme, rest = match.groups()
    url = f"{scheme.lower()}://{rest}" + (f"?{query}" if query else "")
    if not is_http(url):
        return None
    timestamp = digits if digits in (None, ANY_TIME) else pad_timestamp(digits)
    return Address(url, timestamp, raw=flavour == RAW)


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
    is the document's, in which browsers write query strings.
    """

    document: str
    timestamp: str
    room: str
    base: str = ""
    encoding: str = "utf-8"

    def absolute(self, url: str) -> str | None:
        """The live address a reference stood for; None when it is no http address.

        >>> Links("http://a.example/b/", "20260101000000", "").absolute(" ../c d?e#f ")
        'http://a.example/c%20d?e#f'
        """
        cleaned = re.sub(r"[\t\r\n]", "", url.strip("".join(map(chr, range(33)))))
        try:
            joined, fragment = urldefrag(urljoin(self.base or self.document, cleaned))
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
        ('/20260101000000/https://cdn.example/i.png', None)
        """
        if url.lstrip()[:5].lower() == "data:" or url.startswith("#"):
            return url
        absolute = self.absolute(url)
        return f"/{self.timestamp}/{absolute}" if absolute else None

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
