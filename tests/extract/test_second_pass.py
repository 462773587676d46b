"""What a site repeats, and what an outlet's rules say."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from extract import Article, Block, BlockKind, extract
from extract.errors import OutletError
from extract.outlets import find_rules, parse_outlet
from extract.template import SiteTemplate, apply, learn


def blocks(*lines: str) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, line) for line in lines)


PAGES = [blocks(f"Story {n} tells of the harbour.", "Follow The Paper") for n in "abcd"]


def test_a_template_does_not_depend_on_the_order_of_pages() -> None:
    assert len({learn(order) for order in permutations(PAGES)}) == 1
    assert learn(PAGES).to_list() == ["follow the paper"]


def test_captures_of_one_article_teach_nothing() -> None:
    assert learn([PAGES[0]] * 9).to_list() == []


def test_applying_twice_is_applying_once() -> None:
    article = Article("https://x.test/", "1", blocks=PAGES[0])
    once = apply(article, learn(PAGES))
    assert once.text == "Story a tells of the harbour."
    assert once.removed[-1].rule == "site template"
    assert once.text_digest
    assert apply(once, learn(PAGES)) == once


def test_a_template_never_takes_the_story() -> None:
    article = Article("https://x.test/", "1", blocks=blocks("Follow The Paper", "No."))
    assert apply(article, SiteTemplate.of(["follow the paper"])) == article


def test_extract_applies_a_template() -> None:
    prose = "<p>" + "The ferry came in two hours late and nobody was surprised. " * 4 + "</p>"
    html = f"<article><h1>A late ferry</h1>{prose}<p>Our reporters never sleep at all.</p>{prose}x"
    template = SiteTemplate.of(["our reporters never sleep at all"])
    article = extract(html.encode(), url="https://x.test/a", template=template)
    assert "never sleep" not in article.text


def test_rules_are_chosen_by_host_and_day() -> None:
    rules = find_rules("https://www.taipeitimes.com/a", date(2026, 1, 1))
    assert rules is not None
    assert find_rules("https://www.taipeitimes.com/a", date(2001, 1, 1)) is None
    assert find_rules("https://nottaipeitimes.com/a", date(2026, 1, 1)) is None


def test_rules_have_the_last_word_on_their_pages() -> None:
    prose = "<p>" + "The ferry came in two hours late and nobody was surprised. " * 4 + "</p>"
    html = (
        f"<body><div class=other>{prose.replace('ferry', 'train')}</div>"
        f"<div class=archives><h2>A standfirst of its own.</h2>{prose}</div>"
        f"<div class=bigbox2>{prose.replace('ferry', 'bus')}</div>"
    )
    page = extract(
        html.encode(),
        url="https://www.taipeitimes.com/a",
        captured_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert page.standfirst == "A standfirst of its own."
    assert "ferry" in page.text
    assert "train" not in page.text
    assert "bus" not in page.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hosts = 3", "hosts must be a list"),
        ("hosts = [", "x.toml:"),
        ('hosts = ["x.test"]\n[[rules]]\nbody = "//p"', "needs from"),
        ('hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-01\nbdy = "//p"', "unknown key 'bdy'"),
        ('hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-01\nbody = "//p["', "is no XPath"),
    ],
)
def test_a_broken_file_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(OutletError, match=message.replace("[", r"\[")):
        parse_outlet(text, name="x")
