"""Titles, dates, authors and the smaller fields, with their evidence."""

from datetime import UTC, date, datetime

import pytest

from extract import Article, PageKind, Paywall, extract
from tests.extract.headed import PROSE, STORY, ld, read, rule


@pytest.mark.parametrize(
    ("said", "url", "published"),
    [
        ("The oldest is dated 2019.", "https://www.paper.test/a", None),
        ("Printed on January 1, 2019.", "https://www.paper.test/a", date(2019, 1, 1)),
        ("Gedruckt am 1. Januar 2019.", "https://www.paper.test/a", date(2019, 1, 1)),
        ("Of that year.", "https://www.paper.test/2019/01/01/a", date(2019, 1, 1)),
        ("2019년 1월 1일", "https://www.paper.test/a", date(2019, 1, 1)),
        (
            "<time datetime=2019-01-01T10:00:00Z>Tuesday</time>",
            "https://www.paper.test/a",
            date(2019, 1, 1),
        ),
        ("<img src=/uploads/2019/01/01/a.jpg>", "https://www.paper.test/a", date(2019, 1, 1)),
        ("Printed on March 4, 2019.", "https://www.paper.test/a", date(2019, 3, 4)),
    ],
)
def test_a_year_in_a_sentence_is_no_date(said: str, url: str, published: date | None) -> None:
    assert read("", f"<p>{said}</p>{STORY}", url).published == published


@pytest.mark.parametrize(
    ("stamp", "published"),
    [
        ("2026-02-27T08:30:00+01:00", datetime.fromisoformat("2026-02-27T08:30:00+01:00")),
        ("2026-02-27T08:30:00Z", datetime(2026, 2, 27, 8, 30, tzinfo=UTC)),
        ("2026-02-27T08:30:00", date(2026, 2, 27)),
        ("2026-02-27", date(2026, 2, 27)),
    ],
)
def test_a_date_keeps_the_precision_it_was_stated_with(
    stamp: str, published: datetime | date
) -> None:
    article = read(ld(f'{{"@type":"Article","headline":"H","datePublished":"{stamp}"}}'))
    assert article.published == published
    assert type(article.published) is type(published)
    assert Article.from_dict(article.to_dict()) == article


@pytest.mark.parametrize(
    ("stamp", "published"),
    [
        ("1987", "1987"),
        ("1848-03", "1848-03"),
        ("1605-07-01", "1605-07-01"),
        ("2025-02-30", None),
        ("1970-01-01T00:00:00Z", None),
        ("1066-10-14", None),
    ],
)
def test_a_year_or_a_month_gets_no_day(stamp: str, published: str | None) -> None:
    article = read(f'<meta property="article:published_time" content="{stamp}">')
    assert (article.published and article.published.isoformat()) == published
    assert Article.from_dict(article.to_dict()) == article


@pytest.mark.parametrize(
    ("lang", "printed", "published", "modified"),
    [
        ("en-US", "10/05/2025", "2025-10-05", None),
        ("en-GB", "10/05/2025", "2025-05-10", None),
        ("en", "10/05/2025 9:12 AM ET", "2025-10-05", None),
        ("en-GB", "10/25/2025", "2025-10-25", None),
        ("en", "Updated 6 May 2025 · Published 5 May 2025", "2025-05-05", "2025-05-06"),
        ("en", "Last updated 12 October 2025", None, "2025-10-12"),
        ("de", "Zuletzt aktualisiert: 12. März 2025", None, "2025-03-12"),
        ("fr", "Le 1er février 1912", "1912-02-01", None),
        ("es", "5 de mayo de 1890", "1890-05-05", None),
        ("ru", "7 ноября 1917", "1917-11-07", None),
        ("ja", "1923年9月2日", "1923-09-02", None),
        ("ar", "٥ مايو ٢٠٢٥", "2025-05-05", None),
        ("en", "<span class=date>March 1987</span>", "1987-03", None),
        ("en", "<time datetime=2025-05-05T08:00Z>Monday</time>", "2025-05-05T08:00:00+00:00", None),
        ("en", "<time datetime=1887-03>March 1887</time>", "1887-03", None),
        ("en", "Member since 5 May 2019", None, None),
    ],
)  # fmt: skip
def test_a_printed_date_is_read_by_the_page_s_own_language(
    lang: str, printed: str, published: str | None, modified: str | None
) -> None:
    holder = "{}" if printed.startswith("<time datetime=1") else "<p>{}</p>"
    head = f"<h1>The ferry</h1>{holder.format(printed)}"
    html = f"<html lang={lang}><body><article>{head}{STORY}"
    article = extract(html.encode(), url="https://www.paper.test/a", headers={})
    assert (article.published and article.published.isoformat()) == published
    assert (article.modified and article.modified.isoformat()) == modified


