"""Lines that rules took on real pages, and that are the story: in doubt a line is kept."""

import pytest

from extract import Article, BlockKind, extract
from tests.extract.test_sift import STORY, paragraphs, read, rules

LONG = [f"{text} It was so on day {n}." for n in (1, 2) for text in STORY]
SENTENCE = "The report of the harbour master on the winter is here."


def page(html: str) -> Article:
    html = f"<html><body>{html}</body></html>"
    return extract(html.encode(), url="https://www.paper.test/2026/a")


def test_short_lines_stay_on_a_page_that_is_not_given_to_trafilatura() -> None:
    likes = "".join(f"<a href=/u/{n}>u{n}</a> " for n in range(2_100))
    talk = ["“Today?”", "“Never.”", "He nodded."]
    texts = [*STORY[:3], *talk, *STORY[3:]]
    article = page(f"<article><h1>Late</h1>{paragraphs(texts)}</article><p>{likes}</p>")
    assert article.text == "\n".join(texts)


def test_subheads_and_tables_of_sections_in_the_body_stay() -> None:
    table = "<table><tr><th>Boat</th><th>Won</th></tr><tr><td>Gull</td><td>7</td></tr></table>"
    parts = "".join(
        f"<section><div><h3>Pier {n}</h3></div>{paragraphs([text])}<div>{table}</div></section>"
        for n, text in enumerate(STORY)
    )
    article = read(f"<h1>Late</h1><div>{parts}</div>")
    for n in range(1, len(STORY)):
        assert f"Pier {n}" in article.text, rules(article)
    assert article.text.count("Gull | 7") >= len(STORY) - 1


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        (f"<p><a href=/x>{SENTENCE}</a></p>", True),
        (f"<p><a href=/x>{SENTENCE.replace('.', '。')}</a></p>", True),
        ("<p><a href=/x>[How the pier burnt down in the winter]</a></p>", True),
        ("<p>Read more about <a href=/x>what became of the pier</a>.</p>", True),
        ("<p>Firm feel: <a href=/x>the bunks of the old ferry</a></p>", True),
        ("<p><a href=/x>Seven harbours that nobody should miss this summer!</a></p>", False),
        ("<p><a href=/x>Read on here...</a></p>", False),
        (
            "<div class=y><p class=z>Also here: <a href=/x>the bunks of the ferry</a></p></div>",
            False,
        ),
    ],
)
def test_a_line_that_is_closed_as_sentences_are_is_no_headline(line: str, stays: bool) -> None:
    article = read(paragraphs(STORY[:3]) + line + paragraphs(STORY[3:]))
    words = line.partition("href=/x>")[2].partition("<")[0]
    assert (words in article.text) == stays, rules(article)


@pytest.mark.parametrize(
    "line",
    [
        "Heba Larsen contributed to this report.",
        "(Reporting by Ann Hill in Oslo; Editing by Bo Dahl)",
        "Additional reporting from Bergen",
        "Compiled by Ann Hill",
        "This article originally appeared in <a href=https://bay.test/>The Bay</a>.",
        "This article was amended on 3 May: the ferry has two engines, not three.",
        "Correction: an earlier version of this article misnamed the harbour master.",
        "Aus dem Englischen von Eva Lind",
        "Dieser Artikel ist am 3. Mai zuerst in der Bucht erschienen.",
        "Cet article a été publié le 3 mai dans La Baie.",
        "原标题：渡轮晚点两个小时",
    ],
)
def test_who_reported_where_it_appeared_and_what_was_corrected_stays(line: str) -> None:
    article = read(paragraphs([*LONG, line]))
    assert line.partition("<")[0].strip() in article.text, rules(article)


@pytest.mark.parametrize("mark", ["{}. ", "[{}] ", "{} ", "<sup>{}</sup> "])
def test_numbered_notes_stay_wherever_they_stand(mark: str) -> None:
    notes = "".join(
        f"<p>{mark.format(n)}Harbour Board, “Winters”, May 19{n}2.</p>" for n in (1, 2, 3)
    )
    article = read(f"<h1>Late</h1><div class=b>{paragraphs(LONG)}</div><div class=n>{notes}</div>")
    assert article.text.count("Harbour Board") == 3, rules(article)


def test_paragraphs_that_begin_and_end_alike_stay() -> None:
    first = "Buy any of the tickets of the harbour line by Sunday night and take along one child."
    last = (
        "No ticket may be given to another person, and none is taken back at the pier or on board."
    )
    terms = [
        " ".join([first, *(f"On day {n} the {who} is free for those." for n in range(12)), last])
        for who in ("tram", "night bus")
    ]
    article = page(f"<h1>Terms</h1><article>{paragraphs([*STORY, *terms])}</article>")
    assert article.text == "\n".join([*STORY, *terms]), rules(article)


