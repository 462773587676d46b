"""The interface in several languages: complete catalogues, and which one an answer is in."""

import re
from fnmatch import fnmatchcase

import lxml.html
import pytest

from archive.replay.needed import Part
from archive.web.language import choose, current, languages
from archive.web.parts import Offsets
from tests.messages import known, read, template

PLACES = re.compile(r"%\(\w+\)s|</?\w+[^>]*>")
PAGES = (
    "/",
    "/?q=storm",
    "/?q=zzqx",
    "/events",
    "/sources/post",
    "/trend?q=storm",
    "/help",
    "/why",
)


@pytest.mark.parametrize("language", list(known()))
def test_a_catalogue_is_complete(language):
    catalogue, wanted = read(language), template()
    assert {message.id for message in catalogue} == {message.id for message in wanted}
    assert not catalogue.obsolete
    for message in catalogue:
        ids, texts = (
            each if isinstance(each, tuple) else (each,) for each in (message.id, message.string)
        )
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        assert len(texts) == (catalogue.num_plurals if message.pluralizable else 1), message.id
        for text in texts:
            assert text.strip(), message.id
            assert set(PLACES.findall(text)) == {p for each in ids for p in PLACES.findall(each)}
            # They stand in attributes, too.
            assert PLACES.sub("", text).count('"') == 0, message.id


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "pl,cs;q=0.9", "en"),
        ("", "en;q=0.1,fr;q=x,de;q=0", "en"),
        ("", "*", "en"),
        ("fr", "de", "fr"),
        ("../../etc", "de", "de"),
    ],
)
def test_what_is_chosen_goes_before_what_the_browser_asks_for(chosen, accepted, language):
    assert choose(chosen, accepted) == language


@pytest.mark.parametrize(("language", "said"), [("de", "7. März 2026"), ("fr", "7 mars 2026")])
def test_dates_and_numbers_are_of_the_language(language, said):
    from archive.web.render import moment, number, text_length

    token = current.set(language)
    try:
        assert said in moment("2026-03-07")
        assert number(12345) != "12,345"
        assert text_length(2, "en") in ("2 Wörter", "2 mots")
    finally:
        current.reset(token)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "1 von 3 Bestandteilen wurde * aufgenommen, bis zu 2 Stunden später, und 1 fehlt."),
        ("fr", "1 sur 3 éléments a été capturé *, jusqu’à 2?heures plus tard, et 1 manque."),
    ],
)
def test_how_far_parts_are_off_is_said_in_the_language(language, said):
    gone, late = Part("http://a.example/", None), Part("http://a.example/b", None, 7200.0)
    token = current.set(language)
    try:
        assert fnmatchcase(Offsets((late,), (gone,), 3).sentence, said)
    finally:
        current.reset(token)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_the_language_of_its_reader(room, path):
    texts = {}
    for language, _ in languages():
        reply = room.get(path, headers={"Accept-Language": language})
        assert reply.headers["Content-Language"] == language
        assert "Accept-Language" in reply.headers["Vary"]
        page = lxml.html.fromstring(reply.text)
        assert page.get("lang") == language
        texts[language] = page.xpath("string(//nav[@class='languages']/preceding::button[last()])")
    assert len(set(texts.values())) == len(texts)


def test_a_language_is_chosen_on_a_page_and_kept(room):
    page = lxml.html.fromstring(room.get("/events?kind=edited").text)
    german, _ = page.xpath("//nav[@class='languages']/a/@href")
    reply = room.get(german)
    assert (reply.status_code, reply.headers["location"]) == (303, "/events?kind=edited")
    cookie = {"Cookie": reply.headers["set-cookie"].partition(";")[0], "Accept-Language": "fr"}
    assert "Was geschah" in room.get("/events", headers=cookie).text
    elsewhere = {"next": "//elsewhere.test/trap"}
    assert room.get("/language/fr", params=elsewhere).headers["location"] == "/"
    assert room.get("/language/xx").status_code == 404