@pytest.mark.parametrize(
    "beside",
    [
        "<aside><ul><li><time datetime=2025-11-02>2 Nov</time> <a href=/b>Other</a></ul></aside>",
        "<div class=comments><p>Gunnar, 2 November 2025</p><p>At last.</p></div>",
        "<ul class=related><li><abbr class=published title=2025-11-02>2 Nov</abbr> Other</li>",
    ],
)
def test_dates_of_other_stories_and_comments_are_none(beside: str) -> None:
    assert read("", f"<h1>The ferry is late</h1>{STORY}{beside}").published is None
    dated = f"<h1>The ferry is late</h1><p>5 May 2025</p>{STORY}{beside}"
    assert read("", dated).published == date(2025, 5, 5)


def test_a_day_of_change_is_not_one_of_publication() -> None:
    head = ld('{"@type":"NewsArticle","headline":"H","dateModified":"2026-02-05T10:00:00Z"}')
    article = read(head, "<h1>The ferry is late</h1><p>5 January 2026</p>" + STORY)
    assert article.published == date(2026, 1, 5)
    assert article.modified == datetime(2026, 2, 5, 10, tzinfo=UTC)
    assert read(head).published is None


def test_no_date_is_later_than_the_capture() -> None:
    assert read('<meta property="article:published_time" content="2031-01-01">').published is None


def test_modified_is_never_before_published() -> None:
    article = read(
        ld(
            '{"@type":"Article","headline":"H","datePublished":"2026-02-20",'
            '"dateModified":"1999-01-01"}'
        )
    )
    assert (article.published, article.modified) == (date(2026, 2, 20), None)


def test_authors_are_people_before_sites() -> None:
    head = '<meta property="og:site_name" content="The Paper">' + ld(
        '{"@type":"Article","headline":"H","author":{"@type":"Organization","name":"The Paper"}}'
    )
    assert read(head + '<meta name="author" content="By Jo Bloggs and Ann Lee">').authors == (
        "Jo Bloggs",
        "Ann Lee",
    )
    assert read(head).authors == ("The Paper",)
    assert read(head, "<p>Mohloai Mpesi</p>" + STORY).authors == ("Mohloai Mpesi",)


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        (
            "<div class=byline>by <a href=/p>Jo Bloggs</a> <a href=/p>See full bio</a></div>",
            ("Jo Bloggs",),
        ),
        ("<div class=author>Jo Bloggs<span>3/4/2026</span></div>", ("Jo Bloggs",)),
        ("<p class=byline>By Jo Bloggs and Ann Lee, Staff Writers</p>", ("Jo Bloggs", "Ann Lee")),
        ("<a rel=author href=/p/jo>View all posts by Jo Bloggs</a>", ("Jo Bloggs",)),
        ("<p>Par <span>Jo Bloggs</span> le 5 octobre 2025</p>", ("Jo Bloggs",)),
        ("<p>Text: Jo Bloggs</p>", ("Jo Bloggs",)),
        ("<p>Автор: Иван Петров</p>", ("Иван Петров",)),
        ("<p>文｜余聪</p>", ("余聪",)),
        ("<p>著者：島津健吾</p>", ("島津健吾",)),
        ("<div>Jo Bloggs · Harbour News · Posted: Oct 05, 2025 9:12 AM ET</div>", ("Jo Bloggs",)),
        ("<p><a href=/author/jo>Jo Bloggs</a></p>", ("Jo Bloggs",)),
        # Scripts without case: a label makes a name of few words.
        ("<p>بقلم: <a href=/w/7>أحمد علي</a></p>", ("أحمد علي",)),
        ("<p>מאת דנה לוי</p>", ("דנה לוי",)),
        ("<p>लेखक: राम शर्मा</p>", ("राम शर्मा",)),
        ("<p>บทนำเรื่องเรือ</p>", ()),
    ],
)  # fmt: skip
def test_a_printed_byline_names_the_authors(byline: str, authors: tuple[str, ...]) -> None:
    assert read("", f"<h1>The ferry is late</h1>{byline}{STORY}").authors == authors


