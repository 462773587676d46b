"""Kinds of pages, over labelled pages of our own and over single signs."""

from collections import Counter
from pathlib import Path

import pytest

from extract import Article, PageKind, Paywall, extract
from extract.refusals import load_markers, load_offers, load_refusals
from tests.benchmarks.extract_kinds import REFUSALS, SHOWN, confusion, read, run
from tests.extract.kinds import DEFAULT_URL, LabelledPage, iter_labelled

PAGES = tuple(iter_labelled())
QUALITY = Path(__file__).parents[2] / "docs" / "quality.md"


def kind_of(html: str, url: str = DEFAULT_URL, **response: object) -> PageKind:
    return extract(html.encode(), url=url, **response).kind  # type: ignore[arg-type]


def rule_of(article: Article, field: str = "kind") -> str:
    return next(item.rule for item in article.evidence if item.field == field)


def test_the_labelled_pages_are_many_and_of_many_languages() -> None:
    kinds = Counter(page.kind for page in PAGES)
    assert len(PAGES) >= 80
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert kinds["article"] >= 25
    assert len({page.language for page in PAGES}) >= 6
    assert all(page.models for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_labelled_page_is_what_its_label_says(page: LabelledPage) -> None:
    article = read(page, with_response=False)
    assert article.kind is PageKind(page.kind), rule_of(article)
    assert article.needs_script is page.needs_script
    if page.paywall:
        assert article.paywall is Paywall(page.paywall)


def test_the_response_changes_none_of_the_labelled_pages() -> None:
    counts = confusion(with_response=True)
    assert all(kind is taken for kind, taken in counts)
    assert sum(counts[kind, kind] for kind in REFUSALS) == 92
    assert sum(counts[kind, kind] for kind in SHOWN) == 51


def test_the_docs_have_the_table_of_today() -> None:
    assert run() in QUALITY.read_text("utf-8")


def test_the_evidence_names_the_product_and_its_marker() -> None:
    (anubis,) = [page for page in PAGES if page.name == "anubis"]
    rule = rule_of(read(anubis, with_response=False))
    assert 'marker of Anubis: <script id="anubis_challenge"' in rule


def test_an_application_without_text_tells_that_it_needs_a_script() -> None:
    page = next(page for page in PAGES if page.name == "application that states its article")
    article = read(page, with_response=False)
    assert article.needs_script
    assert rule_of(article, "needs_script") == "no text, and a script that would bring it"
    assert Article.from_dict(article.to_dict()).needs_script


LINKS = "".join(
    f"<li><a href=/n/{n}>Another long headline of this paper, number {n}</a></li>"
    for n in range(40)
)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-10-01T08:00:00Z">',
        '<meta name="publish-date" content="2026-10-01">',
        '<script type="application/ld+json">{"@type":"Report","dateCreated":"2026-10-01"}</script>',
    ],
)
@pytest.mark.parametrize("url", [DEFAULT_URL, "https://paper.test/", "https://paper.test/tag/a/"])
@pytest.mark.parametrize("title", ["Two words", "Page not found", "Access denied", "Login"])
def test_no_rule_hides_a_dated_article(head: str, url: str, title: str) -> None:
    html = f"<title>{title}</title>{head}<h1>{title}</h1><p>A short note.</p><ul>{LINKS}</ul>"
    article = extract(html.encode(), url=url, status=404)
    assert article.kind in SHOWN


def test_of_many_articles_stated_none_is_the_page_s_own() -> None:
    nodes = ",".join(
        f'{{"@type":"NewsArticle","headline":"Story {n}","datePublished":"2026-10-0{n}",'
        f'"url":"https://paper.test/n/{n}"}}'
        for n in range(1, 5)
    )
    listed = f'{{"@type":"CollectionPage","hasPart":[{nodes}]}}'
    html = f'<script type="application/ld+json">{listed}</script><h1>All</h1><ul>{LINKS}</ul>'
    assert kind_of(html, "https://paper.test/all") is PageKind.INDEX
    assert kind_of(html, "https://paper.test/n/2") is not PageKind.INDEX


