"""Which lines are the story, told by where they stand and what stood before."""

import pytest

from extract import Article, BlockKind, extract

WHO = ("ferry", "tram", "night bus", "last train", "taxi", "mail van")
STORY = [
    f"The {who} came in two hours late on Monday and nobody who stood at stop {n} was surprised."
    for n, who in enumerate(WHO)
]


def read(body: str, head: str = "") -> Article:
    html = f"<html><head>{head}</head><body><article>{body}</article></body></html>"
    return extract(html.encode(), url="https://www.paper.test/2026/a")


def paragraphs(texts: list[str] = STORY) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def rules(article: Article) -> dict[str, str]:
    return {removed.text: removed.rule for removed in article.removed}


TITLE = '<meta property="og:title" content="Storm over the north coast: Everything is late again">'


@pytest.mark.parametrize(
    "head",
    [
        "<p>Storm over the north coast</p><h2>Everything is late again</h2>",
        "<div><span>Storm over the north coast</span></div><h1>Everything is late again</h1>",
        "<h1>Storm over the north coast: Everything is late again</h1>",
        "<p>Everything is late again</p>",
    ],
)
def test_a_title_set_in_lines_of_its_own_is_neither_text_nor_standfirst(head: str) -> None:
    article = read(head + paragraphs(), TITLE)
    assert article.text == "\n".join(STORY)
    assert article.standfirst is None


def test_a_short_title_does_not_take_the_paragraph_it_stands_in() -> None:
    first = "The word of the day is 'late and nobody cares', said the harbour master on Monday."
    article = read(
        paragraphs([first, *STORY]), "<title>'Late and nobody cares': a harbour waits</title>"
    )
    assert article.text.startswith(first)


def test_the_body_may_say_again_what_the_key_points_say() -> None:
    article = read(f"<h1>Late</h1><ul><li>{STORY[1]}</li><li>{STORY[3]}</li></ul>{paragraphs()}")
    assert [b.text for b in article.blocks if b.kind is BlockKind.PARAGRAPH] == STORY


@pytest.mark.parametrize("copy", ["<div class=big><p>{}</p></div>", "<p hidden>{}</p>"])
def test_a_paragraph_that_stood_before_goes(copy: str) -> None:
    article = read(paragraphs(STORY[:4]) + copy.format(STORY[2]) + paragraphs(STORY[4:]))
    assert article.text == "\n".join(STORY)
    assert rules(article)[STORY[2]] == "repeated"


def test_a_refrain_is_said_as_often_as_it_is_written() -> None:
    refrain = "And the rain fell on the pier, and nobody who was waiting there said a word to it."
    verses = [text for verse in STORY[:3] for text in (verse, refrain)]
    assert read(paragraphs(verses)).text == "\n".join(verses)


@pytest.mark.parametrize(
    "unseen", ["\u200c", "\u200d", "\u2066", "\ue000", "\U0001f468\u200d\U0001f469"]
)
def test_no_unseen_character_costs_a_paragraph(unseen: str) -> None:
    texts = [text.replace("late", f"la{unseen}te") for text in STORY]
    article = read(f"<h1>Late</h1>{paragraphs(texts)}")
    assert article.text.replace(unseen, "") == "\n".join(STORY).replace(unseen, "")


@pytest.mark.parametrize("name", ["style='clip:rect(0 0 0 0);height:1px'", "class=sr-only"])
def test_what_only_screen_readers_say_is_no_part_of_a_sentence(name: str) -> None:
    said = f"The report<span {name}>, opens new tab</span> on the ferry was read by few people."
    drop_cap = f"<span aria-hidden=true>O</span><span {name}>O</span>nly one of them laughed."
    article = read(paragraphs([*STORY, said, drop_cap, *STORY[:1]]))
    assert "The report on the ferry was read by few people." in article.text
    assert "nly one of them laughed." in article.text
    assert "\nO" in article.text


@pytest.mark.parametrize(
    ("note", "goes"),
    [
        ("Jo Bloggs is the paper's harbour editor and lives by the sea.", True),
        ("Our correspondent on the coast Jo Bloggs has sailed all of these ferries.", True),
        (
            "The ferry will not run on Tuesday, said the harbour master, a friend of Jo Bloggs.",
            False,
        ),
    ],
)
def test_what_authors_say_of_themselves_goes_where_it_is_set_apart(note: str, goes: bool) -> None:
    author = "<meta name=author content='Jo Bloggs'>"
    article = read(f"{paragraphs()}<p class=x>{note}</p>", author)
    assert (note not in article.text) == goes
    assert (rules(article).get(note) == "author's note") == goes
    assert note in read(paragraphs([*STORY, note]), author).text


