"""Searching a small press: what is found, in which order, how it is shown."""

import json
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from archive.search import search
from tests.archive.indexer.press import http, index_here, new_press, story

GERMAN = (
    "Der Élysée-Palast teilte mit, die Straße nach Weißenburg bleibe bis Ärger und Streit "
    "beigelegt seien geschlossen; am Montag werde weiter verhandelt, hieß es am Abend."
)
JAPANESE = (
    "東京都は5日、港湾地区の再開発計画について住民説明会を開いた。約二百人が参加し、質疑応答は"
    "二時間に及んだ。計画は来年四月に着工し、二〇三〇年の完成を目指している。"
)
THAI = "ราคาน้ำมันวันนี้ปรับขึ้นอีกสองบาทต่อลิตร หลังจากราคาตลาดโลกสูงขึ้นต่อเนื่องเป็นสัปดาห์ที่สาม " * 2
RUSSIAN = (
    "Московские власти сообщили, что новогодняя ёлка на главной площади будет установлена раньше "
    "обычного; жители города смогут увидеть её уже в конце ноября, сообщила пресс-служба."
)
GREEK = (
    "Η κυβέρνηση ανακοίνωσε ότι η άνοιξη θα φέρει νέες επενδύσεις στα λιμάνια της χώρας, ενώ οι "
    "εργαζόμενοι ζητούν περισσότερες εγγυήσεις για τις θέσεις εργασίας τους στο μέλλον."
)


TRAFFIC = "Traffic flows again at last, the town hall said, and it is to stay so."
BRIDGE = (
    "The bridge over the lock was shut on Monday, after a lorry had struck one of its piers.",
    "Divers looked at the foundations until dusk, and found a crack as long as a man's arm.",
    "Commuters were sent around by the mill, which takes them half an hour more each morning.",
    "The owner of the lorry, a haulier from the next valley, did not answer the telephone.",
)


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("search"))
    base = "https://www.morning.example/2026/"
    byline = '<meta name="author" content="{}">'
    dated = '<meta property="article:published_time" content="{}">'
    pages = [
        (
            "bridge-closed-again",
            story("Bridge closed again", *BRIDGE, head=byline.format("Jo Bloggs")),
        ),
        ("harbour-vote-tonight", story("Harbour vote tonight", head=byline.format("José Márquez"))),
        ("strasse-gesperrt-heute", story("Straße gesperrt", *(GERMAN,) * 3, lang="de")),
        ("tokyo-kowan-keikaku", story("港湾計画で説明会", *(JAPANESE,) * 3, lang="ja")),
        ("thai-oil-price-today", story("น้ำมันขึ้นราคา", *(THAI,) * 3, lang="th")),
        ("yolka-na-ploshchadi", story("Ёлка на площади", *(RUSSIAN,) * 3, lang="ru")),
        ("anoixi-sta-limania", story("Άνοιξη στα λιμάνια", *(GREEK,) * 3, lang="el")),
        ("old-news-of-2025", story("Old news of that year", head=dated.format("2025-06-01"))),
    ]
    exchanges = [press.exchange(base + name, http(page)) for name, page in pages]
    later = press.exchange(
        base + "bridge-closed-again",
        http(story("Bridge <script>alert(1)</script> open", *BRIDGE, TRAFFIC)),
        after=timedelta(days=1),
    )
    other = press.exchange(
        "https://evening.example/a/ferry-runs-aground", http(story("Ferry")), source="evening"
    )
    press.write("a.warc.gz", [*exchanges, later, other])
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    return press


@pytest.fixture
def db(press):
    with closing(open_index(press.archive)) as reader:
        yield reader


