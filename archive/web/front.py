"""What a front or section page led with, in its order, at one of its captures."""

from dataclasses import dataclass
from itertools import count
from typing import Annotated
from urllib.parse import urldefrag, urljoin

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.articles import find_article
from archive.index.captures import iter_captures
from archive.replay.charset import decode
from archive.replay.choose import Asked
from archive.replay.resolve import Stored, find_stored
from archive.times import from_timestamp, to_timestamp
from archive.urls import urlkey
from archive.web.captures import complete
from archive.web.render import page
from archive.web.room import Index, InRoom
from archive.web.timeline import neighbours
from extract.errors import ExtractError
from extract.links import base_of
from extract.tree import parse

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_AT = r"^(\d{14}|\d{4}-?\d\d-?\d\d)$"
MAX_BYTES = 8_000_000
MAX_ADDRESSES = 1_000
"""Links of a page that are looked up, the first; front pages have up to 400."""
MAX_WORDS = 300


@dataclass(frozen=True, slots=True)
class Lead:
    """An article that a page led to: its place from 1 on, and the page's own words for it."""

    place: int
    words: str
    article_id: str


@router.get("/front")
def front_page(
    room: InRoom,
    db: Index,
    url: Annotated[str, Query(max_length=4000)],
    at: Annotated[str, Query(pattern=_AT)] = "9999-12-31",
) -> Response:
    """The articles that a page led to, at a moment or by the end of a day.

    Raises:
        NotFound: no capture of it can be shown.
    """
    address, moment = complete(url.strip()), _end_of(at)
    if address and moment:
        moment = _latest(db, address, moment)
    found = find_stored(room.archive, db, Asked(address, moment)) if address and moment else None
    if not isinstance(found, Stored):
        raise NotFound(f"No page of {url[:200]!r} is in this archive; /captures looks near it.")
    html = page(
        "front.html",
        room=room,
        capture=found.capture,
        leads=find_leads(db, found),
        around=neighbours(db, found.capture),
    )
    return HTMLResponse(html)


def find_leads(db: Database, stored: Stored) -> list[Lead]:
    """The articles of the archive that a page names, each once, where it names it first.

    A picture and a headline may both lead there: the longest of their words is told.
    """
    words: dict[str, str] = {}
    for target, said in _anchors(stored):
        words[target] = max(words.get(target, ""), said, key=len)
    told: dict[str, str] = {}
    for target in list(words)[:MAX_ADDRESSES]:
        article = find_article(db, target)
        if article is not None:
            told[article] = max(told.get(article, ""), words[target], key=len)
    places = count(1)
    return [Lead(next(places), said, article) for article, said in told.items() if said]


def _anchors(stored: Stored) -> list[tuple[str, str]]:
    """Where the links of a page lead and what they say, in its order; none where it is no page."""
    body = stored.payload.content(MAX_BYTES)
    text, _ = decode(body, content_type=stored.http.get("content-type") or "")
    try:
        root = parse(text)
    except ExtractError:
        return []
    base = base_of(root, stored.capture.uri)
    found = []
    for anchor in root.iter("a"):
        said = " ".join(str(anchor.text_content()).split())[:MAX_WORDS]
        target = _target(base, (anchor.get("href") or "").strip())
        if target.startswith(("http://", "https://")):
            found.append((target, said))
    return found


def _latest(db: Database, url: str, moment: str) -> str:
    """When it was last served by then; the same moment, for what is nearest, where it never was."""
    earlier = iter_captures(db, urlkey(url), until=moment, newest_first=True)
    return next((c.timestamp for c in earlier if (c.status or 0) in (200, 304)), moment)


def _end_of(at: str) -> str:
    """A timestamp; the last one of a day. Empty: there is no such moment.

    >>> _end_of("2026-03-01"), _end_of("20260301080000"), _end_of("20261301")
    ('20260301235959', '20260301080000', '')
    """
    moment = f"{at.replace('-', '')}235959"[:14]
    try:
        return to_timestamp(from_timestamp(moment))
    except ValueError:
        return ""


def _target(base: str, href: str) -> str:
    try:
        return urldefrag(urljoin(base, href))[0]
    except ValueError:
        return ""
