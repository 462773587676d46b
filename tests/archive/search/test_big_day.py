"""Pages of hits while a day gets so many articles that all of it is numbered anew."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.index.open import open_index
from archive.indexer.write import write_batch
from archive.layout import create_archive
from archive.search import search
from archive.search.rank import Bounds
from tests.archive.indexer.settling.wire import entry

# At 513 articles a day gets sixteen times the numbers.
BEFORE, AFTER = 505, 525
MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)


def entries(numbers):
    for number in numbers:
        # Later ones come among the earlier, all over the day.
        published = MIDNIGHT + timedelta(seconds=number * 7919 % 86_399 + 1)
        captured = MIDNIGHT + timedelta(days=1, seconds=number)
        bridges = "bridge " * (number % 7 + 1)
        text = [f"The town hall said of the {bridges} that number {number} will stay."]
        title = f"Town hall and bridge, number {number}" if number % 2 else f"Number {number}"
        yield entry("morning", f"s{number}", text, at=captured, published=published, title=title)


PHRASE_BOUNDS = Bounds(phrases_ranked=200, few=1)
TITLE_BOUNDS = Bounds(exact_matches=50, ranked_titles=40)
ASKED = (
    ("bridge", "newest", Bounds(), "newest"),
    ("bridge", "oldest", Bounds(), "oldest"),
    ("bridge", "relevance", Bounds(), "bm25"),
    ("bridge", "relevance", TITLE_BOUNDS, "bm25 in titles, then newest"),
    ('"town hall"', "relevance", PHRASE_BOUNDS, "in titles of the newest, then newest"),
)


@dataclass
class Listing:
    """Pages of one search, one after the other."""

    query: str
    order: str
    bounds: Bounds
    ranking: str
    after: str | None = None

    def page(self, db):
        found = search(
            db, self.query, order=self.order, bounds=self.bounds, limit=20, after=self.after
        )
        assert found.notes == ()
        assert found.ranking == self.ranking
        self.after = found.after
        return [hit.article_id for hit in found.hits]

    def rest(self, db):
        seen = []
        while self.after and len(seen) < 2 * AFTER:
            seen += self.page(db)
        return seen


@pytest.fixture(scope="module")
def listings(tmp_path_factory):
    """Each listing with its first page, what there was then, and the pages after the day grew."""
    archive = create_archive(tmp_path_factory.mktemp("day") / "a", contact="mailto:t@example.org")
    made = [Listing(*asked) for asked in ASKED]
    with closing(open_index(archive, write=True)) as writer:
        write_batch(writer, list(entries(range(BEFORE))))
        with closing(open_index(archive)) as db:
            numbers = dict(db.execute("SELECT hex, number FROM articles"))
            first = [listing.page(db) for listing in made]
        write_batch(writer, list(entries(range(BEFORE, AFTER))))
    with closing(open_index(archive)) as db:
        now = dict(db.execute("SELECT hex, number FROM articles"))
        assert sum(now[article] != number for article, number in numbers.items()) > BEFORE // 2
        seen = [[*page, *listing.rest(db)] for page, listing in zip(first, made, strict=True)]
    return set(numbers), seen


@pytest.mark.parametrize("which", range(len(ASKED)))
def test_pages_go_on_where_a_day_is_numbered_anew(listings, which):
    before, every = listings
    seen = every[which]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def test_an_article_that_has_gone_or_got_another_date_keeps_the_place_it_had(tmp_path):
    archive = create_archive(tmp_path / "a", contact="mailto:t@example.org")
    with closing(open_index(archive, write=True)) as db:
        write_batch(db, list(entries(range(60))))
        listing = Listing("bridge", "newest", Bounds(), "newest")
        first = listing.page(db)
        ends = listing.after
        rest = listing.rest(db)
        order, *parts = ends.split(":")
        gone = ":".join([order, *parts[:6], "12345", *parts[7:]])
        other = db.execute("SELECT id FROM articles WHERE hex = ?", [first[0]]).fetchone()[0]
        db.execute("UPDATE articles SET number = number + (1 << 30) WHERE id = ?", [other])
        moved = ":".join([order, *parts[:6], str(other), *parts[7:]])
        for after in (gone, moved):
            again = replace(listing, after=after)
            assert again.rest(db) == rest
        db.conn.rollback()
