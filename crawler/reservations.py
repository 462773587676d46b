"""What a publisher says against keeping, finding or mining a page, apart from robots.txt rules."""

import re
from collections.abc import Iterable, Mapping

from archive.config import Reservation
from crawler.discovery.content import Undecodable, decode_content
from crawler.discovery.markup import iter_tags

# They stand in the head of a page.
_MAX_BYTES = 32_768
_SIGNAL = re.compile(rb"(?im)^[ \t]*content-signal[ \t]*:[ \t]*([^#\r\n]{1,200})")
_MAX_SIGNALS = 20
_MEANT = {
    "noarchive": {Reservation.NOARCHIVE},
    "noindex": {Reservation.NOINDEX},
    "none": {Reservation.NOINDEX},
}


def find_reservations(
    headers: Iterable[tuple[bytes, bytes]], body: bytes, *, agent: str
) -> tuple[str, ...]:
    r"""What an answer reserves, sorted; words that are for another crawler by name are left out.

    >>> find_reservations([(b"X-Robots-Tag", b"googlebot: noindex")], b"", agent="m")
    ()
    >>> page = b'<meta name="robots" content="noarchive"><meta name="tdm-reservation" content="1">'
    >>> [str(it) for it in find_reservations([(b"X-Robots-Tag", b"none")], page, agent="m")]
    ['noarchive', 'noindex', 'tdm-reservation']

    Args:
        headers: As they came.
        body: Of a page, transfer-decoded, still content-coded; else empty.
        agent: Our product token, by which we may be addressed.

    Source: https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/
    """
    found: set[Reservation] = set()
    codings = ""
    for name, value in headers:
        text = value.decode("latin-1")
        match name.lower():
            case b"x-robots-tag":
                found |= _of_robots(_to_us(text, agent))
            case b"tdm-reservation":
                found |= _of_tdm(text)
            case b"content-encoding":
                codings = text
    return tuple(sorted(found | (_of_page(body, codings, agent) if body else set())))


def find_signals(robots: bytes) -> tuple[str, ...]:
    r"""The ``Content-Signal`` lines of a robots.txt, at most twenty.

    >>> find_signals(b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /")
    ('search=yes, ai-train=no',)

    Source: https://contentsignals.org/
    """
    found = (value.decode("latin-1").strip() for value in _SIGNAL.findall(robots))
    return tuple(found)[:_MAX_SIGNALS]


def _of_page(body: bytes, codings: str, agent: str) -> set[Reservation]:
    try:
        head = decode_content(body, codings, max_bytes=_MAX_BYTES)
    except Undecodable:
        return set()
    lower = head.lower()
    if not any(word in lower for word in (b"robots", b"tdm-reservation", agent.lower().encode())):
        return set()
    found: set[Reservation] = set()
    for tag in iter_tags(head.decode("utf-8", "replace"), {"meta"}, mentioning="\0"):
        found |= _of_meta(tag.attributes(), agent)
    return found


def _of_meta(meta: Mapping[str, str], agent: str) -> set[Reservation]:
    name, content = meta.get("name", "").strip().lower(), meta.get("content", "")
    if name in ("robots", agent.lower()):
        return _of_robots(content)
    return _of_tdm(content) if name == "tdm-reservation" else set()


def _to_us(text: str, agent: str) -> str:
    """The words of a header for everyone or for us; what stands behind another's name is not."""
    name, colon, words = text.partition(":")
    if not colon or "," in name:
        return text
    return words if name.strip().lower() == agent.lower() else ""


def _of_robots(text: str) -> set[Reservation]:
    return set().union(*(_MEANT.get(word.strip(), set()) for word in text.lower().split(",")))


def _of_tdm(text: str) -> set[Reservation]:
    return {Reservation.TDM} if text.strip() == "1" else set()