def test_bylines_of_other_stories_are_none_of_this_one() -> None:
    others = (
        "<div class=related><p class=byline>By Cy Dee</p><a rel=author href=/cy>Cy Dee</a></div>"
        "<div class=comment><span class=author>Gunnar Ek</span> At last.</div>"
    )
    own = "<h1>The ferry is late</h1><p class=byline>By Jo Bloggs</p>"
    assert read("", own + STORY + others).authors == ("Jo Bloggs",)
    below = "<section><article><h3>Tram</h3><a rel=author href=/cy>Cy Dee</a></article></section>"
    html = f"<article><h1>The ferry is late</h1>{STORY}</article>{below}"
    assert extract(html.encode(), url="https://www.paper.test/a").authors == ()
    listed = ld(
        '{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other",'
        '"datePublished":"2026-02-02","author":{"@type":"Person","name":"Cy Dee"}}]}'
    )
    assert read(listed, own + STORY).authors == ("Jo Bloggs",)


def test_a_signature_at_the_end_names_the_author() -> None:
    article = read("", f"<h1>The ferry is late</h1>{STORY}<p><em>Jo Bloggs</em></p>")
    assert article.authors == ("Jo Bloggs",)
    assert rule(article, "authors") == "signature"
    heading = f"<h1>The ferry is late</h1>{STORY}<p><b>Further Reading</b></p>"
    assert read("", heading).authors == ()


def test_a_printed_person_comes_before_who_entered_the_story() -> None:
    head = '<meta name=author content="Cy Dee">'
    body = "<h1>The ferry is late</h1><p class=byline>By Jo Bloggs</p>" + STORY
    article = read(head, body)
    assert article.authors == ("Jo Bloggs",)
    evidence = next(item for item in article.evidence if item.field == "authors")
    assert ("meta author", "Cy Dee") in evidence.rivals
    login = ld('{"@type":"Article","headline":"H","author":{"name":"jo.bloggs"}}')
    assert read(login, body).authors == ("Jo Bloggs",)
    assert read(login).authors == ("jo.bloggs",)


def test_an_author_in_the_graph_is_found_by_its_id() -> None:
    head = ld(
        '{"@graph":[{"@type":"NewsArticle","headline":"H","author":{"@id":"#jo"}},'
        '{"@type":"Person","@id":"#jo","name":"Jo Bloggs"}]}'
    )
    assert read(head).authors == ("Jo Bloggs",)


def test_small_fields_are_read_and_made_absolute() -> None:
    article = read(
        '<link rel=canonical href="/2026/ferry"><meta property="og:image" content="/f.jpg">'
        '<meta property="article:section" content="Harbour"><meta name=keywords '
        'content="sea, ferry">'
    )
    assert article.canonical_url == "https://www.paper.test/2026/ferry"
    assert article.image == "https://www.paper.test/f.jpg"
    assert (article.section, article.tags) == ("Harbour", ("sea", "ferry"))
    assert (article.declared_language, article.language) == ("en-gb", "en")


