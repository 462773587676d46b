"""Copies folded under one story: which is shown, what is said of the others, page by page."""

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from archive.search import search
from archive.search.fts import Bounds, FtsEngine
from archive.search.results import Copy
from tests.archive.indexer.press import http, index_here, new_press, story

AGENCY = (
    "The ministers of nine countries agreed in Lisbon on a plan for the harbours of the south.",
    "Each of them is to name one harbour by the end of the year, and to open its books to all.",
    "Environmental groups had asked for more, and called it a missed chance for the whole coast.",
    "The first of the works could begin in the spring, if the parliaments of all nine agree.",
    "Portugal will keep the chair until then, said its minister, and hand it to Greece in June.",
)
SOURCES = ("morning", "evening", "herald", "post")
# More than are compared at once, and the ones that are found stand behind these.
COPIES, FOUND = 64, (55, 58, 61, 63)


def page(number: int, own: str = "", minutes: int = 0) -> bytes:
    at = f"2026-01-0{number + 1}T{minutes // 60:02}:{minutes % 60:02}:00Z"
    head = f'<meta property="article:published_time" content="{at}">'
    return story("Nine countries agree on harbours", *AGENCY, own, head=head)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("stories"))
    copies = [
        press.exchange(
            f"https://{source}.example/2026/nine-countries-agree",
            http(page(number, f"Our correspondent {source}.", 600)),
            source=source,
        )
        for number, source in enumerate(SOURCES)
    ]
    other = press.exchange(
        "https://morning.example/2026/harbour-master-retires",
        http(story("Harbour master retires", "He had served the harbour for forty years. " * 8)),
    )
    press.write("a.warc.gz", [*copies, other])
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_one_hit_for_a_story_the_first_with_its_copies(db, order):
    result = search(db, "harbour", order=order)
    shown = {hit.source: hit for hit in result.hits if "nine" in hit.url}
    (hit,) = shown.values()
    assert (hit.source, hit.story.articles, hit.story.sources) == ("morning", 4, 4)
    assert [copy.source for copy in hit.story.copies] == ["evening", "herald", "post"]
    assert isinstance(hit.story.copies[0], Copy)
    assert len(result.hits) == 2
    # Articles are counted, not stories.
    assert result.total == 5


def test_all_copies(db):
    result = search(db, "harbour", fold=False)
    assert len(result.hits) == 5
    assert sum(hit.story is not None for hit in result.hits) == 4


def test_the_first_of_those_that_are_found_is_shown(db):
    (hit,) = search(db, "harbour source:herald OR correspondent source:post").hits
    assert hit.source == "herald"
    assert [copy.source for copy in hit.story.copies] == ["morning", "evening", "post"]
    (hit,) = search(db, "source:post harbour*").hits
    assert hit.source == "post"


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("query", ["harbour", "har*", "", "harbour OR post"])
@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(),
        Bounds(sorted=1),
        Bounds(ranked=2, ranked_of_many=1, words=1, forms=1, sorted=1),
    ],
)
def test_no_page_repeats_a_story(db, order, query, bounds):
    engine = partial(FtsEngine, bounds=bounds)
    whole = search(db, query, order=order, engine=engine)
    seen, after = [], None
    for _ in range(6):
        part = search(db, query, order=order, limit=1, after=after, engine=engine)
        seen += [hit.article_id for hit in part.hits]
        after = part.after
        if after is None:
            break
    assert seen == [hit.article_id for hit in whole.hits]
    assert len(seen) == 2
    skipped = search(db, query, order=order, limit=1, offset=1, engine=engine)
    assert [hit.article_id for hit in skipped.hits] == seen[1:]


def test_a_story_of_very_many_copies_is_one_hit(tmp_path):
    press = new_press(tmp_path)
    copies = [
        press.exchange(
            f"https://paper-{number}.example/2026/nine-countries-agree",
            http(
                page(
                    0,
                    "By our lighthouse keeper." if number in FOUND else "By the wire.",
                    20 * number,
                )
            ),
            source=f"paper-{number}",
        )
        for number in range(COPIES)
    ]
    press.write("a.warc.gz", copies)
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        every = search(reader, "lighthouse", fold=False)
        assert {hit.story.articles for hit in every.hits} == {COPIES}
        assert len(every.hits) == len(FOUND)
        for query in ("lighthouse", "lighthou*"):
            (hit,) = search(reader, query).hits
            assert hit.source == f"paper-{FOUND[0]}"
            assert search(reader, query, limit=1).after is None
        assert len(search(reader, "harbours").hits) == 1


def test_the_command_names_copies(db):
    root = Path(db.execute("PRAGMA database_list").fetchone()[2]).parent
    told = CliRunner().invoke(cli, ["-C", str(root), "search", "harbours"]).output
    assert "3 copies in: evening, herald, post" in told
    every = CliRunner().invoke(cli, ["-C", str(root), "search", "--all-copies", "harbours"]).output
    assert every.count("Nine countries agree") == 4
