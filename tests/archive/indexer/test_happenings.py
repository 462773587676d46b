"""What counts as an event, and what does not: edits, teasers, editions, other stories, notices."""

import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from archive.index.articles import get_article
from archive.index.open import open_index_file
from archive.indexer.write import write_batch
from extract.article import PageKind, Paywall
from tests.archive.indexer.press import is_settled, rows_of
from tests.archive.indexer.settling.wire import START, days, entry, index, paragraphs

TEXT = paragraphs("the harbour story")
OTHER = paragraphs("quite another story")


def seen(day, text=TEXT, *, title="The mayor and the harbour", name="harbour", **fields):
    return entry("daily", name, text, at=START + days(day), title=title, **fields)


def error(day, status=None, redirect=None):
    """Nothing is there: a status, a redirect, or a page that says so."""
    found = seen(day, ["Sorry, there is no such page."], title="Not found", kind=PageKind.ERROR)
    if status is None:
        return found
    capture = replace(found.found.capture, status=status, redirect=redirect)
    return replace(found, found=replace(found.found, capture=capture), outcome=None)


def article_of(db):
    ((name,),) = db.execute("SELECT hex FROM articles").fetchall()
    return get_article(db, name)


def told(db):
    return [(event.kind, event.silent) for event in article_of(db).events[1:]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It cost 1.5 million there.", "It cost 15 million there."),
        ("It was -5 per cent then.", "It was 5 per cent then."),
        ("She will re-sign on Monday.", "She will resign on Monday."),
        ("Was it the mayor?", "Was it the mayor."),
        ("It cost $5 in town.", "It cost €5 in town."),
        ("A rise of 5% was seen.", "A rise of 5 was seen."),
        ("They won 2:1 at home.", "They won 21 at home."),
        ("Its end is near.", "It's end is near."),
        ("पुल बंद किया गया है।", "पल बंद किया गया है।"),
        ("She spoke to the Polish man.", "She spoke to the polish man."),
    ],
)
def test_what_changes_the_meaning_is_an_edit(db, before, after):
    index(db, [seen(0, [*TEXT, before]), seen(1, [*TEXT, after])])
    assert told(db) == [("edited", True)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("He said: “No”, and left.", 'He said:  "No" and left.'),
        ("The harbour – closed since May – opens.", "The harbour - closed since May - opens."),
        ("It’s over.", "It's over."),
        ("Seen by 1,204 readers", "Seen by 9,731 readers"),
        ("12 comments", "417 comments"),
        ("Updated 6 minutes ago", "Updated 3 hours ago"),
        ("Ten to 10–12 people.", "Ten to 10 - 12 people."),
        ("co\u00adoperate", "cooperate"),
    ],
)
def test_what_does_not_is_none(db, before, after):
    index(db, [seen(0, [*TEXT, before]), seen(1, [*TEXT, after])])
    assert told(db) == []
    assert len(article_of(db).versions) == 1


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("de", "Aktualisiert vor 6 Minuten", "Aktualisiert vor 2 Stunden"),
        ("fr", "Mis à jour il y a 6 minutes", "Mis à jour il y a 3 heures"),
        ("ja", "6分前", "3時間前"),
        ("ru", "Обновлено 6 минут назад", "Обновлено 9 минут назад"),
    ],
)
def test_relative_times_in_other_languages(db, language, before, after):
    index(db, [seen(n, [*TEXT, line], language=language) for n, line in enumerate((before, after))])
    assert told(db) == []


def test_two_titles_that_take_turns_are_one_event(db):
    titles = ["Mayor guilty?", "Mayor guilty", "Mayor guilty?", "Mayor guilty", "The mayor's end"]
    index(db, [seen(n, title=title) for n, title in enumerate(titles)])
    events = article_of(db).events[1:]
    assert [(event.kind, event.flips, event.detail) for event in events] == [
        ("retitled", 2, "Mayor guilty? → Mayor guilty"),
        ("retitled", 0, "Mayor guilty → The mayor's end"),
    ]


