"""Site templates: furniture goes, the articles' own words stay, in any order of reading."""

import random
from contextlib import closing

import pytest

from archive.index.articles import find_article, get_article
from archive.index.history import choose_versions
from archive.index.lines import put_back, taken_out
from archive.index.open import open_index_file
from archive.index.rows import VERSIONS
from archive.indexer.settling.settle import settle_marked
from archive.indexer.settling.whole import whole
from extract.article import Block, BlockKind
from tests.archive.indexer.press import rows_of
from tests.archive.indexer.settling.orders import require_same_in_another_order
from tests.archive.indexer.settling.wire import START, days, entry, index, paragraphs

FURNITURE = "Our readers pay for this paper: become one of them today"


@pytest.fixture
def db(tmp_path):
    with closing(open_index_file(tmp_path / "index.db", write=True)) as opened:
        yield opened


def get(db, source, name):
    return get_article(db, find_article(db, f"https://{source}.example/2026/{name}"))


def found(db, words):
    sql = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    return db.execute(sql, [f'"{words}"']).fetchone()[0]


def paper(count, *, source="daily", furniture=FURNITURE, first=0, step=0.25):
    return [
        entry(
            source,
            f"s{n}",
            [*paragraphs(f"{source} {n}", 3), furniture, paragraphs(f"{source} end {n}", 1)[0]],
            at=START + days(n * step),
            authors=(f"Author {n % 5}",),
        )
        for n in range(first, first + count)
    ]


def test_a_line_on_every_article_goes_and_can_be_seen_where_it_went(db):
    index(db, paper(8))
    article = get(db, "daily", "s3")
    own = [*paragraphs("daily 3", 3), *paragraphs("daily end 3", 1)]
    assert article.current.text.split("\n") == own
    assert [block.text for block in article.current.blocks] == own
    assert article.words == article.current.words == len(article.current.text.split())
    assert article.current.site_template == (FURNITURE,)
    assert found(db, "become one of them") == 0
    lines = db.execute("SELECT source, quarter, part, line FROM site_templates").fetchall()
    expected = "our readers pay for this paper become one of them today"
    assert lines == [("daily", "2026Q1", "text", expected)]


def test_the_whole_text_can_be_put_together_again(db):
    made = paper(8)
    written = {item.outcome.text: item.outcome for item in made}
    index(db, made)
    versions = VERSIONS.read(db.execute(f"SELECT {VERSIONS.names} FROM versions"))
    again = whole(db, versions)
    assert {version.text for version in again} == written.keys()
    for version in again:
        reading = written[version.text]
        assert version.layout == reading.layout
        assert version.fingerprint == reading.fingerprint
        assert version.words == reading.words
    assert put_back("", taken_out("a\n\nb", "")) == "a\n\nb"


def test_three_articles_teach_nothing_and_the_fourth_teaches_for_all(db):
    made = paper(4)
    index(db, made[:3])
    assert FURNITURE in get(db, "daily", "s1").current.text
    index(db, made[3:])
    assert FURNITURE not in get(db, "daily", "s1").current.text


def test_what_is_an_articles_own_stays(db):
    intro = "Each week our aunt answers the letters that our readers write to her."
    table = Block(BlockKind.TABLE, "Harbour | 3\nBridge | 1")
    subhead = Block(BlockKind.SUBHEAD, "Why it matters to us all", 2)
    dishes = Block(BlockKind.LIST, "Salt and some pepper\nTwo lemons")
    made = paper(60)
    made += [
        entry("daily", f"aunt{n}", [intro, *paragraphs(f"aunt {n}", 3), FURNITURE],
              at=START + days(n), title=f"Dear aunt: {n}", authors=("The Aunt",))
        for n in range(8)
    ]  # fmt: skip
    made += [
        entry("daily", f"series{n}", ["A series: the harbour", *paragraphs(f"series {n}", 3)])
        for n in range(3)
    ]
    for n in range(12):
        text = [*paragraphs(f"l {n}", 1), table, subhead, *paragraphs(f"live {n}", 2), dishes]
        made.append(entry("daily", f"live{n}", text, at=START + days(n)))
    index(db, made)
    assert get(db, "daily", "aunt5").current.text.startswith(intro)
    assert FURNITURE not in get(db, "daily", "aunt5").current.text
    assert get(db, "daily", "series1").current.text.startswith("A series: the harbour")
    blocks = get(db, "daily", "live7").current.blocks
    assert table in blocks
    assert subhead in blocks
    lines = [line for (line,) in db.execute("SELECT line FROM site_templates")]
    assert "each week our aunt answers the letters that our readers write to her" not in lines


def test_an_article_that_is_nothing_else_keeps_its_text(db):
    index(db, [*paper(8), entry("daily", "only", [FURNITURE, "It is closed."])])
    assert get(db, "daily", "only").current.text.startswith(FURNITURE)


