"""A stored response to what a browser is given. Pure."""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

from archive.replay.address import AS_STYLE, Links
from archive.replay.charset import decode
from archive.replay.css import decode_css, rewrite_css
from archive.replay.drawings import Read, rewrite_svg, xhtml_to_html
from archive.replay.headers import Treatment, treatment_of
from archive.replay.html import Known, Page, rewrite_page
from archive.replay.marking import Finder, mark
from archive.replay.ranges import Unsatisfiable, parse_range
from extract.decode import charset_of, web_name

# The largest page of the corpora this was tried on has 3.6 MB. A longer one is shown up to here,
# and can be downloaded whole.
MAX_REWRITE_BYTES = 16_000_000

_TEXT_TYPES = ("html", "xhtml", "svg", "css", "text")


@dataclass(frozen=True, slots=True)
class Body:
    """What a stored response holds: its status, its Content-Type, and its decoded content."""

    url: str
    status: int
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the browser, besides the headers that every reply has."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Around:
    """What the archive knows besides a response; without it, pages are shown all the same.

    Attributes:
        known: Addresses -> those of them that were captured.
        read: The text of a drawing, by its address; None where there is none.
        find: Finds what is to be highlighted in the text of a page.
    """

    known: Known | None = None
    read: Read | None = None
    find: Finder | None = None


def replay_of(
    body: Body,
    links: Links,
    *,
    byte_range: str | None = None,
    flavour: str = "",
    around: Around = Around(),
) -> Reply:
    """Show a response as it looked, rewritten where it holds addresses.

    >>> links = Links("http://a.example/", "20260101000000", "")
    >>> reply = replay_of(Body("http://a.example/", 404, "text/html", b"<p>Gone"), links)
    >>> reply.status, reply.headers["Content-Type"], reply.body
    (404, 'text/html; charset=utf-8', b'<p>Gone')
    """
    as_style = flavour == AS_STYLE
    treatment = treatment_of(body.content_type, body.content[:64], as_style=as_style)
    if treatment.how in _TEXT_TYPES:
        text = _rewritten(body, links, treatment, around)
        headers = {"Content-Type": f"{treatment.mime}; charset=utf-8"}
        return Reply(_plain_status(body.status), headers, text.encode("utf-8", "replace"))
    return _as_stored(body, treatment, byte_range)


def raw_of(body: Body, *, coding: str | None = None) -> Reply:
    """The content as a file: text to read, everything else to save; nothing to run.

    Args:
        body: What is stored; ``content`` still content-coded when ``coding`` is given.
        coding: The Content-Encoding to hand on, which the client must accept.
    """
    treatment = treatment_of(body.content_type, b"" if coding else body.content[:64])
    headers = {"Content-Encoding": coding} if coding else {}
    if treatment.how in _TEXT_TYPES and treatment.how != "svg":
        charset = charset_of(body.content_type)
        if charset is None and not coding:
            charset = decode(body.content)[1]
        suffix = f"; charset={web_name(charset)}" if charset else ""
        return Reply(200, headers | {"Content-Type": f"text/plain{suffix}"}, body.content)
    mime = "application/octet-stream" if treatment.how == "svg" else treatment.mime
    headers |= {"Content-Type": mime, "Content-Disposition": attachment(body.url)}
    return Reply(200, headers, body.content)


def attachment(url: str) -> str:
    """Content-Disposition that saves under the last part of an address.

    >>> print(attachment("http://a.example/b/Caf%C3%A9.pdf?x=1"))
    attachment; filename="Caf_.pdf"; filename*=UTF-8''Caf%C3%A9.pdf

    Source: RFC 6266.
    """
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "page"
    name = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|]", "_", name)[:150].lstrip(".") or "page"
    plain = re.sub(r"[^\x20-\x7e]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _rewritten(body: Body, links: Links, treatment: Treatment, around: Around) -> str:
    content = body.content[:MAX_REWRITE_BYTES]
    if treatment.how == "css":
        charset = charset_of(body.content_type)
        text = decode_css(content, charset=web_name(charset) if charset else None)
        return rewrite_css(text, links.requisite)
    text, encoding = decode(content, content_type=body.content_type)
    if treatment.how == "text":
        return text
    located = replace(links, encoding=encoding)
    if treatment.how == "svg":
        return rewrite_svg(text, located)
    if treatment.how == "xhtml":
        text = xhtml_to_html(text) or text
    page = rewrite_page(text, Page(located, read=around.read), around.known)
    return mark(page, around.find) if around.find else page


def _as_stored(body: Body, treatment: Treatment, byte_range: str | None) -> Reply:
    status, length = _plain_status(body.status), len(body.content)
    headers = {"Content-Type": treatment.mime, "Accept-Ranges": "bytes"}
    if treatment.how == "download":
        headers["Content-Disposition"] = attachment(body.url)
    if status != 200:
        return Reply(status, headers, body.content)
    try:
        wanted = parse_range(byte_range, length)
    except Unsatisfiable:
        return Reply(416, headers | {"Content-Range": f"bytes */{length}"}, b"")
    if wanted is None:
        return Reply(200, headers, body.content)
    start, end = wanted
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{length}"
    return Reply(206, headers, body.content[start:end])


def _plain_status(status: int) -> int:
    """The archived status, where a browser can show a body under it.

    A stored 206 holds a part, and that part is all there is; 1xx, 204, 205, 304 and 3xx without
    an address would show nothing.
    """
    if 400 <= status <= 599 and status not in (401, 407, 421):
        return status
    return 200