def test_a_new_date_alone_is_told_and_its_first_one_stays(db):
    index(db, [seen(0, published=date(2026, 2, 1)), seen(9, published=date(2026, 2, 10))])
    article = article_of(db)
    assert [(e.kind, e.detail) for e in article.events[1:]] == [
        ("redated", "2026-02-01 → 2026-02-10")
    ]
    assert (article.published, len(article.versions)) == ("2026-02-01", 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (date(2026, 2, 1), datetime(2026, 2, 1, 9, tzinfo=UTC)),
        (datetime(2026, 2, 1, 9, 0, tzinfo=UTC), datetime(2026, 2, 1, 9, 0, 40, tzinfo=UTC)),
        (datetime.fromisoformat("2026-02-01T09:00+02:00"), datetime(2026, 2, 1, 7, tzinfo=UTC)),
    ],
)
def test_the_same_date_said_otherwise_is_no_new_one(db, before, after):
    index(db, [seen(0, published=before), seen(1, published=after)])
    assert told(db) == []


def test_a_page_that_prints_the_time_of_each_visit_is_not_redated(db):
    index(db, [seen(n, published=START + days(n)) for n in range(3)])
    assert told(db) == []


def test_a_teaser_that_opens_and_closes_is_no_edit(db):
    index(db, [seen(0, TEXT[:1]), seen(1, TEXT), seen(2, TEXT[:1])])
    assert told(db) == [("opened", False), ("closed", False)]
    assert article_of(db).edited is None


def test_a_paywall_does_not_hide_an_edit(db):
    locked = {"paywall": Paywall.PARTIAL}
    index(db, [seen(0, TEXT[:1], **locked), seen(1, ["Another beginning.", *TEXT[1:]])])
    assert told(db) == [("edited", True)]


def test_another_story_at_the_address_is_no_edit_and_has_its_own_date(db):
    index(
        db,
        [
            seen(0, TEXT, title="Fire in the old bakery", published=date(2026, 2, 2)),
            seen(1, OTHER, title="Council elects a speaker", published=date(2026, 2, 3)),
        ],
    )
    article = article_of(db)
    assert [(e.kind, e.detail) for e in article.events[1:]] == [
        ("replaced", "Fire in the old bakery → Council elects a speaker")
    ]
    assert article.published == "2026-02-03"


def test_a_story_told_again_under_its_own_title_is_edited(db):
    same = {"published": date(2026, 2, 2)}
    index(db, [seen(0, TEXT, **same), seen(1, OTHER, **same)])
    assert told(db) == [("edited", True)]


GERMAN = [
    "Der Rat der Stadt hat am Montag mit Mehrheit dem neuen Haushalt für Schulen zugestimmt.",
    "Die Opposition kritisierte die Pläne und kündigte einen eigenen Entwurf für den Herbst an.",
]
FRENCH = [
    "Le conseil de la ville a approuvé lundi le nouveau budget, qui prévoit plus d'écoles.",
    "L'opposition a critiqué ces plans et annoncé son propre projet pour la rentrée de septembre.",
]


def test_two_languages_at_one_address_are_editions(db):
    de, fr = {"title": "Der Rat stimmt zu", "language": "de"}, {"title": "Le oui", "language": "fr"}
    index(
        db,
        [
            seen(0, GERMAN, **de),
            seen(1, FRENCH, **fr),
            seen(2, GERMAN, **de),
            seen(3, FRENCH, **fr),
            seen(4, [*GERMAN, "Am Abend gab es noch eine Feier."], **de),
        ],
    )
    assert told(db) == [("edited", True)]
    article = article_of(db)
    assert (article.language, article.title, article.events[1].at[:8]) == (
        "de", "Der Rat stimmt zu", "20260206"
    )  # fmt: skip
    assert len(article.versions) == 3
    # The other edition is found, and is nothing that the article no longer says.
    found = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    assert db.execute(found, ["asides : conseil"]).fetchone() == (1,)
    assert db.execute(found, ["earlier : conseil"]).fetchone() == (0,)


def test_a_language_misread_is_no_edition(db):
    index(db, [seen(0, TEXT, language="en"), seen(1, [*TEXT, "More."], language="nl")])
    assert told(db) == [("edited", True)]


CUT = [*TEXT[:4], TEXT[4][:60]]