@pytest.mark.parametrize(("head", "stays"), [("More from The Bay:", False), ("The tales:", True)])
def test_a_list_below_a_word_of_related_stories_goes_with_it(head: str, stays: bool) -> None:
    tale = "<li><a href=https://bay.test/{0}>A tale of {0} ferries</a></li>"
    links = f"<p>{head}</p><ul>{''.join(map(tale.format, ('three', 'four', 'five')))}</ul>"
    text = read(paragraphs(LONG[:6]) + links + paragraphs(LONG[6:])).text
    assert ("A tale of four ferries" in text) == stays


def test_what_is_too_much_for_a_kicker_is_not_taken_for_one() -> None:
    ships = "".join(
        f"<p>The ferry {name}, built in 1911</p>" for name in ("Gull", "Tern", "Auk") * 6
    )
    article = read(f"<div>{ships}</div><h1>All that was late on Monday</h1>{paragraphs()}")
    assert article.text.count("built in 1911") == 18


@pytest.mark.parametrize("name", ["read-more", "ReadMoreText", "see-more-box"])
def test_a_folded_text_is_told_from_a_link_to_one(name: str) -> None:
    told = "The pier was closed in 1911, once more in 1948, and nobody has counted since then."
    folded = f"<div class='{name}'><p>{told}</p></div>"
    link = f"<div class='{name}'><p>And then <a href=/x>{told}</a></p></div>"
    assert told in read(paragraphs(LONG[:6]) + folded + paragraphs(LONG[6:])).text
    assert told not in read(paragraphs(LONG[:6]) + link + paragraphs(LONG[6:])).text


def test_a_table_in_an_embedding_stays() -> None:
    rows = "".join(f"<tr><td>Gull {n}</td><td>{n} knots</td></tr>" for n in range(4))
    embedded = f"<div class='w-embed'><table>{rows}</table></div>"
    article = read(paragraphs(STORY[:3]) + embedded + paragraphs(STORY[3:]))
    assert [b.text[:8] for b in article.blocks if b.kind is BlockKind.TABLE] == ["Gull 0 |"]


@pytest.mark.parametrize("link", ["/f/1.pdf", "/n/2"])
def test_the_list_that_the_last_paragraph_announces_stays(link: str) -> None:
    letters = (
        f"<ul><li><a href={link}>Report of 1911</a></li><li><a href={link}>The letter</a></li></ul>"
    )
    text = read(paragraphs([*LONG, "Documents:"]) + letters).text
    assert text.endswith("Documents:\nReport of 1911; The letter")
    assert "The letter" not in read(paragraphs(LONG) + letters).text


@pytest.mark.parametrize("tag", ["aside", "footer", "div role=complementary"])
def test_notes_stay_in_an_element_that_is_no_part_of_a_story(tag: str) -> None:
    note = "See the minutes of the harbour board for the winter of 1911, on page 42."
    notes = f"<{tag} class=footnotes><ol><li>{note}</li></ol></{tag}>"
    article = read(f"<h1>Late</h1><div class=b>{paragraphs(LONG)}</div>{notes}")
    assert note in article.text, rules(article)


@pytest.mark.parametrize("name", ["class='post comments-open'", "id=comments-enabled"])
@pytest.mark.parametrize(
    "text", ["".join(map("<div>{}</div>".format, STORY)), "<br><br>".join(STORY)]
)
def test_a_story_that_is_open_for_comments_is_no_comment(name: str, text: str) -> None:
    inside = f"<div {name}><h1>All that was late</h1>{text}</div><div>The Bay Ltd</div>"
    below = f"<h1>All that was late</h1><div {name}>{text}</div><div>The Bay Ltd</div>"
    for html in (inside, below):
        assert "\n".join(STORY) in page(html).text, rules(page(html))


def test_sentences_set_as_subheads_are_the_text() -> None:
    article = read("<h1>All of them</h1>" + "".join(f"<h3>{text}</h3>" for text in STORY))
    assert article.text == "\n".join(STORY)


def test_prose_below_the_headline_is_the_text_where_nothing_else_is_chosen() -> None:
    shown = f"<div class=comments-on><h1>All that was late</h1><div>{STORY[0]}</div></div>"
    assert page(shown).text == STORY[0]


def test_short_answers_before_the_first_long_one_stay() -> None:
    talk = [("Late?", "Yes."), ("Again?", "No."), ("Why?", "The engine.")]
    asked = "".join(f"<p><b>{question}</b><br>{answer}</p>" for question, answer in talk)
    text = read(f"<h1>The master answers</h1>{asked}{paragraphs()}").text
    assert text.startswith("Late? Yes.\nAgain? No.\nWhy? The engine.\n")


def test_a_verse_below_the_first_paragraph_is_no_standfirst() -> None:
    verse = "Still lies the sea in the morning light,\nand the boat lies fast at the quay."
    article = read(
        f"<h1>A song</h1>{paragraphs(STORY[:1])}<pre>{verse}</pre>{paragraphs(STORY[1:])}"
    )
    assert article.standfirst is None
    assert article.text.split("\n")[1].startswith("Still lies the sea")
