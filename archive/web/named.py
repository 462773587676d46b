"""The article that an address of the reading room, or a program, names."""

from collections.abc import Iterator

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.articles import find_article
from archive.index.captures import Capture, get_capture
from archive.index.ids import hex_id, number_id
from archive.layout import Archive
from archive.replay.resolve import erased_from, find_erased
from archive.rights.withheld import withheld_address
from archive.takedowns import iter_takedowns
from archive.urls import article_key, is_http, urlkey
from archive.warc.tombstone import ERASED


def get_article_id(archive: Archive, db: Database, name: str) -> str:
    """The id of the article that is meant by an id, the start of one, or an address on the web.

    Raises:
        Withheld: it is kept back, or what it was made of was erased.
        NotFound: none answers to that name.
    """
    found = find_article(db, name)
    if found is not None:
        return found
    if is_http(name) and (withheld := withheld_address(db, urlkey(name))):
        raise withheld
    erased = (
        find_erased(db, urlkey(name))
        if is_http(name)
        else next((one for one in _erased(archive, db) if _article_of(one) == name), None)
    )
    if erased is not None:
        raise erased_from(archive, erased)
    raise NotFound(f"There is no article {name[:200]} in this archive; look for it by search.")


def _erased(archive: Archive, db: Database) -> Iterator[Capture]:
    """What was erased and is in the log: few records, each found by its id."""
    for entry in iter_takedowns(archive):
        if entry.get("did") == ERASED:
            try:
                capture = get_capture(db, str(entry.get("record")))
            except NotFound:
                continue
            if capture.failure == ERASED:
                yield capture


def _article_of(capture: Capture) -> str:
    """The id of the article that an address has, unless it was merged with another."""
    return hex_id(number_id(capture.source or "", article_key(capture.uri)))
