"""A reader's connection is lent again while nothing has changed, and not a moment longer."""

import os
from contextlib import closing

import pytest

from archive.index.lending import Lender
from archive.index.open import open_index
from archive.rights.rules import Audience
from tests.archive.rights.shelves import SECRET, fill

RULE = '\n[[rights]]\naccess = "staff"\nsource = "daily"\n'
BLOCKED = (
    '\n[[rights]]\naccess = "blocked"\nreason = "x"\naddress = "http://post.test/linked.html"\n'
)


@pytest.fixture
def archive(tmp_path):
    filled = fill(tmp_path / "archive")
    write(filled.archive, filled.config + RULE)
    return filled.archive


def write(archive, text):
    archive.config_path.write_text(text, "utf-8")
    # Two changes within one tick of the file system's clock would be one.
    state = archive.config_path.stat()
    os.utime(archive.config_path, ns=(0, state.st_mtime_ns + len(text)))


def ask(lender, archive, audience=Audience.READERS):
    """The connection that it was, and the addresses that it shows."""
    with closing(lender.open_index(archive, audience=audience)) as db:
        return db.conn, {row[0] for row in db.execute("SELECT uri FROM captures")}


def test_it_is_lent_again_until_the_index_changes(archive):
    lender = Lender()
    first, shown = ask(lender, archive)
    assert SECRET not in shown
    assert ask(lender, archive) == (first, shown)
    with closing(open_index(archive, write=True)) as writer:
        # What rests holds up no writer: all of the log can be moved into the file.
        writer.execute("UPDATE captures SET source = 'daily' WHERE source <> 'daily'")
        assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        second, shown = ask(lender, archive)
    assert (second is first, shown) == (False, set())


def test_each_audience_and_each_set_of_rules_has_its_own(archive):
    lender = Lender()
    write(archive, archive.config_path.read_text("utf-8") + BLOCKED)
    readers, seen = ask(lender, archive)
    staff, more = ask(lender, archive, Audience.STAFF)
    assert (staff is readers, SECRET in seen, SECRET in more) == (False, False, True)
    assert ask(lender, archive)[0] is readers
    assert ask(lender, archive, Audience.STAFF)[0] is staff
    write(archive, archive.config_path.read_text("utf-8").replace(RULE, ""))
    after, seen = ask(lender, archive)
    assert (after is readers, SECRET in seen) == (False, True)


def test_two_at_a_time_never_share_one_and_few_are_kept(archive):
    lender = Lender()
    lent = [lender.open_index(archive, audience=Audience.READERS) for _ in range(6)]
    connections = [db.conn for db in lent]
    assert len(set(connections)) == 6
    for db in lent:
        db.close()
        db.close()
    again = [lender.open_index(archive, audience=Audience.READERS) for _ in range(6)]
    assert sum(db.conn in connections for db in again) == 4
    for db in again:
        db.close()


def test_one_that_is_a_minute_old_is_not_lent_again(archive):
    now = [0.0]
    lender = Lender(clock=lambda: now[0])
    first, _ = ask(lender, archive)
    now[0] = 61.0
    assert ask(lender, archive)[0] is not first


def test_a_reader_has_one_state_of_the_index_throughout(archive):
    lender = Lender()
    ask(lender, archive)
    with closing(lender.open_index(archive, audience=Audience.READERS)) as db:
        before = db.execute("SELECT count(*) FROM captures").fetchone()
        with closing(open_index(archive, write=True)) as writer:
            writer.execute("UPDATE captures SET source = 'daily' WHERE source <> 'daily'")
        assert db.execute("SELECT count(*) FROM captures").fetchone() == before
