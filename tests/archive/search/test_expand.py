"""Forms of words, spellings of numbers and compounds, beginnings of words."""

from contextlib import closing

import pytest
from sqlite_utils import Database

from archive.index.open import open_index
from archive.search import search
from archive.search.expand import expanded, forms_of, planned, spoken
from archive.search.memory import Memory
from archive.search.query import Text, parse
from archive.search.vocabulary import MAX_WORDS, words_beginning
from tests.archive.indexer.press import http, index_here, new_press, story

PAGES = {
    "haus-am-hafen": ("de", "Das Haus am Hafen", "Die Häuser der Stadt wurden verkauft. "),
    "journaux-et-ecoles": ("fr", "Les journaux nationaux", "Le journal des écoles nationales. "),
    "moskva-segodnya": ("ru", "Новости Москвы", "Правительство Москвы, сказали в Москве. "),
    "elecciones-hoy": ("es", "Las elecciones", "Los ministros y la elección del gobierno. "),
    "voters-and-voting": ("en", "Voters are voting", "They voted, as voters vote. "),
    "mail-by-number": ("en", "E-mail and co-operation", "It cost 1,000 by e-mail, or 25000. "),
    "email-by-number": ("en", "Email in numbers", "It cost 1000 by email, or 25,000. "),
}
FILLER = {
    "de": "Es blieb am Montag dabei, wie die Verwaltung am Abend mitteilte. ",
    "fr": "Rien ne sera décidé avant lundi, selon la mairie de la ville. ",
    "ru": "Решение примут в понедельник, сообщила вечером пресс-служба города. ",
    "es": "Nada se decidirá antes del lunes, según el ayuntamiento de la ciudad. ",
    "en": "Nothing will be decided before Monday, the town hall said that night. ",
}


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("expand"))
    press.write(
        "a.warc.gz",
        [
            press.exchange(
                f"https://morning.example/2026/{name}",
                http(story(title, *((text + FILLER[lang] * 3) * 2,) * 3, lang=lang)),
            )
            for name, (lang, title, text) in PAGES.items()
        ],
    )
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


def found(db, query):
    return sorted(hit.url.rpartition("/")[2] for hit in search(db, query).hits)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("hauses", ["haus-am-hafen"]),
        ("Häusern", ["haus-am-hafen"]),
        ("nationale", ["journaux-et-ecoles"]),
        ("école", ["journaux-et-ecoles"]),
        ("Москва", ["moskva-segodnya"]),
        ("правительства", ["moskva-segodnya"]),
        ("ministro", ["elecciones-hoy"]),
        ("title:vote", ["voters-and-voting"]),
        ('"hauses"', []),
        ("hauses lang:fr", []),
        ("votes -voter", ["voters-and-voting"]),
        ("1,000", ["email-by-number", "mail-by-number"]),
        ("1000", ["email-by-number", "mail-by-number"]),
        ('"1,000"', ["mail-by-number"]),
        ("25000", ["email-by-number", "mail-by-number"]),
        ("e-mail", ["email-by-number", "mail-by-number"]),
        ('"e-mail"', ["mail-by-number"]),
        ("cooperation", []),
    ],
)
def test_finds_other_forms(db, query, names):
    assert found(db, query) == names


def test_the_very_word_comes_before_its_forms(db):
    result = search(db, "vote OR number")
    assert {hit.url.rpartition("/")[2] for hit in result.hits[:1]} == {"voters-and-voting"}
    pages, after = [], None
    for _ in range(9):
        page = search(db, "vote OR number", limit=1, after=after)
        pages += [hit.article_id for hit in page.hits]
        after = page.after
        if after is None:
            break
    assert pages == [hit.article_id for hit in result.hits]
    assert len(pages) == result.total == 2


def test_forms_are_marked(db):
    (hit,) = search(db, "hauses").hits
    marked = {s.text for s in (*hit.title, *hit.snippet) if s.marked}
    assert marked == {"Haus", "Häuser"}


def test_forms_are_of_the_languages_there_are(db):
    assert {"de", "fr", "ru", "es", "en"} <= spoken(db)
    assert forms_of(db, "vote", frozenset({"en"})) == ("voted", "voting")
    assert forms_of(db, "vote", frozenset({"ru"})) == ()
    assert forms_of(db, "vot", frozenset({"en"})) == ()
    assert forms_of(db, "東京都庁", frozenset({"en"})) == ()


def test_short_words_have_forms_however_many_words_begin_so(tmp_path):
    press = new_press(tmp_path)
    # Rare words, and before all others by the alphabet; some longer than any form.
    rare = [f"vot{'a' * (number % 9)}{number}" for number in range(MAX_WORDS + 1)]
    pages = {
        "count": ("Votes are counted", "She votes, he voted, they were voting. "),
        "poll": ("Voting goes on", "They voted in the morning, and votes came by post. "),
        "register": ("A register of names", " ".join(rare) + ". "),
    }
    press.write(
        "a.warc.gz",
        [
            press.exchange(
                f"https://morning.example/2026/{name}-of-the-day",
                http(story(title, *((text + FILLER["en"] * 3),) * 3)),
            )
            for name, (title, text) in pages.items()
        ],
    )
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as db:
        assert words_beginning(db, "vot") is None
        assert forms_of(db, "vote", frozenset({"en"})) == ("voted", "votes", "voting")


def test_what_is_exact_stays_so(db):
    for query in ('"vote now"', "votes*", "-votes now", "votes NEAR now", "author:votes"):
        read = parse(query)
        texts = [text for text in planned(db, query).wanted if text.words != "now"]
        assert all(text.forms == () for text in texts), query
        assert expanded(db, read).text == query


def test_words_that_begin_so(db):
    assert [word.term for word in words_beginning(db, "vot")] == [
        "vote",
        "voted",
        "voters",
        "voting",
    ]
    assert words_beginning(db, "zzz") == ()
    assert planned(db, "vot*").wanted == (Text("vot", prefix=True),)


def test_an_empty_index_speaks_no_language(tmp_path):
    press = new_press(tmp_path)
    open_index(press.archive, write=True).close()
    with closing(open_index(press.archive)) as db:
        assert spoken(db) == frozenset()
        assert search(db, "harbours").total == 0


def test_what_was_dear_to_learn_is_kept_for_a_while_for_each_file(tmp_path):
    now, asked = [0.0], []
    memory = Memory(10, clock=lambda: now[0])
    one, other = (Database(tmp_path / f"{name}.db") for name in ("one", "other"))

    def learn(seconds=1.0):
        now[0] += seconds
        asked.append(now[0])
        return len(asked)

    assert [memory.recall(one, "x", learn) for _ in range(2)] == [1, 1]
    assert memory.recall(other, "x", learn) == 2
    assert [memory.recall(one, "cheap", lambda: learn(0.0)) for _ in range(2)] == [3, 4]
    now[0] += 11
    assert memory.recall(one, "x", learn) == 5
    for db in (one, other):
        db.close()
