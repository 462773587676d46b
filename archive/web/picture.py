"""The picture of an article, where it was captured."""

from dataclasses import dataclass
from urllib.parse import urljoin

from sqlite_utils import Database

from archive.index.articles import VersionRow
from archive.replay.choose import Asked, find_capture, redirect_target
from archive.urls import is_http
from archive.web.room import Room

_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """Where an archived picture is: its bytes on the replay origin, its frame page here."""

    src: str
    view: str


def lead_picture(room: Room, db: Database, version: VersionRow) -> Picture | None:
    """The picture a page names as its own, as captured nearest to it; None where it was not."""
    url = urljoin(version.url, version.image) if version.image else ""
    for _ in range(_REDIRECTS):
        asked = Asked(url, version.first_captured, requisite=True)
        capture = find_capture(db, asked) if is_http(url) else None
        if capture is None:
            return None
        target = redirect_target(capture)
        if target is None:
            shown = capture.status in (200, 304) and (capture.mime or "").startswith("image/")
            return Picture(room.replay_of(capture), room.view_of(capture)) if shown else None
        url = target
    return None
