"""A search that helps: forms, nearest words, some of the words; and says so."""

import pytest

from archive.search import NoteKind, search
from tests.archive.search.shelf import Told, new_shelf

ARTICLES = [
    Told("haus", "Am Hafen", "Die Häuser an der Straße nach Müllerstadt.", "de"),
    Told("house", "The house", "A house that Hauser built; he voted in Colorado.", "en"),
    Told("police", "Police raid", "The police came to the harbour at night.", "en"),
    Told("moskva", "Новости", "Правительство Москвы приняло решение.", "ru"),
    Told("dnipro", "Новини", "Операцій на річці більше немає, п’ять мостів закрито.", "uk"),
    Told("prasa", "Prasa", "Zamachy w Czechach i rosyjskie gazety.", "pl"),
    Told("kitab", "किताबों की दुनिया", "उपभोक्ताओं के लिए।", "hi"),
    Told("madrasa", "المدارس في القاهرة", "افتتحت المدارس أبوابها.", "ar"),
    Told("tokyo", "港湾計画", "東京都は港湾地区の再開発計画を公表した。", "ja"),
    Told("taipei", "憂鬱症研究", "臺灣的國會討論。", "zh"),
    Told("mail", "Email in numbers", "An E-Mail costs 12,345.67 in the U.S., said O’Brien.", "en"),
    Told("none", "Quay", "A quay without a language.", None),
]


@pytest.fixture(scope="module")
def db():
    shelf = new_shelf(ARTICLES)
    yield shelf
    shelf.close()


def names(result):
    return [hit.url.rpartition("/")[2] for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Haus", ["haus"]),
        ("Hauses lang:de", ["haus"]),
        ("Muellerstadt", ["haus"]),
        ("Strasse", ["haus"]),
        ("vote", ["house"]),
        ("Москва", ["moskva"]),
        ("операція", ["dnipro"]),
        ("п'ять", ["dnipro"]),
        ("пять", ["dnipro"]),
        ("zamach Czechy", ["prasa"]),
        ("किताब", ["kitab"]),
        ("उपभोक्ता", ["kitab"]),
        ("مدارس", ["madrasa"]),
        ("再開発", ["tokyo"]),
        ("忧郁症", ["taipei"]),
        ("台湾", ["taipei"]),
        ("email", ["mail"]),
        ("US OBrien", ["mail"]),
        ("12345.67", ["mail"]),
        ("quays", []),
    ],
)
def test_words_find_their_forms_and_other_ways_to_write_them(db, query, expected):
    found = search(db, query, helpful=False)
    assert names(found) == expected
    assert found.total == len(expected)


def test_forms_are_those_of_the_articles_own_language(db):
    # Snowball's Dutch or Norwegian would take police for policies, its Spanish color for Colorado.
    assert names(search(db, "policies", helpful=False)) == []
    assert names(search(db, "color", helpful=False)) == []
    assert names(search(db, "häusern", helpful=False)) == ["haus"]


def test_the_very_word_comes_first_and_forms_are_marked():
    db = new_shelf([Told("a", "News", "They voted. They voted."), Told("b", "News", "One vote.")])
    result = search(db, "vote")
    assert names(result) == ["b", "a"]
    assert result.ranking == "bm25"
    assert [s.text for s in result.hits[1].snippet if s.marked] == ["voted", "voted"]
    assert result.hits[0].score > result.hits[1].score == 0.0
    db.close()


def test_umlauts_written_in_two_letters_in_articles_of_any_language():
    db = new_shelf([Told("a", "News", "He met Jürgen Grüßner."), Told("b", "News", "Mr Joerg.")])
    assert names(search(db, "Gruessner", helpful=False)) == ["a"]
    assert names(search(db, "Jörg", helpful=False)) == ["b"]
    db.close()


def test_quotation_marks_ask_for_the_very_word(db):
    assert names(search(db, '"Haus"', helpful=False)) == []


def test_a_word_that_nothing_has_is_searched_as_its_nearest(db):
    result = search(db, "harbuor raid")
    assert names(result) == ["police"]
    (note,) = result.notes
    assert (note.kind, note.at, note.query) == (NoteKind.NEAREST, 1, '"harbuor" raid')
    assert str(note) == "at 1: no article has harbuor: searched for harbour"
    assert names(search(db, "harbuor raid", helpful=False)) == []
    # A short word has too many neighbours.
    assert search(db, "hou").notes == ()


def test_a_word_that_nothing_has_is_searched_as_what_goes_on_after_it():
    told = [Told("a", "Die Rahmedetalbrücke", language="de"), Told("b", "Rahmen", language="de")]
    result = search(new_shelf(told), "Rahmede")
    assert names(result) == ["a"]
    assert str(result.notes[0]) == "at 1: no article has Rahmede: searched for rahmedetalbrucke"


def test_articles_with_some_of_the_words_where_none_has_all(db):
    result = search(db, "house police harbour")
    assert names(result) == ["police", "house"]
    assert [note.kind for note in result.notes] == [NoteKind.SOME_WORDS]
    assert (result.ranking, result.total, result.exact) == ("some of the words", 2, True)
    assert names(search(db, "house police harbour", order="oldest")) == ["house", "police"]
    assert search(db, "house police harbour", helpful=False).total == 0
    assert names(search(db, "house police harbour lang:de")) == []
    assert names(search(db, "house police -harbour")) == ["house"]


def test_of_a_phrase_that_nothing_has_its_words(db):
    result = search(db, '"harbour police"')
    assert names(result) == ["police"]
    assert [note.kind for note in result.notes] == [NoteKind.SOME_WORDS]
    assert names(search(db, "東京再開発計画案")) == ["tokyo"]


def test_words_in_the_forms_of_one_and_the_very_word_of_another(db):
    assert names(search(db, 'voting "Hauser"', helpful=False)) == ["house"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("*harbour", ["police"]),
        ("ho?se", ["house"]),
        ("h*se", ["house"]),
        ("harbur~", ["police"]),
        ("zz*zz", []),
    ],
)
def test_patterns(db, query, expected):
    assert names(search(db, query, helpful=False)) == expected


def test_an_address_is_no_pattern():
    db = new_shelf([Told("a", "Links", "See https://post.example/story?id=7 for more.")])
    assert names(search(db, "https://post.example/story?id=7", helpful=False)) == ["a"]
    db.close()


def test_a_pattern_that_very_many_words_fit_is_said():
    db = new_shelf([Told("many", "Words", " ".join(f"wort{n:03}x" for n in range(300)))])
    (note,) = search(db, "wo*x").notes
    assert (note.kind, note.at) == (NoteKind.WILDCARD, 1)
    assert "more than 200 words fit wo*x" in note.text
    db.close()
