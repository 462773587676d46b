"""How far parts of a replayed page are off in time: a line for its banner, and the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlite_utils import Database

from archive.errors import MicroficheError, NotFound
from archive.layout import Archive
from archive.replay.address import parse_address
from archive.replay.choose import Asked
from archive.replay.needed import MAX_PARTS, Part, find_parts, needed_by
from archive.replay.resolve import Stored, find_stored, load
from archive.web.language import current, translations_of
from archive.web.render import number, page, span_in_words
from archive.web.room import Index, InRoom

router = APIRouter(include_in_schema=False)

# Captured with the page, as people would say: a crawl fetches what a page needs soon after it.
TOGETHER_S = 600
_SHEETS = ("text/css", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Offsets:
    """The parts that a page names itself, those furthest off in time first.

    Attributes:
        apart: Parts captured more than ten minutes before or after the page.
        missing: Parts that were not captured.
        total: Parts of all kinds.
    """

    apart: tuple[Part, ...]
    missing: tuple[Part, ...]
    total: int

    @property
    def sentence(self) -> str:
        """What a banner says of them; empty for a page without parts.

        >>> Offsets((), (), 2).sentence, Offsets((), (Part("http://a.example/", None),), 1).sentence
        ('All 2 parts were captured with it.', '1 of 1 part is missing.')
        """
        if not self.total:
            return ""
        texts = translations_of(current.get())
        gettext, ngettext = texts.gettext, texts.ngettext
        total = {"count": number(self.total)}
        if not self.apart and not self.missing:
            if self.total == 1:
                return gettext("Its part was captured with it.")
            told = ngettext(
                "All %(count)s part was captured with it.",
                "All %(count)s parts were captured with it.",
                self.total,
            )
            return told % total
        of_all = ngettext("of %(count)s part", "of %(count)s parts", self.total) % total
        said = []
        if self.apart:
            told = ngettext(
                "%(count)s %(of_all)s was captured at another time, up to %(far)s",
                "%(count)s %(of_all)s were captured at another time, up to %(far)s",
                len(self.apart),
            )
            far = {"count": number(len(self.apart)), "far": span_of(self.apart[0])}
            said.append(told % {**far, "of_all": of_all})
        if self.missing:
            count = {"count": number(len(self.missing)), "of_all": of_all}
            if said:
                told = ngettext(
                    "and %(count)s is missing", "and %(count)s are missing", len(self.missing)
                )
            else:
                told = ngettext(
                    "%(count)s %(of_all)s is missing",
                    "%(count)s %(of_all)s are missing",
                    len(self.missing),
                )
            said.append(told % count)
        return f"{', '.join(said)}."


def offsets_of(parts: Sequence[Part]) -> Offsets:
    """Sort parts by how far they are off."""
    apart = [part for part in parts if part.capture and abs(part.offset_s) > TOGETHER_S]
    missing = tuple(part for part in parts if part.capture is None)
    return Offsets(tuple(sorted(apart, key=lambda part: -abs(part.offset_s))), missing, len(parts))


def find_offsets(db: Database, stored: Stored) -> Offsets:
    """The parts that a page names itself; of very many the first ones."""
    urls = needed_by(db, stored)[:MAX_PARTS]
    return offsets_of(find_parts(db, urls, stored.capture.timestamp))


def span_of(part: Part) -> str:
    """By how much a part is off, in words.

    >>> span_of(Part("http://a.example/", None, 7200.0)), span_of(Part("", None, -86400.0))
    ('2 hours later', '1 day earlier')
    """
    gettext = translations_of(current.get()).gettext
    if not part.offset_s:
        return gettext("at the same second")
    told = gettext("%(span)s later") if part.offset_s > 0 else gettext("%(span)s earlier")
    return told % {"span": span_in_words(abs(part.offset_s))}


@router.get("/parts/{address:path}")
def parts_page(request: Request, room: InRoom, db: Index) -> Response:
    """Every part of a page, and of its style sheets: when it was captured, or that it was not."""
    path = request.scope["raw_path"].decode("latin-1").removeprefix("/parts")
    address = parse_address(path, request.scope["query_string"].decode("latin-1"))
    if address is None or address.timestamp is None:
        raise NotFound(f"expected /parts/<timestamp>/<url>, got {path[:200]}")
    stored = find_stored(room.archive, db, Asked(address.url, address.timestamp, address.mark))
    if not isinstance(stored, Stored):
        return RedirectResponse(f"/view/{address.timestamp}/{address.url}", 302)
    parts = find_parts(db, needed_by(db, stored)[:MAX_PARTS], stored.capture.timestamp)
    html = page(
        "parts.html",
        room=room,
        capture=stored.capture,
        offsets=offsets_of(parts),
        parts=parts,
        within=_of_sheets(room.archive, db, parts, stored.capture.timestamp),
        span_of=span_of,
    )
    return HTMLResponse(html)


def _of_sheets(
    archive: Archive, db: Database, parts: Sequence[Part], timestamp: str
) -> list[tuple[Part, list[Part]]]:
    """What style sheets and drawings need, those that they import included."""
    seen, found = {part.url for part in parts}, []
    waiting = list(parts)
    while waiting and len(seen) < MAX_PARTS:
        sheet = waiting.pop(0)
        if sheet.capture is None or not (sheet.capture.mime or "").startswith(_SHEETS):
            continue
        try:
            urls = needed_by(db, load(archive, db, sheet.capture))
        except MicroficheError:
            # What cannot be read is missing on the page, too, which says why.
            continue
        fresh = [url for url in urls if url not in seen]
        seen.update(fresh)
        needed = find_parts(db, fresh[:MAX_PARTS], timestamp)
        waiting += needed
        if needed:
            found.append((sheet, needed))
    return found