def test_captions_lose_what_stands_under_every_picture(db):
    made = [
        entry(
            "daily",
            f"p{n}",
            [*paragraphs(f"p {n}", 2), Block(BlockKind.CAPTION, f"Harbour {n}\nView it in full")],
        )
        for n in range(6)
    ]
    index(db, made)
    article = get(db, "daily", "p2")
    assert article.current.blocks[-1] == Block(BlockKind.CAPTION, "Harbour 2")
    assert article.current.site_template == ("View it in full",)
    assert (found(db, "view it in full"), found(db, "harbour 2")) == (0, 1)


def test_sites_and_quarters_have_templates_of_their_own(db):
    early, late = paper(3), [item for item in paper(400, first=360) if item][:3]
    index(db, [*early, *late, *paper(3, source="evening")])
    assert db.execute("SELECT count(*) FROM site_templates").fetchone() == (0,)


def test_a_version_whose_only_change_is_furniture_is_none(db):
    made = paper(8)
    text = [*paragraphs("daily 2", 3), paragraphs("daily end 2", 1)[0]]
    bare = entry("daily", "s2", text, at=START + days(30), authors=("Author 2",))
    edited = entry("daily", "s2", [*text, "And one line more."], at=START + days(31))
    index(db, [*made, bare, edited])
    article = get(db, "daily", "s2")
    assert [version.captures for version in article.versions] == [2, 1]
    assert [event.kind for event in article.events] == ["published", "edited"]
    assert article.events[1].version_before == article.versions[0].id
    assert article.current is article.versions[1]
    (count,) = db.execute("SELECT versions FROM articles WHERE hex = ?", [article.id]).fetchone()
    assert count == 2
    folded = article.versions[0].also[0]
    assert choose_versions(article, before=folded)[0] is article.versions[0]


def test_the_newest_version_may_be_one_that_differs_in_furniture_only(db):
    text = [*paragraphs("daily 2", 3), paragraphs("daily end 2", 1)[0]]
    index(db, [*paper(8), entry("daily", "s2", text, at=START + days(30))])
    article = get(db, "daily", "s2")
    assert [version.captures for version in article.versions] == [2]
    assert article.current.last_captured == article.last_captured
    assert [event.kind for event in article.events] == ["published"]
    assert article.edited is None


def press_run(seed):
    """A paper with furniture, edits, merges of addresses, other papers beside."""
    chance = random.Random(seed)
    made = [*paper(14), *paper(9, source="evening", furniture="Listen to all of this here")]
    for n in range(5):
        text = [*paragraphs(f"daily {n}", 3), chance.choice([FURNITURE, "Another line, its own"])]
        made.append(entry("daily", f"s{n}", text, at=START + days(n + 0.5), title=f"New {n}"))
        # The same story at another address that claims to be the first.
        amp = [*paragraphs(f"daily {n}", 3), FURNITURE]
        main = f"https://daily.example/2026/s{n}"
        made.append(
            entry("daily", f"amp-s{n}", amp, at=START + days(n - 0.5), title=f"All about s{n}",
                  canonical_url=main)
        )  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(8))
def test_texts_are_the_same_in_whatever_order_and_pieces(db, tmp_path, seed):
    made = press_run(1)
    index(db, made)
    assert db.execute("SELECT count(*) FROM template_lines").fetchone()[0] >= 20
    assert db.execute("SELECT count(*) FROM articles").fetchone()[0] == 23
    require_same_in_another_order(db, made, tmp_path / "other.db", pieces=(1, 2, 10), seed=seed)


def test_settling_again_changes_nothing(db):
    index(db, press_run(1))
    before = rows_of(db)
    db.execute(
        "INSERT INTO unsettled (source, quarter, id, number) "
        "SELECT source, quarter, id, number FROM articles"
    )
    db.conn.commit()
    settle_marked(db)
    assert rows_of(db) == before


def test_a_template_follows_when_its_lines_go(db):
    made = paper(4)
    index(db, made)
    assert FURNITURE not in get(db, "daily", "s1").current.text
    index(db, [entry("daily", "s0", paragraphs("new", 3), at=START + days(40))])
    assert FURNITURE in get(db, "daily", "s1").current.text
    assert db.execute("SELECT count(*) FROM template_lines").fetchone() == (0,)


def test_a_large_cell_is_sampled_and_its_furniture_goes_everywhere(db):
    index(db, paper(460, step=0.1))
    assert db.execute("SELECT count(*) FROM template_lines").fetchone() == (460,)
    index(db, paper(20, first=460, step=0.1))
    assert db.execute("SELECT count(*) FROM template_lines").fetchone() == (480,)
