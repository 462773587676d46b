"""What an archived response may say to a browser, and the sandbox around it.

An allow-list: of the archived headers none travels but those computed here from the content.
Cookies, policies, refreshes, links, service workers and orders to clear storage of the dead
site therefore cannot, whatever they are called.

Source: WHATWG HTML (sandboxing), CSP level 3, Fetch (nosniff, CORS, Sec-Fetch-Dest).
"""

from dataclasses import dataclass

# Destinations of a request that no page without script has. `fetch()` gives `empty`: it would be
# another site's script in the same browser, reading the archive through our open CORS header.
REFUSED_DESTINATIONS = frozenset(
    {
        "empty",
        "script",
        "worker",
        "sharedworker",
        "serviceworker",
        "audioworklet",
        "paintworklet",
        "manifest",
        "report",
        "xslt",
        "embed",
        "object",
        "webidentity",
    }
)

_AS_STORED = ("image/", "font/", "audio/", "video/")
_FONTS = frozenset(
    {
        "application/font-woff",
        "application/font-woff2",
        "application/vnd.ms-fontobject",
        "application/x-font-ttf",
        "application/x-font-otf",
        "application/x-font-woff",
        "application/font-sfnt",
    }
)
_TEXT = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "application/xml",
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/x-ndjson",
    }
)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)
_FONT_MAGIC = (
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"true\x00", "font/ttf"),
    (b"ttcf\x00", "font/collection"),
)


def content_policy(replay: str) -> str:
    """The Content-Security-Policy of every archived response.

    Args:
        replay: Origin of the replay, such as ``http://replay.localhost:8081``.

    >>> content_policy("http://r:1").split("; ")[:2]
    ['sandbox allow-popups allow-top-navigation-by-user-activation', "default-src 'none'"]
    """
    return "; ".join(
        (
            "sandbox allow-popups allow-top-navigation-by-user-activation",
            "default-src 'none'",
            f"img-src {replay}/ data:",
            f"media-src {replay}/ data:",
            f"font-src {replay}/ data:",
            f"style-src {replay}/ 'unsafe-inline'",
            f"frame-src {replay}/",
            "form-action 'none'",
            "base-uri 'none'",
        )
    )


def archived_headers(replay: str) -> dict[str, str]:
    """Headers of every response of the replay origin, whatever it holds.

    ``Cross-Origin-Resource-Policy`` is left out: the sandboxed document has an opaque origin, to
    which every one of its own pictures would be foreign.
    """
    return {
        "Content-Security-Policy": content_policy(replay),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Access-Control-Allow-Origin": "*",
        "X-DNS-Prefetch-Control": "off",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "private, no-cache",
    }


def is_refused(headers: dict[str, str]) -> bool:
    """Whether a request (header names in lower case) comes from a script or for one.

    >>> is_refused({"service-worker": "script"}), is_refused({"sec-fetch-dest": "image"})
    (True, False)
    """
    return (
        "service-worker" in headers
        or headers.get("sec-fetch-dest", "").lower() in REFUSED_DESTINATIONS
    )


def codings_of(accepted: str) -> set[str]:
    """Codings that an Accept-Encoding header takes, those with q=0 left out.

    >>> sorted(codings_of("gzip;q=0.5, br, deflate; q=0"))
    ['br', 'gzip']
    """
    parts = (part.partition(";") for part in accepted.lower().split(","))
    return {name.strip() for name, _, q in parts if q.replace(" ", "") not in ("q=0", "q=0.0")}


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a body is shown: ``how`` is html, xhtml, svg, css, text, stored or download."""

    how: str
    mime: str


_REWRITTEN = {
    "text/html": Treatment("html", "text/html"),
    "application/xhtml+xml": Treatment("xhtml", "text/html"),
    "text/css": Treatment("css", "text/css"),
    "image/svg+xml": Treatment("svg", "image/svg+xml"),
}
_DOWNLOADS = {"application/pdf": Treatment("download", "application/pdf")}


def treatment_of(content_type: str, start: bytes = b"", *, as_style: bool = False) -> Treatment:
    """Decide by its type and its first bytes how a body is shown.

    Pictures and fonts are what they are, whatever a server called them, and their bytes are never
    read as text. ``as_style``: a style sheet is wanted, and the page takes one of any type.

    >>> treatment_of("text/html; charset=x").how, treatment_of("image/png").how
    ('html', 'stored')
    >>> treatment_of("application/x-evil"), treatment_of("", b"GIF89a...").mime
    (Treatment(how='download', mime='application/octet-stream'), 'image/gif')
    """
    mime = content_type.partition(";")[0].strip().lower()
    sniffed = _sniff(start)
    if sniffed and mime != "image/svg+xml":
        return Treatment("stored", sniffed)
    if as_style and not mime.startswith(_AS_STORED):
        return _REWRITTEN["text/css"]
    if mime in _REWRITTEN:
        return _REWRITTEN[mime]
    return _by_type(mime, start)


def _by_type(mime: str, start: bytes) -> Treatment:
    if mime.startswith(_AS_STORED) or mime in _FONTS:
        return Treatment("stored", mime if _is_token(mime) else "application/octet-stream")
    if not mime and start.lstrip()[:1] == b"<":
        return _REWRITTEN["text/html"]
    if mime.startswith("text/") or mime in _TEXT or mime.endswith(("+xml", "+json")):
        return Treatment("text", "text/plain")
    return _DOWNLOADS.get(mime, Treatment("download", "application/octet-stream"))


def _sniff(start: bytes) -> str | None:
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    if start[:2] == b"BM" and start[6:10] == bytes(4) and len(start) > 26:
        # A word may start with these letters; the reserved bytes of a bitmap are zero.
        return "image/bmp"
    known = (*_MAGIC, *_FONT_MAGIC)
    return next((mime for magic, mime in known if start.startswith(magic)), None)


def _is_token(mime: str) -> bool:
    kind, slash, name = mime.partition("/")
    plain = (kind + name).replace("+", "").replace("-", "").replace(".", "")
    return bool(slash and kind and name) and plain.isalnum() and plain.isascii()
