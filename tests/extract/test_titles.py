"""The title: what the page states, what it prints, and nothing of the site."""

import pytest

from tests.extract.headed import STORY, ld, read, rule


def test_the_headline_stated_to_machines_is_the_title() -> None:
    head = ld('{"@type":"NewsArticle","headline":"The ferry is late again today"}') + (
        '<meta property="og:title" content="Passengers left waiting at the quay">'
    )
    article = read(head, "<h1>The late ferry of today: a view from the quay</h1>" + STORY)
    assert article.title == "The ferry is late again today"
    assert rule(article, "title") == "json-ld headline"
    rivals = next(item.rivals for item in article.evidence if item.field == "title")
    assert ("meta og:title", "Passengers left waiting at the quay") in rivals


def test_the_printed_headline_is_the_title_where_the_shared_one_repeats_it() -> None:
    head = ld('{"@type":"NewsArticle","headline":"Ferry timetable 2026 delays quay"}') + (
        '<meta property="og:title" content="You will not believe this ferry">'
    )
    article = read(head, "<h1>You will not believe this ferry</h1>" + STORY)
    assert article.title == "You will not believe this ferry"
    assert rule(article, "title") == "meta og:title, and h1"
    assert "believe" not in article.text


def test_the_printed_headline_beats_one_made_for_sharing() -> None:
    head = '<meta property="og:title" content="Why the ferry is late (and why you should care)">'
    article = read(head, "<h1>Why the ferry is late, and should you care</h1>" + STORY)
    assert article.title == "Why the ferry is late, and should you care"
    assert rule(article, "title") == "h1"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        # The site's name and a slogan as the first heading.
        (
            "<title>Ferry late again - Harbour Post</title>",
            "<h1><a href=/>News from the quay</a></h1><h2>Ferry late again</h2>",
        ),
        ("<title>Ferry late again | The Paper</title>", "<h1>Paper</h1><h2>Ferry late again</h2>"),
        ("<title>The Quay » Blog Archive » Ferry late again</title>", "<h2>Ferry late again</h2>"),
        ("<title>Paper » Ferry late again</title>", ""),
        ("<title>Paper: Ferry late again</title>", "<h1>The Paper</h1>"),
        # A translation widget left in the saved page, a box, the logo.
        (
            "<title>Ferry late again</title>",
            "<div id=goog-gt-tt><h1>Original text</h1></div><h3>Ferry late again</h3>",
        ),
        (
            "<title>Ferry late again</title>",
            "<div class=site-title><h1>Ferry news daily</h1></div><h1>Ferry late again</h1>",
        ),
        (
            "<title>Ferry late again</title>",
            "<dialog><h1>Ferry late again? Sign up</h1></dialog><h1>Ferry late again</h1>",
        ),
        # The same statement on every page.
        (
            '<meta property="og:title" content="News of the sea"><title>Ferry late again</title>',
            "<h1>Ferry late again</h1>",
        ),
        # A kicker glued to it, readings above its characters, an anchor behind it.
        (
            '<meta property="og:title" content="Ferry late again">',
            "<h1><span>Harbour |</span> Ferry late again</h1>",
        ),
        (
            "<title>Ferry late again</title>",
            "<h1><ruby>Ferry<rt>ferī</rt></ruby> late again ¶</h1>",
        ),
        ("<title>Ferry late again</title>", "<h1>Fer\u00adry late again</h1>"),
        # Other stories below.
        (
            "<title>Ferry late again</title>",
            STORY + "<h2><a href=/b>Ferry late again</a></h2><h1>Ferry late again</h1>",
        ),
    ],
)
def test_a_title_is_the_headline_and_nothing_of_the_site(head: str, body: str) -> None:
    assert read(head, body + STORY).title == "Ferry late again"


def test_names_with_underscores_and_dashes_stay_whole() -> None:
    title = "rustc_codegen: progress - and no end"
    assert read(f"<title>{title}</title>").title == title
    assert read("<title>渡轮又晚点了_新闻_海港日报</title>", "<h2>渡轮又晚点了</h2>").title == (
        "渡轮又晚点了"
    )


def test_a_kicker_in_a_heading_goes_where_two_statements_set_it_off() -> None:
    kicked = '{"@type":"NewsArticle","headline":"Quay: The ferry is late again today"}'
    shared = '<meta property="og:title" content="The ferry is late again today">'
    article = read(ld(kicked) + shared, "<h2><b>Quay</b>The ferry is late again today</h2>" + STORY)
    assert article.title == "The ferry is late again today"
    # Nothing is shared without it: the statement has the white space.
    article = read(ld(kicked), "<h2><b>Quay</b>The ferry is late again today</h2>" + STORY)
    assert article.title == "Quay: The ferry is late again today"


@pytest.mark.parametrize("order", ["{0} — {1}", "{1} | {0}"])
def test_of_two_headings_that_make_up_a_title_the_upper_one_is_the_site(order: str) -> None:
    title = f"<title>{order.format('Ferry late again', 'notes from the quay')}</title>"
    body = "<div><h1>notes from the quay</h1></div><div><h1>Ferry late again</h1></div>"
    assert read(title, body + STORY).title == "Ferry late again"


def test_several_properties_of_one_meta_element_are_read() -> None:
    article = read('<meta property="x:title dc:title" content="The ferry is late again">')
    assert article.title == "The ferry is late again"


def test_a_headline_cut_short_yields_to_two_that_agree() -> None:
    head = ld('{"@type":"NewsArticle","headline":"Ferry late"}') + (
        '<meta property="og:title" content="Harbour: Ferry late again">'
    )
    article = read(head, "<h1>Harbour: Ferry late again</h1>" + STORY)
    assert article.title == "Harbour: Ferry late again"
    assert rule(article, "title") == "meta og:title, and h1"


def test_without_a_stated_headline_two_that_agree_make_the_title() -> None:
    head = '<meta property="og:title" content="Ferry late again"><title>Ferries - Home</title>'
    article = read(head, "<h1>Ferry late again</h1>" + STORY)
    assert rule(article, "title") == "meta og:title, and h1"


def test_the_site_s_name_leaves_the_title() -> None:
    assert read("<title>Ferry late again | The Paper</title>").title == "Ferry late again"


@pytest.mark.parametrize(
    "site",
    [
        '<meta property="og:site_name" content="The Harbour Gazette">'
        + ld('{"@type":"NewsArticle","headline":"The Harbour Gazette"}'),
        ld(
            '{"@type":"NewsArticle","headline":"The Harbour Gazette",'
            '"publisher":{"@type":"Organization","name":"The Harbour Gazette"}}'
        ),
    ],
)
def test_a_headline_that_is_the_site_s_name_is_none(site: str) -> None:
    article = read(site, "<h1>School sends up a balloon</h1>" + STORY)
    assert article.title == "School sends up a balloon"
    # Where there is nothing else, it is that.
    assert read(site).title == "The Harbour Gazette"


def test_a_headline_that_is_said_to_be_the_site_s_name_stays() -> None:
    said = "Harbour vote ends in a tie"
    head = "".join(
        f'<meta property="og:{name}" content="{said}">' for name in ("site_name", "title")
    )
    article = read(f"{head}<title>{said}</title>", "<h1>The Morning Newspaper</h1>" + STORY)
    assert article.title == said
