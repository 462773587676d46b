"""What a site repeats, and what an outlet's rules say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from extract import Article, Block, BlockKind, extract
from extract.errors import OutletError
from extract.rules import find_rules, parse_outlet
from extract.template import SitePage, SiteTemplate, apply, cut, learn


def blocks(*lines: str) -> tuple[Block, ...]:
    return tuple(Block(BlockKind.PARAGRAPH, line) for line in lines)


PAGES = [
    SitePage(blocks(f"Story {n} tells of the harbour.", "Follow The Paper"), n) for n in "abcd"
]


def test_a_template_does_not_depend_on_the_order_of_pages() -> None:
    assert len({learn(order) for order in permutations(PAGES)}) == 1
    assert learn(PAGES).to_list() == ["follow the paper"]


def test_captures_of_one_article_teach_nothing() -> None:
    assert learn([PAGES[0]] * 9).to_list() == []


def test_applying_twice_is_applying_once() -> None:
    article = Article("https://x.test/", "1", blocks=tuple(PAGES[0].blocks))
    once = apply(article, learn(PAGES))
    assert once.text == "Story a tells of the harbour."
    assert once.removed[-1].rule == "site template"
    assert once.text_digest
    assert apply(once, learn(PAGES)) == once


def test_a_template_never_takes_the_story() -> None:
    article = Article("https://x.test/", "1", blocks=blocks("Follow The Paper", "No."))
    assert apply(article, SiteTemplate.of(["follow the paper"])) == article


def paper(*own: Sequence[Block], count: int = 20) -> list[SitePage]:
    """Pages of a paper with a line of furniture on each, the first of them with blocks beside."""
    return [
        SitePage(
            (*blocks(f"Story {n} tells of the harbour.", "Follow The Paper today"), *beside),
            digest=str(n),
            authors=(f"Author {n % 7}",),
            title=f"The title of story {n}",
        )
        for n, beside in enumerate([*own, *[()] * (count - len(own))])
    ]


def test_what_stands_on_three_articles_of_twenty_is_theirs() -> None:
    assert learn(paper(*[blocks("A series: the harbour")] * 3)).to_list() == [
        "follow the paper today"
    ]


def test_the_fixed_introduction_of_a_column_is_its_own() -> None:
    intro = blocks("Each week our aunt answers your letters about the harbour.")
    pages = paper(*[intro] * 12, count=40)
    by_title = [replace(p, title=f"Dear aunt: letter {n}") for n, p in enumerate(pages[:12])]
    by_author = [replace(p, authors=("The Aunt",)) for p in pages[:12]]
    for column in (by_title, by_author):
        assert learn([*column, *pages[12:]]).to_list() == ["follow the paper today"]
    assert len(learn(pages).lines) == 2


def test_a_line_on_few_articles_of_many_and_a_word_said_by_chance_are_their_own() -> None:
    rare = paper(*[blocks("The paper has asked for comment on this.")] * 5, count=200)
    assert learn(rare).to_list() == ["follow the paper today"]
    spoken = paper(*[blocks("Why is that?", "No.")] * 5, count=40)
    assert learn(spoken).to_list() == ["follow the paper today", "why is that"]


def test_a_site_of_one_author_has_furniture_too() -> None:
    pages = [replace(page, authors=("Jo Bloggs",)) for page in paper()]
    assert learn(pages).to_list() == ["follow the paper today"]


def test_tables_quotes_and_lists_that_are_not_all_furniture_stay() -> None:
    template = SiteTemplate.of(["salt and pepper", "share this"])
    kept = (
        Block(BlockKind.TABLE, "Share this"),
        Block(BlockKind.QUOTE, "Share this"),
        Block(BlockKind.LIST, "Salt and pepper\nTwo lemons"),
        *blocks("A long story about lemons and what they are good for in winter."),
    )
    gone = Block(BlockKind.LIST, "Share this\nSalt and pepper")
    assert cut((*kept, gone), template) == (kept, ("Share this", "Salt and pepper"))


def test_a_subhead_goes_only_when_nothing_of_its_section_stays() -> None:
    template = SiteTemplate.of(["why it matters", "more stories", "read this next"])
    story = blocks("A long story about lemons, and what they are good for in a hard winter.")
    why, more = (Block(BlockKind.SUBHEAD, text, 2) for text in ("Why it matters", "More stories"))
    read = Block(BlockKind.PARAGRAPH, "Read this next")
    kept, removed = cut((*story, why, *story, more, read), template)
    assert (kept, removed) == ((*story, why, *story), ("Read this next", "More stories"))
    deeper = Block(BlockKind.SUBHEAD, "In the north", 3)
    assert cut((*story, why, deeper, *story), template)[1] == ()


def test_captions_have_lines_of_their_own() -> None:
    credit, button = (
        Block(BlockKind.CAPTION, f"The harbour\n{text}") for text in ("Getty Images", "Enlarge it")
    )
    template = learn(paper(*[(button,)] * 9, *[(credit,)] * 4, *[(button,)] * 7))
    assert (template.captions, len(template.lines)) == ({"enlarge it", "the harbour"}, 1)
    assert cut((button, *blocks("Enlarge it, they said.")), template)[1] == (
        "The harbour",
        "Enlarge it",
    )


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
        ("hosts = [", "x.toml, line 1:"),
        ('hosts = ["x.test"]\n[[rules]]\nbody = "//p"', "needs from"),
        ('hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-01\nbdy = "//p"', "unknown key 'bdy'"),
        ('hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-01\nbody = "//p["', "is no XPath"),
    ],
)
def test_a_broken_file_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(OutletError, match=message.replace("[", r"\[")):
        parse_outlet(text, name="x")
