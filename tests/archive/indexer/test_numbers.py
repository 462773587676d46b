"""Numbers of articles: one layout for one set, whatever the order of comings and goings."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.index.ids import number_id
from archive.indexer.numbers import place, renumber, wanted_number


@pytest.fixture(scope="module")
def db():
    with closing(Database(memory=True)) as opened:
        opened.execute(
            "CREATE TABLE articles (number INTEGER PRIMARY KEY, id, published, first_captured)"
        )
        opened.execute("CREATE TABLE facets (number)")
        opened.execute("CREATE TABLE article_people (article)")
        opened.execute("CREATE TABLE article_tags (article)")
        yield opened


def canonical(keys):
    layout, last = {}, -1
    for wanted, article in sorted(keys):
        last = max(wanted, last + 1)
        layout[article] = last
    return layout


def insert(db, batch):
    known = dict(db.execute("SELECT id, number FROM articles"))
    freed = [known[article] for article, _ in batch if article in known]
    db.conn.executemany("DELETE FROM articles WHERE number = ?", [(number,) for number in freed])
    wanted = {a: wanted_number(a, None, moment) for a, moment in batch if moment}
    come, moved = place(db, wanted, freed)
    renumber(db, moved)
    moments = dict(batch)
    db.conn.executemany(
        "INSERT INTO articles VALUES (?, ?, NULL, ?)",
        [(number, article, moments[article]) for article, number in come.items()],
    )


# Few seconds, so that many articles want the same numbers; None: the article goes.
MOMENTS = st.integers(0, 2).map(lambda second: f"2026010203040{second}")
STEPS = st.lists(st.dictionaries(st.integers(0, 400), MOMENTS | st.none(), max_size=40), max_size=8)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_layout_depends_on_the_set_only(db, steps):
    db.execute("DELETE FROM articles")
    present: dict[int, str] = {}
    for step in steps:
        gone = {article for article, moment in step.items() if moment is None}
        present = {a: m for a, m in (present | step).items() if m and a not in gone}
        insert(db, [(article, moment or "") for article, moment in step.items()])
    found = dict(db.execute("SELECT id, number FROM articles"))
    keys = [(wanted_number(article, None, moment), article) for article, moment in present.items()]
    assert found == canonical(keys)


def test_who_stands_behind_two_that_go_closes_up_over_both(db):
    db.execute("DELETE FROM articles")
    moment = "20260102030405"
    by_number: dict[int, list[int]] = {}
    for article in range(100):
        by_number.setdefault(wanted_number(article, None, moment), []).append(article)
    wanted, (first, second, third, *_) = min(by_number.items())
    insert(db, [(article, moment) for article in (first, second, third)])
    insert(db, [(first, ""), (second, "")])
    assert dict(db.execute("SELECT id, number FROM articles")) == {third: wanted}


def test_articles_dated_midnight_do_not_push_each_other_about(db):
    db.execute("DELETE FROM articles")
    midnight, seen, moves = "2026-01-05T00:00:00+00:00", "20260105080000", 0
    for n in range(600):
        article = number_id("morning", str(n))
        come, moved = place(db, {article: wanted_number(article, midnight, seen)}, [])
        renumber(db, moved)
        moves += len(moved)
        db.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?)", (come[article], article, midnight, seen)
        )
    assert moves < 60
