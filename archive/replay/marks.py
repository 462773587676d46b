"""What is highlighted in a replayed page: the article as it was read, or the finds of a search."""

from collections.abc import Iterator
from functools import partial

from sqlite_utils import Database

from archive.index.articles import find_shown
from archive.layout import Archive
from archive.replay.address import TEXT_MARKED, Address
from archive.replay.evidence import read_again
from archive.replay.marking import Finder, Passage, Span, finder_of
from archive.replay.resolve import Stored
from archive.rules import load_rules
from archive.search import marker_of
from archive.search.marks import Marker
from extract.article import Article


def find_marked(archive: Archive, db: Database, stored: Stored, address: Address) -> Finder | None:
    """What finds what an address wants highlighted in the page of a capture; None: nothing.

    Raises:
        NotReadAgain: the page is to be read again, and cannot be.
    """
    if address.marks == TEXT_MARKED:
        article = read_again(stored, load_rules(archive).book)
        return finder_of(passages_of(article))
    if address.words:
        shown = find_shown(db, stored.capture.record_id)
        return partial(_finds, marker_of(db, address.words, shown.language if shown else None))
    return None


def passages_of(article: Article) -> Iterator[Passage]:
    """What was read of a page, in its order, each with the rule it was read by; then what was not.

    >>> [p.title for p in passages_of(Article("http://a.example/", "1", title="Fog"))]
    ['title']
    """
    rules = {found.field: f"{found.field}, by {found.rule}" for found in article.evidence}
    for field, text in (("title", article.title), ("standfirst", article.standfirst)):
        if text:
            yield Passage(text, rules.get(field, field))
    for author in article.authors:
        yield Passage(author, rules.get("authors", "author"))
    for block in article.blocks:
        for line in block.text.split("\n"):
            yield Passage(line, f"text: {block.kind.value}")
    for gone in article.removed:
        yield Passage(gone.text, f"left out, by {gone.rule}", out=True)


def _finds(marker: Marker, text: str) -> Iterator[Span]:
    return (Span(find.begin, find.end) for find in marker.finds(text))
