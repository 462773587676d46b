"""Numbers of articles: one layout for one set, whatever the order of comings and goings."""

import random
from collections import Counter
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.index.ids import article_number, day_of_fine, number_id, slots_of
from archive.indexer.numbers import moment_of, place, renumber


@pytest.fixture(scope="module")
def db():
    with closing(Database(memory=True)) as opened:
        opened.execute(
            "CREATE TABLE articles (number INTEGER PRIMARY KEY, id, published, first_captured)"
        )
        opened.execute("CREATE TABLE facets (number INTEGER PRIMARY KEY)")
        opened.execute("CREATE TABLE article_people (article)")
        opened.execute("CREATE TABLE article_tags (article)")
        yield opened


def canonical(present):
    """The layout as it is defined: all in order, each on the first number that is free for it."""
    keys = sorted((moment_of(article, None, at), article) for article, at in present.items())
    on_day = Counter(day_of_fine(moment) for moment, _ in keys)
    layout, last = {}, -1
    for moment, article in keys:
        last = max(article_number(moment, slots_of(on_day[day_of_fine(moment)])), last + 1)
        layout[article] = last
    return layout


def insert(db, batch):
    known = dict(db.execute("SELECT id, number FROM articles"))
    freed = [known[article] for article, _ in batch if article in known]
    for table in ("articles", "facets"):
        db.conn.executemany(f"DELETE FROM {table} WHERE number = ?", [(n,) for n in freed])
    moments = {a: moment_of(a, None, at) for a, at in batch if at}
    come, moved = place(db, moments, freed)
    renumber(db, moved)
    at = dict(batch)
    db.conn.executemany(
        "INSERT INTO articles VALUES (?, ?, NULL, ?)",
        [(number, article, at[article]) for article, number in come.items()],
    )
    db.conn.executemany("INSERT INTO facets VALUES (?)", [(number,) for number in come.values()])
    return len(moved)


def empty(db):
    for table in ("articles", "facets"):
        db.execute(f"DELETE FROM {table}")


# Few moments, so that many articles want the same numbers, at the end of a day, too; None: it goes.
MOMENTS = st.sampled_from(
    ["20260102030404", "20260102030405", "20260102040000", "20260102235959", "20260103000000"]
)
STEPS = st.lists(st.dictionaries(st.integers(0, 400), MOMENTS | st.none(), max_size=40), max_size=8)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_layout_depends_on_the_set_only(db, steps):
    empty(db)
    present: dict[int, str] = {}
    for step in steps:
        gone = {article for article, moment in step.items() if moment is None}
        present = {a: m for a, m in (present | step).items() if m and a not in gone}
        insert(db, [(article, moment or "") for article, moment in step.items()])
    assert dict(db.execute("SELECT id, number FROM articles")) == canonical(present)


@pytest.mark.parametrize("at_once", [37, 700, 3000])
def test_a_day_that_grows_and_shrinks_is_laid_out_as_if_it_always_had_been_so(db, at_once):
    empty(db)
    chance = random.Random(at_once)
    crowd = {a: f"2026010{1 + a % 2}{chance.choice('0689'):0>2}{a % 60:02}00" for a in range(3000)}
    coming = list(crowd.items())
    chance.shuffle(coming)
    for begin in range(0, len(coming), at_once):
        insert(db, coming[begin : begin + at_once])
    assert dict(db.execute("SELECT id, number FROM articles")) == canonical(crowd)
    left = dict(coming[:800])
    leaving = [(article, "") for article, _ in coming[800:]]
    for begin in range(0, len(leaving), at_once):
        insert(db, leaving[begin : begin + at_once])
    assert dict(db.execute("SELECT id, number FROM articles")) == canonical(left)


def test_who_stands_behind_two_that_go_closes_up_over_both(db):
    empty(db)
    at = "20260102030405"
    first, second, third = sorted(range(3), key=lambda article: moment_of(article, None, at))
    insert(db, [(article, at) for article in (first, second, third)])
    (number,) = (n for n, a in db.execute("SELECT number, id FROM articles") if a == first)
    insert(db, [(first, ""), (second, "")])
    assert dict(db.execute("SELECT id, number FROM articles")) == {third: number}


def test_articles_dated_midnight_do_not_push_each_other_about(db):
    empty(db)
    midnight, seen, moves = "2026-01-04T00:00:00+00:00", "20260105080000", 0
    for n in range(400):
        article = number_id("morning", str(n))
        come, moved = place(db, {article: moment_of(article, midnight, seen)}, [])
        renumber(db, moved)
        moves += len(moved)
        number = come[article]
        db.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (number, article, midnight, seen))
        db.execute("INSERT INTO facets VALUES (?)", (number,))
    assert 0 < moves < 400
