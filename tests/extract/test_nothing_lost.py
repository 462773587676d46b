"""What an archivist would call part of the story stays: lists, tables, endings, links, layouts."""

import json

import pytest

from extract import Article, BlockKind, extract
from extract.article import Block, find_asides, text_of
from tests.extract.test_sift import STORY, paragraphs, read, rules

URL = "https://www.paper.test/2026/a"
LONG = [f"{text} It was so on day {n}." for n in (1, 2) for text in STORY]
SENTENCE = "The report of the harbour master on the long winter of 1911 was lost once again."
CREW = ("Ann", "Bo", "Cy", "Dag", "Eva")
TABLE = "<table><tr><th>Boat</th><th>Won</th></tr><tr><td>Gull</td><td>7</td></tr></table>"


def page(html: str) -> Article:
    return extract(f"<html><body>{html}</body></html>".encode(), url=URL)


@pytest.mark.parametrize("tag", ["ul", "ol"])
def test_short_items_stay_and_the_menu_that_says_the_same_goes(tag: str) -> None:
    menu = "<div><ul><li>Ann</li><li>Home</li><li>Sport</li></ul></div>"
    items = f"<{tag}>{''.join(f'<li>{name}</li>' for name in CREW)}</{tag}>"
    article = page(
        menu
        + f"<article><h1>Late</h1>{paragraphs(STORY[:3])}{items}{paragraphs(STORY[3:])}</article>"
    )
    assert "; ".join(CREW) in article.text
    assert article.text.count("Ann") == 1
    assert "Home" not in article.all_text


def test_a_table_of_short_cells_stays_with_its_rows_in_the_text() -> None:
    article = read(paragraphs(STORY[:3]) + TABLE + paragraphs(STORY[3:]))
    assert [b.text for b in article.blocks if b.kind is BlockKind.TABLE] == ["Boat | Won\nGull | 7"]
    assert "Gull | 7" in article.text


def test_a_table_longer_than_its_story_stands_beside_it() -> None:
    told = Block(BlockKind.PARAGRAPH, STORY[0] * 4)
    rows = Block(BlockKind.TABLE, "\n".join(f"Boat {n} | {n}" for n in range(80)))
    assert find_asides([told, rows]) == frozenset({1})
    assert text_of([told, rows]) == told.text
    assert text_of([rows]) == rows.text


@pytest.mark.parametrize(
    "tail",
    [
        "<ul><li>The tram runs again.</li><li>The bus does not.</li></ul>",
        "<blockquote>Nobody told us anything, said the man who had waited there.</blockquote>",
        "<p class=last>On Tuesday everything was on time again, to the surprise of all.</p>",
        "<h3>What now?</h3><p class=x>The council meets on Tuesday, and may say more then.</p>",
    ],
)
def test_the_end_of_a_story_stays_however_it_is_set(tail: str) -> None:
    article = read(f"<h1>Late</h1><div>{paragraphs(LONG)}{tail}</div>")
    last = tail.rstrip("</>dlivupqobcket").rpartition(">")[2].rstrip(".")
    assert last in article.text, rules(article)


@pytest.mark.parametrize("name", ["role=doc-endnotes", "class='wp-block-footnotes'", "class=faq"])
def test_notes_and_questions_at_the_foot_stay(name: str) -> None:
    note = "The harbour had been closed once before, in 1911, when the pier burnt down."
    foot = f"<section {name}><h3>More</h3><ol><li>{note}</li></ol></section>"
    article = read(f"<h1>Late</h1><div class=b>{paragraphs(LONG)}</div>{foot}")
    assert note in article.text, rules(article)


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        (
            f"<p><a href=/x>{SENTENCE}</a>",
            True,
        ),
        ("<p><a href=https://other.test/x>The report of the harbour on the winter</a></p>", True),
        (
            "<ul><li><a href=/x.pdf>The report of the harbour on the long winter of 1911</a></ul>",
            True,
        ),
        ("<ul><li><a href=/gull>Gull</a></li><li><a href=/tern>Tern</a></li></ul>", True),
        (
            "<h3><a href=/gull>The old ferry Gull, built on the northern shore in 1911</a></h3>",
            True,
        ),
        ("<p><a href=/x>Seven harbours that nobody should miss this summer</a></p>", False),
    ],
)
def test_a_link_is_furniture_only_as_a_headline_of_the_site(line: str, stays: bool) -> None:
    article = read(paragraphs(STORY[:3]) + line + paragraphs(STORY[3:]))
    words = line.partition("href=")[2].partition(">")[2].partition("<")[0]
    assert (words in article.text) == stays, rules(article)


def layout(cell: str) -> str:
    return (
        "<table width=600><tr><td><a href=/>Home</a><br><a href=/b>News</a></td>"
        f"<td>{cell}</td><td>Weather</td></tr></table>"
    )


@pytest.mark.parametrize("nest", [1, 3])
@pytest.mark.parametrize("headline", ["<h1>Late</h1>", "<font size=5>Late</font>"])
def test_a_layout_table_holds_paragraphs(nest: int, headline: str) -> None:
    html = headline + "".join(f"<p>{text}" for text in STORY)
    for _ in range(nest):
        html = layout(html)
    article = page(html)
    assert [b.text for b in article.blocks if b.kind is BlockKind.PARAGRAPH][-6:] == STORY
    assert not any(b.kind is BlockKind.TABLE for b in article.blocks)
    assert article.text_digest