@pytest.mark.parametrize(
    ("tail", "credit"),
    [
        ("<p>Source: CNN</p>", "CNN"),
        ("<p>Quelle: dpa</p>", "dpa"),
        ("<p>(AFP/Reuters)</p>", "AFP/Reuters"),
        ("<p>Mit Material von dpa und AFP</p>", "dpa und AFP"),
        ("<p>出典：共同通信</p>", "共同通信"),
        ("<p>المصدر: رويترز</p>", "رويترز"),
        ("<p>Source of the river: unknown to all who live along its banks today.</p>", None),
    ],
)
def test_credits_leave_the_text_and_are_kept(tail: str, credit: str | None) -> None:
    article = read("", STORY + tail)
    assert article.credit == credit
    if credit:
        assert credit not in article.text
        assert any(credit in removed.text for removed in article.removed)


@pytest.mark.parametrize(
    "html",
    [
        "<div>{}</div>",
        "<span>{}</span>",
        "<footer>{}</footer>",
        "<p class=source>{}</p>",
        "<p class=copyright>{}</p>",
        "<p><a href=/x>{}</a></p>",
    ],
)
def test_a_credit_is_found_in_whatever_element_it_stands(html: str) -> None:
    article = read("", STORY + html.format("Quelle: Küstendienst Nord"))
    assert article.credit == "Küstendienst Nord"
    assert "Küstendienst" not in article.text


def test_a_menu_behind_the_body_is_no_credit() -> None:
    menu = "<nav><a href=/1>CNN</a><a href=/2>Reuters</a></nav>"
    far = "<div><a href=/x>Another story</a></div>" * 9 + "<div>Source: Northline Press</div>"
    assert read("", STORY + menu).credit is None
    assert read("", STORY + far).credit is None


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        ("<title>Just a moment...</title>", "<p>Wait.</p>", PageKind.CHALLENGE),
        ("<title>404 Not Found</title>", "<p>Sorry.</p>", PageKind.ERROR),
        ("<title>Seite nicht gefunden</title>", "<p>Schade.</p>", PageKind.ERROR),
        ('<meta property="og:type" content="video.other">', "<p>A film.</p>", PageKind.VIDEO),
        (ld('{"@type":"LiveBlogPosting","headline":"H"}'), PROSE, PageKind.LIVE_BLOG),
        ("", STORY, PageKind.ARTICLE),
    ],
)
def test_page_kinds(head: str, body: str, kind: PageKind) -> None:
    assert read(head, body).kind is kind


def test_paywalls_are_told_by_statement_and_by_length() -> None:
    closed = ld('{"@type":"Article","headline":"H","isAccessibleForFree":"False"}')
    assert read(closed, "<p>Short.</p>").paywall is Paywall.CLOSED
    assert read(closed).paywall is Paywall.PARTIAL
    assert read(closed.replace('"False"', "true")).paywall is Paywall.OPEN
    assert read("").paywall is Paywall.UNKNOWN


def test_live_entries_have_their_times() -> None:
    updates = ",".join(
        f'{{"@type":"BlogPosting","headline":"Update number {n} of the day",'
        f'"datePublished":"2026-02-27T0{n}:00:00Z"}}'
        for n in range(1, 5)
    )
    head = ld(f'{{"@type":"LiveBlogPosting","headline":"H","liveBlogUpdate":[{updates}]}}')
    body = PROSE + "".join(f"<h3>Update number {n} of the day</h3>{PROSE}" for n in range(1, 5))
    article = read(head, body.replace("late", "later", 1))
    entries = [block for block in article.blocks if block.at]
    assert [block.at.hour for block in entries if block.at] == [1, 2, 3, 4]
