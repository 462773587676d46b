"""Stories: copies are found however they were changed, others are not, in any order of reading."""

import random
from contextlib import closing
from dataclasses import replace

import pytest

from archive.index.articles import find_article
from archive.index.open import open_index_file
from archive.index.stories import find_story, stories_of
from archive.indexer.settling.settle import settle_marked
from archive.indexer.write import write_batch
from tests.archive.indexer.press import is_settled, rows_of
from tests.archive.indexer.settling.orders import require_same_in_another_order
from tests.archive.indexer.settling.wire import START, days, entry, index, paragraphs, sentence


@pytest.fixture
def db(tmp_path):
    with closing(open_index_file(tmp_path / "index.db", write=True)) as opened:
        yield opened


def story(db, source, name):
    return find_story(db, find_article(db, f"https://{source}.example/2026/{name}"))


def changed_words(text, seed, share):
    chance = random.Random(seed)
    said = []
    for paragraph in text:
        words = paragraph.split()
        if chance.random() < share:
            words[chance.randrange(len(words))] = "altogether"
        said.append(" ".join(words))
    return said


ORIGINAL = paragraphs("original", 10)
FOREIGN = paragraphs("foreign", 2)
COPIES = {
    "whole": ORIGINAL,
    "cut to half": ORIGINAL[:5],
    "cut to a third": ORIGINAL[:3],
    "one paragraph inserted": [*ORIGINAL[:4], FOREIGN[0], *ORIGINAL[4:]],
    "an introduction of its own": [*FOREIGN, *ORIGINAL],
    "agency in front, credit behind": [
        f"(Reuters) - {ORIGINAL[0]}",
        *ORIGINAL[1:],
        "Reporting by Jo Bloggs; editing by Al Jones",
    ],
    "other furniture": [
        "Listen to this article",
        *ORIGINAL[:2],
        "Sign up for our letter: the best of the day, every morning in your inbox, free of charge.",
        *ORIGINAL[2:],
    ],
    "other paragraphs": [" ".join(ORIGINAL[n : n + 3]) for n in range(0, 10, 3)],
    "other quotes, dashes and capitals": [p.upper().replace(" ", "\xa0") for p in ORIGINAL],
    "edited": changed_words(ORIGINAL, 1, 0.5),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_found(db, name):
    index(
        db,
        [
            entry("agency", "first", ORIGINAL),
            entry("daily", "copy", COPIES[name], at=START + days(1), title="Another headline"),
            entry("daily", "other", paragraphs("another story"), at=START + days(1)),
        ],
    )
    found = story(db, "daily", "copy")
    assert [member.source for member in found.members] == ["agency", "daily"]
    assert found.members[1].taken_from == found.first.article_id
    assert story(db, "daily", "other") is None
    assert story(db, "agency", "first") == found


OTHERS = {
    "another story": paragraphs("another"),
    "one quoted sentence": [*paragraphs("reply", 6), ORIGINAL[0]],
    "two paragraphs quoted in a long reply": [*ORIGINAL[:2], *paragraphs("reply", 9)],
    "a digest that gives a paragraph to each story": [
        *ORIGINAL[:1],
        *(paragraphs(f"digest {n}", 1)[0] for n in range(9)),
    ],
    "too short to tell": ORIGINAL[0].split(". ")[:1],
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_copy_is_in_no_story(db, name):
    index(
        db,
        [
            entry("agency", "first", ORIGINAL),
            entry("daily", "other", OTHERS[name], at=START + days(1)),
        ],
    )
    assert story(db, "daily", "other") is None


def test_copies_far_apart_in_time_are_not_one_story(db):
    index(
        db,
        [
            entry("agency", "first", ORIGINAL),
            entry("daily", "soon", ORIGINAL, at=START + days(20)),
            entry("daily", "late", ORIGINAL, at=START + days(60)),
        ],
    )
    assert len(story(db, "agency", "first").members) == 2
    assert story(db, "daily", "late") is None


def test_forecasts_of_one_source_that_are_much_alike_are_no_copies_and_those_of_two_are(db):
    def forecast(seed):
        return [*ORIGINAL[:7], *paragraphs(seed, 3)]

    index(
        db,
        [
            entry("daily", "monday", forecast("monday")),
            entry("daily", "tuesday", forecast("tuesday"), at=START + days(1)),
            entry("weekly", "sunday", forecast("sunday"), at=START + days(40)),
            entry("evening", "sunday", forecast("sunday again"), at=START + days(41)),
        ],
    )
    assert story(db, "daily", "monday") is None
    assert len(story(db, "weekly", "sunday").members) == 2


def test_tables_that_differ_in_their_numbers_are_no_copies_and_an_updated_story_is_one(db):
    def table(number):
        return [
            *ORIGINAL[:8],
            f"High water is at {number} minutes past the hour at the old bridge.",
        ]

    index(
        db,
        [
            entry("daily", "monday", table(17)),
            entry("daily", "tuesday", table(43), at=START + days(1)),
            entry("evening", "first", table(17), at=START + days(50)),
            entry("evening", "updated", [*table(17), FOREIGN[0]], at=START + days(51)),
        ],
    )
    assert story(db, "daily", "monday") is None
    assert len(story(db, "evening", "first").members) == 2


def test_who_had_it_from_whom(db):
    sources = [("blog", "The Herald"), ("herald", None), ("agency", None), ("copyist", "dpa")]
    index(
        db,
        [
            entry(source, "it", ORIGINAL, at=START + days(n), credit=credit)
            for n, (source, credit) in enumerate(sources)
        ],
    )
    found = story(db, "agency", "it")
    ids = {member.source: member.article_id for member in found.members}
    assert [member.source for member in found.members] == ["herald", "blog", "agency", "copyist"]
    assert [member.taken_from for member in found.members] == [None, *[ids["herald"]] * 3]
    assert [member.by_credit for member in found.members] == [False, True, False, False]
    assert found.sources == ("herald", "blog", "agency", "copyist")


def test_a_source_is_credited_by_its_name(db):
    index(
        db,
        [
            entry("cnn.com", "it", ORIGINAL, at=START + days(1)),
            entry("blog", "it", ORIGINAL, credit="Source: CNN International"),
        ],
    )
    assert story(db, "blog", "it").first.source == "blog"
    db.execute("UPDATE sources SET name = 'CNN' WHERE id = 'cnn.com'")
    found = story(db, "blog", "it")
    assert (found.first.source, found.members[1].by_credit) == ("cnn.com", True)


def test_stories_by_number_for_those_who_fold(db):
    index(
        db,
        [
            entry("agency", "first", ORIGINAL),
            entry("daily", "copy", ORIGINAL, at=START + days(1)),
            entry("daily", "again", ORIGINAL, at=START + days(2)),
            entry("daily", "other", paragraphs("other"), at=START + days(2)),
        ],
    )
    numbers = [row[0] for row in db.execute("SELECT number FROM articles ORDER BY number")]
    found = stories_of(db, numbers)
    assert len(found) == 3
    assert db.execute("SELECT id, articles, sources FROM stories").fetchall() == [
        (story(db, "daily", "copy").id, 3, 2)
    ]


def test_a_story_falls_apart_when_the_text_between_its_parts_changes(db):
    # The middle one is a copy of both; the others have nothing in common.
    left, right = paragraphs("left", 5), paragraphs("right", 5)
    index(
        db,
        [
            entry("a", "left", left),
            entry("b", "both", [*left, *right][:10], at=START + days(1)),
            entry("c", "right", [*left[4:], *right], at=START + days(2)),
        ],
    )
    assert len(story(db, "b", "both").members) == 3
    index(db, [entry("b", "both", paragraphs("new", 8), at=START + days(3))])
    assert story(db, "b", "both") is None
    assert story(db, "a", "left") is None
    assert is_settled(db)


def family(number):
    """Copies of one story, some cut, some edited, some read again with another text."""
    chance = random.Random(f"family {number}")
    text = paragraphs(f"family {number}", 6)
    notice = [sentence(random.Random(f"notice {n}")) for n in range(3)]
    made = []
    for copy in range(chance.randint(1, 5)):
        source = chance.choice("abcdef")
        said = text[: chance.randint(2, 6)]
        if chance.random() < 0.5:
            # The same long notice everywhere: more holders than anybody is compared with.
            said = [*notice, *said]
        at = START + days(chance.random() * 60)
        made.append(entry(source, f"s{number}-{copy}", said, at=at, credit=chance.choice("abx")))
        if chance.random() < 0.3:
            later = at + days(chance.random())
            other = chance.choice([said[1:], paragraphs(f"new {number} {copy}", 4)])
            made.append(entry(source, f"s{number}-{copy}", other, at=later))
    return made


@pytest.mark.parametrize("seed", range(8))
def test_stories_are_the_same_in_whatever_order_and_pieces(db, tmp_path, seed):
    made = [item for number in range(30) for item in family(number)]
    # How far a file is read is no part of this: its records come in any order here.
    made = [replace(item, found=replace(item.found, end=1)) for item in made]
    index(db, made)
    assert db.execute("SELECT count(*) FROM stories").fetchone()[0] >= 10
    require_same_in_another_order(db, made, tmp_path / "other.db", pieces=(1, 3, 20), seed=seed)


def test_a_notice_in_hundreds_of_articles_costs_no_more_than_a_few(db):
    notice = [sentence(random.Random(f"notice {n}")) for n in range(4)]
    made = [
        # Of so many sources that it is no furniture of any.
        entry(f"s{n % 150}", f"{n}", [*notice, *paragraphs(f"s{n}", 6)], at=START + days(n / 100))
        for n in range(400)
    ]
    compared = []
    db.conn.set_trace_callback(
        lambda sql: compared.append(sql) if "SELECT source, text" in sql else None
    )
    index(db, made)
    db.conn.set_trace_callback(None)
    assert db.execute("SELECT count(*) FROM stories").fetchone() == (0,)
    assert len(compared) <= len(made)


def crowd():
    """Two that are copies by a long notice they share, and thirty between them that have it too."""
    notice = [sentence(random.Random(f"notice {n}")) for n in range(2)]
    pair = [
        entry("a", "p", [*notice, sentence(random.Random("p"))]),
        entry("b", "q", [*notice, sentence(random.Random("q"))], at=START + days(10)),
    ]
    between = [
        entry(f"c{n}", "it", [*notice, *paragraphs(f"s{n}", 10)], at=START + days(1 + n / 10))
        for n in range(30)
    ]
    rewritten = [
        entry(f"c{n}", "it", paragraphs(f"new {n}", 4), at=START + days(20 + n / 10))
        for n in range(30)
    ]
    return pair, between, rewritten


def test_those_who_come_between_two_part_them_and_bring_them_together_when_they_go(db, tmp_path):
    pair, between, rewritten = crowd()
    index(db, pair)
    assert len(story(db, "a", "p").members) == 2
    index(db, between)
    assert story(db, "a", "p") is None
    with closing(open_index_file(tmp_path / "at-once.db", write=True)) as other:
        index(other, [*between, *pair])
        assert rows_of(other) == rows_of(db)
    index(db, rewritten)
    assert len(story(db, "a", "p").members) == 2
    with closing(open_index_file(tmp_path / "at-once-too.db", write=True)) as other:
        index(other, [*rewritten, *between, *pair])
        assert rows_of(other) == rows_of(db)


def test_a_kill_between_two_pieces_costs_nothing(db, tmp_path):
    made = [item for number in range(10) for item in family(number)]
    index(db, made)
    with closing(open_index_file(tmp_path / "other.db", write=True)) as killed:
        write_batch(killed, made[:9])
    with closing(open_index_file(tmp_path / "other.db", write=True)) as other:
        assert not is_settled(other)
        write_batch(other, made[9:])
        settle_marked(other)
        tables = ("sketches", "stories", "story_articles")
        assert [rows_of(other)[name] for name in tables] == [rows_of(db)[name] for name in tables]