def found(db, query, **options):
    options.setdefault("helpful", False)
    return [hit.url.rpartition("/")[2] for hit in search(db, query, **options).hits]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tonight", "harbour-vote-tonight"),
        ("élysée", "strasse-gesperrt-heute"),
        ("ELYSEE", "strasse-gesperrt-heute"),
        ("Strasse", "strasse-gesperrt-heute"),
        ("weissenburg OR weißenburg", "strasse-gesperrt-heute"),
        ("東京", "tokyo-kowan-keikaku"),
        ("港湾地区の再開発", "tokyo-kowan-keikaku"),
        ("大阪", None),
        ("説明会", "tokyo-kowan-keikaku"),
        ("น้ำมัน", "thai-oil-price-today"),
        ("елка", "yolka-na-ploshchadi"),
        ("ёлка", "yolka-na-ploshchadi"),
        ("ανοιξη", "anoixi-sta-limania"),
        ("άνοιξη", "anoixi-sta-limania"),
        ('"flows again at last"', "bridge-closed-again"),
        ("traff*", "bridge-closed-again"),
        ("author:bloggs", "bridge-closed-again"),
        ('author:"jose marquez"', "harbour-vote-tonight"),
        ("author:arquez", None),
        ("before:2026", "old-news-of-2025"),
        ("on:2025-06-01", "old-news-of-2025"),
        ("site:evening.example", "ferry-runs-aground"),
        ("lang:th", "thai-oil-price-today"),
        ("status:edited", "bridge-closed-again"),
        ("edited:2026-01-06", "bridge-closed-again"),
        ("url:https://www.morning.example/2026/harbour-vote-tonight", "harbour-vote-tonight"),
        ("url:morning.example/2026/thai*", "thai-oil-price-today"),
        ("title:harbour", "harbour-vote-tonight"),
        ("traffic words:<200", "bridge-closed-again"),
        ("traffic words:>200", None),
        ("ferry -source:morning", "ferry-runs-aground"),
    ],
)
def test_finds(db, query, name):
    assert found(db, query) == ([name] if name else [])


def test_what_an_earlier_version_said_is_found_and_shown(db):
    (hit,) = search(db, '"bridge closed again"').hits
    assert hit.in_earlier
    assert [segment.text for segment in hit.title if segment.marked] == ["Bridge closed again"]
    (hit,) = search(db, "traffic bridge lorry").hits
    assert not hit.in_earlier
    shown = "".join(segment.text for segment in (*hit.title, *hit.snippet))
    assert "closed again" not in shown


def test_without_and_either(db):
    every = {hit.url for hit in search(db, "", limit=100, fold=False).hits}
    assert len(every) == 9
    assert len(found(db, "-site:morning.example")) == 1
    assert len(found(db, "lang:th OR lang:de")) == 2
    assert len(found(db, "lang:th OR traffic")) == 2
    assert len(found(db, "site:morning.example -lang:en", limit=100)) >= 4
    assert found(db, "traffic -traffic") == []


def test_a_title_counts_more_than_the_text(db):
    assert found(db, "harbour")[0] == "harbour-vote-tonight"


def test_markup_in_a_title_is_text(db):
    (hit,) = search(db, "traffic").hits
    assert "".join(segment.text for segment in hit.title).startswith("Bridge")
    assert all(isinstance(segment.text, str) for segment in hit.title)


def test_the_snippet_is_around_the_hit(db):
    (hit,) = search(db, "再開発").hits
    assert next(segment.text for segment in hit.snippet if segment.marked) == "再開発"
    assert len("".join(segment.text for segment in hit.snippet)) < 400


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_pages_follow_each_other_without_gap_or_repeat(db, order):
    query = "council OR traffic OR 東京"
    whole = [hit.article_id for hit in search(db, query, order=order, limit=100).hits]
    paged, after = [], None
    for _ in range(10):
        page = search(db, query, order=order, limit=2, after=after)
        paged += [hit.article_id for hit in page.hits]
        after = page.after
        if after is None:
            break
    assert paged == whole
    assert len(whole) >= 4
    assert [h.article_id for h in search(db, query, order=order, limit=2, offset=2).hits] == whole[
        2:4
    ]