def test_a_status_makes_an_error_of_a_short_page_in_any_words() -> None:
    html = "<title>Zork</title><h1>Zork</h1><p>Blip blop.</p>"
    assert kind_of(html) is PageKind.ARTICLE
    assert kind_of(html, status=404) is PageKind.ERROR
    assert kind_of(html, status=200) is PageKind.ARTICLE


def test_a_status_makes_no_error_of_a_story() -> None:
    story = "".join(
        f"<p>{n}: the ferry came in late, and the crew was blamed.</p>" for n in range(60)
    )
    assert kind_of(f"<title>Late again</title><h1>Late again</h1>{story}", status=404) is (
        PageKind.ARTICLE
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("cf-mitigated", "challenge"), ("X-Vercel-Mitigated", "challenge"), ("x-kpsdk-ct", "9f")],
)
def test_a_header_tells_a_wall(name: str, value: str) -> None:
    html = "<title>Zork</title><p>Blip.</p>"
    assert kind_of(html, headers={name: value}) is PageKind.CHALLENGE
    assert kind_of(html, headers={name: "allow"} if "gated" in name else {}) is PageKind.ARTICLE


def test_one_sign_is_not_enough() -> None:
    form = "<form><input type=password></form>"
    story = "<p>The council has met on Tuesday, and it has not decided anything at all.</p>"
    assert kind_of(f"<title>Council meets</title><h1>Council meets</h1>{form}{story}") is (
        PageKind.ARTICLE
    )
    banner = "<div><h2>We value your privacy</h2><button>Accept all</button></div>"
    assert kind_of(f"<title>Council meets</title><h1>Council meets</h1>{banner}{story}") is (
        PageKind.ARTICLE
    )


def test_a_headline_that_leads_to_its_own_page_is_no_teaser() -> None:
    rows = "".join(f"<h3><a href=/n/{n}>Headline number {n}</a></h3>" for n in range(5))
    prose = "<p>" + "The crane has been painted blue by the foundation. " * 4 + "</p>"
    html = f"<title>The crane is blue - Paper</title>{{}}{prose}{rows}"
    own = html.format("<h2><a href=/elsewhere/91>The crane is blue</a></h2>")
    other = html.format("<h2><a href=/elsewhere/91>A mayor, a dog and a boat</a></h2>")
    assert kind_of(own) is PageKind.ARTICLE
    assert kind_of(other) is PageKind.INDEX


def test_numbers_in_a_recipe_are_no_gallery() -> None:
    recipe = "".join(f"<li>{n}/2 cups of something white</li>" for n in (1, 3, 5, 7))
    story = "".join(
        f"<p>Stir it for {n} minutes, and do not look into the bowl.</p>" for n in range(30)
    )
    assert kind_of(f"<h1>A cake for storms</h1><ul>{recipe}</ul>{story}") is PageKind.ARTICLE


def test_an_offer_at_the_end_is_a_paywall_and_leaves_the_text() -> None:
    prose = "".join(
        f"<p>In year {n} the bank of Varby lent money on herring that nobody had caught.</p>"
        for n in range(5)
    )
    offer = (
        "<div><p>Pour lire la suite, abonnez-vous.</p><p>Sans engagement, 1 € par mois.</p></div>"
    )
    page = f"<article><h1>La banque</h1>{prose}{offer}</article>"
    article = extract(page.encode(), url=DEFAULT_URL)
    assert article.paywall is Paywall.PARTIAL
    assert "abonnez" not in article.text
    assert "herring" in article.text


def test_an_offer_before_the_story_is_no_paywall() -> None:
    prose = "".join(
        f"<p>In year {n} the bank of Varby lent money on herring that nobody had caught.</p>"
        for n in range(5)
    )
    page = f"<article><h1>The bank</h1><p>Subscribe to continue reading.</p>{prose}</article>"
    assert extract(page.encode(), url=DEFAULT_URL).paywall is Paywall.UNKNOWN


def test_the_tables_are_folded_and_have_no_phrase_twice() -> None:
    assert all(marker.pieces or marker.headers for marker in load_markers())
    for words in (*load_refusals().values(), load_offers()):
        assert words.heads.by_word
        assert words.lines.by_pair
    assert load_refusals()[PageKind.CONSENT].choices >= {"accept all", "alle akzeptieren"}
