"""Sentences of the article that look like furniture: by an address, a box, a word."""

import pytest

from tests.extract.test_sift import STORY, paragraphs, read, rules


def within(text: str) -> list[str]:
    return [*STORY[:3], text, *STORY[3:]]


@pytest.mark.parametrize(
    "link",
    [
        "The song <a href='https://en.wikipedia.org/wiki/Register'>Register</a> came out in 1961.",
        "The witness gave her <a href='/court/account'>account</a> to the court on Monday.",
        "The paper raised the price of a <a href='/news/subscription'>subscription</a> in May.",
        "Gifts for them, and no letters, can be made at <a href='https://cross.example/donate'>cross.example/donate</a>",
        "Reports can be sent to <a href='https://wa.me/4712345'>the police by WhatsApp</a>.",
    ],
)
@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_link_takes_no_sentence_with_it(link: str, tag: str) -> None:
    texts = "".join(f"<{tag}>{text}</{tag}>" for text in within(link))
    article = read(texts)
    assert len(article.text.split("\n")) == len(STORY) + 1, rules(article)


def test_a_short_text_between_texts_is_no_box_by_its_link() -> None:
    register = (
        "Voters can check at <a href='/registration/'>the office</a> whether they are listed."
    )
    texts = "".join(f"<div>{text}</div>" for text in within(register))
    assert "whether they are listed." in read(texts).text


@pytest.mark.parametrize(
    "line",
    [
        "<p>Already a reader? <a href='/login?to=/a'>Log in to go on</a></p>",
        "<p>Never miss a ferry: <a href='https://abo.paper.test/now'>take our offer today</a></p>",
        "<p><a href='https://wa.me/?text=a'>Tell it by WhatsApp</a> to all.</p>",
        "<div><p>Every day.</p><a href='/newsletter'>Letters</a></div>",
    ],
)
def test_lines_that_lead_to_a_service_go(line: str) -> None:
    assert read(paragraphs() + line + paragraphs(["He was late, too, on that day."])).text == (
        "\n".join([*STORY, "He was late, too, on that day."])
    )


NOTICE = ("The first paragraph of this short notice is about ferries.", "The second one follows.")


def test_buttons_and_numbers_to_call_take_no_paragraphs_with_them() -> None:
    two = "<button>A</button><button>B</button>"
    article = read(f"<div>{paragraphs(list(NOTICE))}{two}</div>{paragraphs()}")
    assert article.text == "\n".join([*NOTICE, *STORY])
    call = "<p>The helpline is open day and night for all who have lost a relative.</p>"
    section = f"<section><h2>Where to call</h2>{call}<form><input type=tel></form></section>"
    text = read(
        f"{paragraphs()}{section}{paragraphs(['The search goes on, said the mayor.'])}"
    ).text
    assert "The helpline is open day and night" in text
    assert "Where to call" in text


def test_a_field_for_an_address_takes_one_promise_and_no_more() -> None:
    form = "<form><input type=email></form>"
    box = f"<section><h2>Our letter</h2><p>Every day, by mail.</p>{form}</section>"
    assert "by mail" not in read(paragraphs() + box + paragraphs(["It ended well."])).text
    section = f"<section>{paragraphs(list(NOTICE))}{form}</section>"
    assert "\n".join(NOTICE) in read(paragraphs() + section + paragraphs(["It ended well."])).text


SENTENCES = [
    "Editor and founder John Hall died on Monday.",
    "Loading took two hours.",
    "Read more books, she said.",
    "Lesen Sie auch die Bibel mit anderen Augen.",
    "Читайте також повільно і вголос, радить учителька.",
    "Поділитися хлібом прийшли сотні людей.",
    "שתפו פעולה עם המשטרה, אמר ראש העיר.",
    "Citește și Biblia în fiecare dimineață.",
    "Distribuie pâine săracilor de zece ani.",
    "Διαβάστε περισσότερα βιβλία, είπε η δασκάλα.",
    "Lue myös runoja ääneen, hän neuvoo.",
    "Đọc thêm sách là lời khuyên của cô giáo.",
    "Feliratkozás nélkül nem lehet szavazni.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_may_begin_as_furniture_does(sentence: str) -> None:
    for texts in ([sentence, *STORY], within(sentence), [*STORY, sentence]):
        article = read(paragraphs(texts))
        assert sentence in article.text, rules(article)


@pytest.mark.parametrize(
    "line",
    [
        "Read more: The ferry is late.",
        "Read more.",
        "Updated at 1:23 p.m.",
        "Lesen Sie auch: Die Fähre kommt zu spät.",
        "Editor: John Hall.",
        "Your email address will not be published.",
        "We use cookies to make our site better.",
        "Read more books",
    ],
)
def test_labels_and_sure_phrases_go_wherever_they_stand(line: str) -> None:
    assert read(paragraphs(within(line))).text == "\n".join(STORY)


def test_what_rules_took_around_the_body_is_kept_with_its_rule() -> None:
    note = "Every ferry of the bay is listed in the book of ferries that we print each spring."
    above = f"<p>Read more about this</p><aside><p>{note}</p><a href=/>All ferries</a></aside>"
    below = f"<aside><p>{note.replace('Every', 'No')}</p></aside><p>Leave a comment</p>"
    removed = rules(read(above + paragraphs(STORY * 3) + below))
    assert removed["Read more about this"] == "related words (en)"
    assert removed[note] == "aside element"
    assert removed[note.replace("Every", "No")] == "aside element"
    assert removed["Leave a comment"] == "comments words (en)"
    assert "All ferries" not in removed


def test_the_list_of_what_was_removed_is_bounded_around_the_body() -> None:
    many = "".join(f"<aside><p>Note {n} on ferries.</p></aside>" for n in range(500))
    article = read(many + paragraphs(STORY) + many)
    assert "Note 499 on ferries." in rules(article)
    assert len(article.removed) <= 200