def test_newest_and_oldest(db):
    assert found(db, "", order="oldest", limit=1) == ["old-news-of-2025"]
    dates = [hit.published or hit.captured_at for hit in search(db, "", limit=50, fold=False).hits]
    assert len(dates) == 9


def microfiche(press, *arguments):
    return CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])


def test_command_prints_hits(press):
    result = microfiche(press, "search", "harbour", '"vote"')
    assert result.exit_code == 0
    assert "Harbour vote tonight" in result.output
    assert "https://www.morning.example/2026/harbour-vote-tonight" in result.output
    assert "1 article, 1 shown (bm25)" in result.output
    assert "\x1b" not in result.output


def test_command_gives_json_lines(press):
    result = microfiche(press, "search", "--json", "--limit", "2", "council")
    lines = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    assert len(lines) == 2
    first = lines[0]
    for begin, end in first["snippet_marks"]:
        assert first["snippet"][begin:end].lower() == "council"
    assert {"article_id", "url", "title", "source", "published", "score"} <= first.keys()


def test_command_searches_what_is_no_query_as_words(press):
    result = microfiche(press, "search", '"tonight AND (')
    assert result.exit_code == 0
    assert "harbour-vote-tonight" in result.output
    assert "searched as words" in result.output


def test_show_prints_versions_captures_and_events(press):
    url = "https://www.morning.example/2026/bridge-closed-again"
    result = microfiche(press, "show", url)
    assert result.exit_code == 0
    for line in ("Versions (2)", "Captures (2)", "Events (3)", "a.warc.gz@", "edited silently"):
        assert line in result.output
    row = json.loads(microfiche(press, "show", url, "--json").output)
    assert row["url"] == url
    assert [version["captures"] for version in row["versions"]] == [1, 1]
    assert row["versions"][0]["blocks"][0]["kind"] == "paragraph"
    missing = microfiche(press, "show", "https://morning.example/nothing")
    assert missing.exit_code == 1
    assert "no article of that address" in str(missing.exception)


def test_archived_text_does_not_steer_the_terminal(tmp_path):
    press = new_press(tmp_path)
    page = story("Bell \x1b]0;owned\x07 and \x1b[31mred letters", "A sentence that goes on. " * 20)
    press.write("a.warc.gz", [press.exchange("https://morning.example/bell-and-red-1", http(page))])
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    for arguments in (["search", "letters"], ["show", "https://morning.example/bell-and-red-1"]):
        result = microfiche(press, *arguments)
        assert result.exit_code == 0
        assert "red letters" in result.output
        assert "\x1b" not in result.output
        assert "\x07" not in result.output


@pytest.mark.parametrize(
    ("query", "note", "caret"),
    [
        ("harbour after:zzz", "at 9: after:zzz left out: expected a date", "        ^"),
        ("harbour OR source:nobody", "at 12: there is no source nobody", " " * 11 + "^"),
        ("autor:bloggs", "at 1: autor: is no field, searched as a word; there is author:", "^"),
        ("after:zzz", "nothing of it could be read", None),
    ],
)
def test_notes_point_at_the_place(press, query, note, caret):
    told = microfiche(press, "search", query).stderr.splitlines()
    assert any(note in line for line in told), told
    if caret:
        assert told[1:3] == [f"  {query}", f"  {caret}"]


def test_what_cannot_be_read_finds_nothing_and_exports_nothing(press, db):
    assert search(db, "after:soon").total == 0
    run = microfiche(press, "export", "after:soon")
    assert (run.exit_code, run.stdout) == (2, "")
    assert "after:soon left out" in run.stderr
    run = microfiche(press, "export", '"harbour AND (')
    assert "searched as words" in run.stderr


def test_an_unknown_place_is_told(db):
    found = search(db, "harbour", after="zzz")
    assert found.hits == search(db, "harbour").hits
    assert "'zzz' is no place of this order" in str(found.notes[0])
