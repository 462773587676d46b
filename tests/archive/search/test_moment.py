"""A search that sees one state of the index, whatever a crawl writes meanwhile."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from archive.index.open import open_index
from archive.indexer.write import write_batch
from archive.layout import create_archive
from archive.search import count_facets, search
from tests.archive.indexer.settling.wire import entry

FIRST, SECOND = 12, 30
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


def entries(numbers):
    for number in numbers:
        at = NOON + timedelta(seconds=number)
        text = [f"The bridge of number {number} will stay, the town hall said that night."]
        yield entry("morning", f"s{number}", text, at=at, published=at)


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "archive", contact="mailto:tests@example.org")


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("statement", range(12))
def test_what_is_written_while_a_search_runs_is_not_seen(archive, order, statement):
    with closing(open_index(archive, write=True)) as writer:
        write_batch(writer, list(entries(range(FIRST))))
        with closing(open_index(archive)) as db:
            before = search(db, "bridge", order=order, limit=10)
            asked = 0

            def write(sql):
                nonlocal asked
                if sql.startswith(("SELECT", "WITH")):
                    asked += 1
                    if asked == statement:
                        write_batch(writer, list(entries(range(FIRST, SECOND))))

            db.conn.set_trace_callback(write)
            found = search(db, "bridge", order=order, limit=10)
            db.conn.set_trace_callback(None)
            assert not db.conn.in_transaction
            after = search(db, "bridge", order=order, limit=10)
            assert found in (before, after)
            assert after.total == (SECOND if asked >= statement > 0 else FIRST)


def test_a_transaction_of_the_caller_stays_open(archive):
    with closing(open_index(archive, write=True)) as writer:
        write_batch(writer, list(entries(range(3))))
        writer.execute("BEGIN")
        assert search(writer, "bridge").total == 3
        assert writer.conn.in_transaction
        writer.conn.rollback()


def test_counting_facets_leaves_the_transaction_of_its_caller(archive):
    with closing(open_index(archive, write=True)) as db:
        write_batch(db, list(entries(range(FIRST))))
        db.execute("BEGIN")
        db.execute("UPDATE sources SET name = 'The Morning'")
        found = count_facets(db, "bridge")
        assert (found.total, found.sources[0].label) == (FIRST, "The Morning")
        assert db.conn.in_transaction
        db.conn.rollback()
        assert count_facets(db, "bridge").sources[0].label == "morning"
        assert not db.conn.in_transaction