def test_a_page_whose_only_text_is_a_table_has_a_text() -> None:
    rows = "".join(f"<tr><td>Gull {n}</td><td>{n} knots</td></tr>" for n in range(40))
    article = page(f"<h1>Results</h1><table><tr><th>Boat</th><th>Speed</th></tr>{rows}</table>")
    assert "Gull 7 | 7 knots" in article.text


FORM = "<form><textarea></textarea><input type=submit></form>"
CJK = [f"第{n}号のフェリーは二時間おくれて港に着いたが、だれもおどろかなかった。" for n in range(8)]


@pytest.mark.parametrize(
    "story",
    [
        "<br><br>".join(STORY),
        "".join(f"<div>{text}</div>" for text in STORY),
        "".join(f"<p>{text[:50]}.</p>" for text in STORY * 2),
        "".join(f"<p>{text}</p>" for text in CJK),
    ],
)
def test_a_comment_form_beside_the_story_takes_none_of_it(story: str) -> None:
    html = f"<h2>Late</h2><div>{story}<h3>Your comment</h3>{FORM}</div><div>Imprint</div>"
    last = story.rpartition(">" if story.endswith("</p>") else "<br>")[0]
    article = page(html)
    assert len(article.text) > 0.8 * len(
        "".join(part.rpartition(">")[2] for part in last.split("<"))
    )


def test_a_notice_longer_than_a_short_story_goes_and_the_story_stays() -> None:
    notice = "".join(
        f"<p>We would like to set a cookie of sort {n}, and ask whether you agree to it.</p>"
        for n in range(9)
    )
    box = f"<div class='modal-dialog' role=dialog><h2>Cookies</h2>{notice}</div>"
    article = page(f"{box}<h1>Late</h1><article>{paragraphs()}</article>")
    assert article.text == "\n".join(STORY)


@pytest.mark.parametrize(
    "notice",
    [
        "You are using an out of date browser. It may not show this site correctly.",
        "Sie verwenden einen veralteten Browser. Bitte laden Sie einen neuen.",
    ],
)
def test_a_notice_of_an_old_browser_is_no_text(notice: str) -> None:
    article = page(f"<h1>Late</h1><div><p>{notice}</p>{paragraphs()}</div>")
    assert article.text == "\n".join(STORY)


def test_readings_are_no_words() -> None:
    reading = "<ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>"
    article = page(f"<h1>Late</h1><p>{reading}の船は来なかった。{'長い話が続いた。' * 6}</p>" * 3)
    assert "港の船は来なかった" in article.text
    assert "みなと" not in article.all_text


def test_spans_set_as_blocks_are_paragraphs() -> None:
    spans = "".join(f"<span style='display: block'>{text}</span>" for text in STORY)
    assert page(f"<h1>Late</h1><div>{spans}</div>").text == "\n".join(STORY)


def evidence(article: Article) -> str | None:
    return next((e.rule for e in article.evidence if e.field == "text"), None)


BODY = f"<article><h1>Late</h1>{paragraphs()}</article>"
STATE = {"props": {"post": {"title": "Late", "body": [{"type": "p", "text": t} for t in STORY]}}}
LD = {"@type": "NewsArticle", "headline": "Late", "articleBody": "\n".join(STORY)}


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        (f"<div id=app></div><noscript>{BODY}</noscript>", "noscript"),
        (f"<x-a><template shadowrootmode=open>{BODY}</template></x-a>", "declarative shadow root"),
        (f"<script type='application/ld+json'>{json.dumps(LD)}</script>", "json-ld articleBody"),
        (
            f"<script id=__NEXT_DATA__ type='application/json'>{json.dumps(STATE)}</script>",
            "application state",
        ),
        (f"<script>window.__STATE__ = {json.dumps(STATE)};</script>", "application state"),
        (
            "<script>window.__STATE__={}</script>".replace(
                "{}", json.dumps({"post": {"content": paragraphs()}})
            ),
            "application state",
        ),
    ],
)
def test_text_that_no_common_element_holds_is_read_and_told_so(html: str, rule: str) -> None:
    article = page(f"<h1>Late</h1><div id=root></div>{html}")
    assert article.text == "\n".join(STORY)
    assert evidence(article) == rule


def test_what_is_stored_never_replaces_what_the_page_shows() -> None:
    longer = {**LD, "articleBody": "Another story, and a much longer one. " * 90}
    script = f"<script type='application/ld+json'>{json.dumps(longer)}</script>"
    article = page(script + f"<noscript>{paragraphs(STORY[:1])}</noscript>" + BODY)
    assert article.text == "\n".join(STORY)
    assert evidence(article) is None


def test_other_stories_in_the_state_are_not_the_text() -> None:
    teasers = [{"url": f"/{n}", "headline": "Late", "text": STORY[n]} for n in range(6)]
    state = json.dumps({"props": {"teasers": teasers}})
    assert page(f"<h1>Late</h1><script type='application/json'>{state}</script>").text == ""