@pytest.mark.parametrize(
    "captures",
    [
        [seen(0, CUT, truncated="disconnect"), seen(1)],
        [seen(0), seen(1, CUT, truncated="disconnect"), seen(2)],
        [seen(0), seen(1, CUT, truncated="length")],
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_capture_that_was_cut_off_gives_way_to_a_whole_one(db, captures, order):
    for capture in captures[::order]:
        index(db, [capture])
    article = article_of(db)
    assert [event.kind for event in article.events] == ["published"]
    assert [(v.is_cut, v.captures) for v in article.versions] == [(False, len(captures))]
    assert article.current.text == "\n".join(TEXT)
    assert db.execute("SELECT versions FROM articles").fetchone() == (1,)


def test_a_capture_that_was_cut_off_counts_while_there_is_no_whole_one(db):
    index(db, [seen(0, CUT, truncated="disconnect")])
    assert [version.is_cut for version in article_of(db).versions] == [True]
    index(db, [seen(1, OTHER, published=date(2026, 2, 2))])
    assert [version.is_cut for version in article_of(db).versions] == [True, False]


def test_an_edit_is_dated_by_the_cut_capture_that_showed_it_first(db):
    new = [*TEXT[:2], "The council has changed its mind about the quay.", *TEXT[2:]]
    cut = [*new[:5], new[5][:40]]
    index(db, [seen(0), seen(1, cut, truncated="disconnect"), seen(2, new)])
    edits = [event for event in article_of(db).events if event.kind == "edited"]
    assert [event.at[:8] for event in edits] == ["20260203"]


@pytest.mark.parametrize(
    "gone",
    [
        error,
        lambda day: error(day, 301, "https://daily.example/"),
        lambda day: error(day, 302, "https://daily.example/news"),
        lambda day: seen(day, ["This article has been withdrawn for legal reasons."]),
        lambda day: error(day, 410),
    ],
)
def test_what_says_softly_that_it_is_gone_is_removed_when_it_says_so_twice(db, gone):
    index(db, [seen(0), gone(1)])
    assert told(db) == []
    assert article_of(db).current.text == "\n".join(TEXT)
    index(db, [gone(4)])
    ((kind, detail),) = [(e.kind, e.detail) for e in article_of(db).events[1:]]
    assert kind == "removed"
    assert detail.endswith("since 20260203060000")
    index(db, [seen(9)])
    assert [kind for kind, _ in told(db)] == ["removed", "restored"]


def test_a_redirect_to_log_in_or_to_a_longer_address_is_no_removal(db):
    away = ("https://daily.example/login", "https://daily.example/2026/02/the-harbour-story")
    index(db, [seen(0), *(error(n, 302, to) for n in (1, 5) for to in away)])
    assert "removed" not in [kind for kind, _ in told(db)]


def test_every_order_of_arrival_gives_the_same_rows(tmp_path):
    """Everything above at three addresses at once, in pieces, in six orders."""
    made = [
        entry_of
        for name in ("one", "two", "three")
        for entry_of in (
            seen(0, CUT, name=name, truncated="disconnect"),
            seen(1, TEXT[:1], name=name),
            seen(2, name=name, published=date(2026, 2, 1)),
            seen(3, GERMAN, name=name, language="de", title="Der Rat"),
            seen(4, ["This article has been removed."], name=name),
            seen(8, OTHER, name=name, title="A speaker", published=date(2026, 2, 9)),
            seen(9, [*OTHER, "3 comments"], name=name, title="A speaker, elected"),
            seen(10, [*OTHER, "9 comments"], name=name, title="A speaker"),
            seen(11, CUT, name=name, truncated="length"),
        )
    ]
    found = []
    for seed in range(6):
        chance = random.Random(seed)
        shuffled = list(made)
        chance.shuffle(shuffled)
        with closing(open_index_file(tmp_path / f"{seed}.db", write=True)) as db:
            while shuffled:
                size = chance.randrange(1, 6)
                write_batch(db, shuffled[:size], straight=seed % 2 == 0)
                shuffled = shuffled[size:]
            index(db, [])
            found.append(rows_of(db))
            assert is_settled(db)
    assert all(rows == found[0] for rows in found[1:])