@pytest.mark.parametrize(
    "text",
    [
        "The <a href=/2026/register-of-ships>register of ships</a> was lost in the fire of 1911.",
        "The harbour master wrote so <a href=https://www.facebook.com/master/posts/1>himself</a>.",
        "What he said filled a <a href=/news/subscribe-or-die>column</a>, and more of the same.",
    ],
)
def test_links_to_stories_are_no_links_to_services(text: str) -> None:
    assert "lost in" in read(paragraphs([*STORY, text.replace(".", " lost in fog.")])).text


def test_a_header_with_buttons_keeps_its_standfirst() -> None:
    standfirst = "Ferries, trams and trains were late on Monday, and nobody was surprised by it."
    buttons = "<div><button>A</button><button>B</button></div>"
    head = f"<h1>Late</h1><div><p>{standfirst}</p>{buttons}</div>"
    article = read(head + paragraphs())
    assert standfirst in (article.standfirst or "") + article.text


def test_a_copy_glued_together_goes_even_where_a_line_of_the_first_was_furniture() -> None:
    texts = [*STORY[:3], "Leave a comment", *STORY[3:]]
    glued = f"<p>{' '.join(texts)}</p>"
    assert read(paragraphs(texts) + glued).text == "\n".join(STORY)


@pytest.mark.parametrize(
    "line",
    [
        "To view the full story, please subscribe to The Paper. There are several passes.",
        "If this message is shown and you are already a subscriber, you can log in at once.",
        "For the latest from the harbour download the Paper's apps.",
        "Bild anzeigen Bild schließen",
        "Lesen Sie das FÄHRE Magazin. Einfach digital in der App oder im Heft.",
        "Titelbild: Jo Bloggs/Agency",
    ],
)
def test_offers_and_labels_are_known_by_their_words(line: str) -> None:
    article = read(paragraphs([*STORY, line]))
    assert article.text == "\n".join(STORY)


def test_what_a_story_says_of_subscribers_is_no_offer() -> None:
    said = "She was already a subscriber when the paper, which sold few copies, began to pay her."
    assert said in read(paragraphs([*STORY[:3], said, *STORY[3:]])).text


def slides(story: list[str]) -> Article:
    shown = "".join(
        f"<li><h3>{n}/9 The port in {1900 + n}</h3><p>Ships of the year {1900 + n} lie at the pier "
        "and wait for coal, which came late in that year as in others.</p></li>"
        for n in range(1, 10)
    )
    last = "Nobody who was asked on the last day could say when the next ferry was to come."
    return read(f"{paragraphs(story)}<div><ul>{shown}</ul></div>{paragraphs([last])}")


def test_the_slides_of_a_show_inside_a_story_are_captions() -> None:
    article = slides([f"{text} It was day {n}." for n in range(3) for text in STORY])
    assert "Ships of the year" not in article.text
    assert "Ships of the year 1909 lie" in article.all_text


def test_slides_with_a_few_words_around_them_are_the_story() -> None:
    assert "Ships of the year 1909 lie" in slides(STORY).text


def test_a_page_without_a_paragraph_keeps_what_stands_below_its_headline() -> None:
    title = "<title>Cake of the late ferry</title>"
    head = "<h1>Cake of the late ferry</h1>"
    body = f"{head}<p>The best cake that is!</p>{head}"
    assert "The best cake that is!" in read(body, title).text


def test_what_a_page_says_in_one_paragraph_is_its_text() -> None:
    head = f'<title>Late again</title><meta name="description" content="{STORY[0]}">'
    article = read(f"<h1>Late again</h1><p>{STORY[0]}</p>", head)
    assert (article.text, article.standfirst) == (STORY[0], None)


def test_captions_alone_are_no_text_beside_a_standfirst() -> None:
    head = f'<title>Late again</title><meta name="description" content="{STORY[0]}">'
    shown = f"<figure><img src=a.jpg><figcaption>{STORY[1]}</figcaption></figure>"
    assert STORY[0] in read(f"<h1>Late again</h1><p>{STORY[0]}</p>{shown}", head).text
