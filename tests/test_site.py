"""The newspaper does what it says: its faults are there, and its journal tells the truth."""

import gzip
import json
import re
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import feedparser
import httpx
import pytest

from tests.site import Newspaper, corpus, running
from tests.site.articles import Article, articles
from tests.site.journal import Entry, read, too_close
from tests.site.pictures import colours, png
from tests.site.titles import GAZETTE, KURIER, TITLES, Title
from tests.site.wire import CASES

OPENED = datetime(2026, 11, 22, 6, tzinfo=UTC)
CODINGS = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Newspaper:
    """One newspaper for the reading tests of this module."""
    with running(directory=tmp_path_factory.mktemp("paper"), opened=OPENED) as made:
        yield made


def base_of(paper: Newspaper, title: Title) -> str:
    return paper.a if title.key == "a" else paper.b


def article_of(title: Title, slug: str, day: int = 1) -> Article:
    return next(a for a in articles(title, day, OPENED) if a.slug == slug)


@pytest.fixture(scope="module", autouse=True)
def client() -> Iterator[httpx.Client]:
    """One client for all requests: making one costs more than a request."""
    with httpx.Client(headers=CODINGS) as made:
        get.client = made
        yield made


def get(url: str, *, follow_redirects: bool = False, **headers: str) -> httpx.Response:
    return get.client.get(url, headers=headers, follow_redirects=follow_redirects)


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title.key)
def test_articles_read_like_news_and_are_all_different(title):
    both_days = articles(title, 2, OPENED)
    assert len(both_days) == 20
    lengths = [len(f"{a.standfirst} {a.text}".split()) for a in both_days]
    assert min(lengths) >= 250
    assert max(lengths) <= 900
    paragraphs = [paragraph for article in both_days for paragraph in article.paragraphs]
    assert len(paragraphs) == len(set(paragraphs))
    assert not any("{" in paragraph for paragraph in paragraphs)


def test_every_coding_framing_and_charset_is_served(paper):
    seen = set()
    for title in TITLES:
        for article in articles(title, 1, OPENED):
            if {"slow", "fails-once", "too-many-once"} & article.quirks:
                continue
            reply = get(base_of(paper, title) + article.path)
            assert reply.status_code == 200
            seen.add(reply.headers.get("Content-Encoding", "identity"))
            seen.add(reply.headers.get("Transfer-Encoding", "not chunked"))
            seen.add(reply.headers["Content-Type"])
    assert {"identity", "gzip", "br", "deflate", "zstd", "chunked", "not chunked"} <= seen
    assert {"text/html; charset=utf-8", "text/html; charset=iso-8859-1", "text/html"} <= seen


@pytest.mark.parametrize(
    ("title", "slug", "charset", "in_header", "in_page"),
    [
        (GAZETTE, "cinema-projectionist-retires", "iso-8859-1", True, True),
        (GAZETTE, "open-water-swimmer", "windows-1252", False, True),
        (GAZETTE, "youth-regatta-capsize", "windows-1252", False, False),
        (KURIER, "wattwurm-zaehlung", "iso-8859-1", False, False),
    ],
)
def test_charsets_are_declared_or_not(paper, title, slug, charset, in_header, in_page):
    article = article_of(title, slug)
    reply = get(base_of(paper, title) + article.path)
    assert ("charset" in reply.headers["Content-Type"]) is in_header
    assert (f'charset="{charset}"'.encode() in reply.content) is in_page
    needle = article.paragraphs[1][:60]
    assert re.search(re.escape(needle.encode(charset)), reply.content)


def test_feeds_are_read_by_feedparser_but_for_the_hopeless_one(paper):
    counts = {}
    for name in ("feed.xml", "atom.xml", "feeds/science.rdf", "feeds/sport.xml"):
        parsed = feedparser.parse(get(f"{paper.a}/{name}").content)
        counts[name] = len(parsed.entries)
        assert bool(parsed.bozo) is (name == "feeds/sport.xml")
    assert counts == {"feed.xml": 15, "atom.xml": 15, "feeds/science.rdf": 3, "feeds/sport.xml": 4}
    assert not feedparser.parse(get(f"{paper.a}/feeds/culture.xml").content).entries


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title.key)
def test_sitemaps_lead_from_robots_txt_to_every_article_and_to_forbidden_pages(paper, title):
    base = base_of(paper, title)
    index = re.search(r"Sitemap: (\S+)", get(f"{base}/robots.txt").text)
    parts = re.findall("<loc>(.*?)</loc>", get(index[1]).text)
    assert [get(part).status_code for part in parts] == [200, 200, 404]
    listed = re.findall("<loc>(.*?)</loc>", gzip.decompress(get(parts[0]).content).decode())
    assert {base + a.path for a in articles(title, 1, OPENED)} < set(listed)
    assert any(address.startswith(base + title.disallowed[0]) for address in listed)
    assert "news:publication_date" in get(parts[1]).text


def test_home_page_announces_feeds_and_links_to_traps(paper):
    html = get(f"{paper.b}/").text
    announced = re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', html)
    assert len(announced) == 4
    for trap in (
        "/go/loop",
        "/go/private",
        "/calendar/",
        "javascript:",
        "mailto:",
        "/intern/",
        "/sport/?sitzung=",
    ):
        assert f'href="{trap}' in html
    assert max(len(link) for link in re.findall(r'href="([^"]+)"', html)) > 9000


def test_redirects_end_loop_or_leave(paper):
    chain = get(f"{paper.a}/go/chain", follow_redirects=True)
    assert [hop.status_code for hop in chain.history] == [301, 302, 308]
    assert article_of(GAZETTE, "library-roof-repair").path in str(chain.url)
    with pytest.raises(httpx.TooManyRedirects):
        get(f"{paper.a}/go/loop", follow_redirects=True)
    assert get(f"{paper.a}/go/elsewhere").headers["Location"] == f"{paper.b}/"
    assert get(f"{paper.a}/go/private").headers["Location"].startswith("http://10.")
    assert 'http-equiv="Refresh"' in get(f"{paper.a}/go/refresh").text


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_unchanged_article_answers_304(paper, validator):
    url = paper.a + article_of(GAZETTE, "dredging-of-the-inner-basin").path
    condition = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    again = get(url, **{condition: get(url).headers[validator]})
    assert (again.status_code, again.content) == (304, b"")
    assert get(url, **{condition: '"other"'}).status_code == 200


def test_variants_of_an_article_name_its_own_page_as_canonical(paper):
    article = article_of(GAZETTE, "rovers-win-in-the-fog")
    for prefix in ("/amp", "/print", ""):
        html = get(f"{paper.a}{prefix}{article.path}?utm_source=x").text
        assert f'<link rel="canonical" href="{paper.a}{article.path}">' in html
        assert article.paragraphs[0] in html.replace("&#39;", "'")


def test_comment_prompts_stand_in_four_markups_and_two_languages(paper):
    for title in TITLES:
        shown = set()
        for article in articles(title, 1, OPENED):
            if "slow" in article.quirks:
                continue
            html = get(base_of(paper, title) + article.path).text
            shown |= set(re.findall("comment-respond|diskussion|reader-talk|leserforum", html))
        assert len(shown) == 4


def test_links_below_a_base_element_are_right_only_against_it(paper):
    article = article_of(GAZETTE, "bats-in-the-tunnel")
    html = get(paper.a + article.path).text
    assert '<base href="/">' in html
    related = re.search(r'class="related">.*?href="([^"]+)"', html)[1]
    assert get(urljoin(f"{paper.a}/", related)).status_code == 200
    assert get(urljoin(paper.a + article.path, related)).status_code == 404


def test_agency_story_ends_with_its_source(paper):
    english, german = (
        get(paper.a + article_of(GAZETTE, "lost-altarpiece-found").path).text,
        get(paper.b + article_of(KURIER, "moor-speichert-wieder").path).text,
    )
    assert '<p class="source">Source: Northline Press</p>' in english
    assert '<p class="source">Quelle: Küstendienst Nord</p>' in german


def test_pages_that_fail_once_slow_pages_and_cookies(newspaper):
    opened = datetime.now(UTC)
    path = {a.slug: a.path for a in articles(GAZETTE, 1, opened)}
    statuses = [get(newspaper.a + path["brass-band-festival"]).status_code for _ in range(2)]
    assert statuses == [500, 200]
    busy = get(newspaper.a + path["seagrass-returns"])
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "1")
    assert get(newspaper.a + path["seagrass-returns"]).status_code == 200
    started = time.monotonic()
    slow = get(newspaper.a + path["night-shift-of-the-pilots"])
    assert time.monotonic() - started > 1.4
    assert len(slow.headers.get_list("Set-Cookie")) == 2


def test_second_day_brings_an_edit_a_new_headline_a_removal_and_a_story(tmp_path):
    with running(directory=tmp_path, opened=OPENED) as paper:
        before = {a.slug: get(paper.a + a.path).text for a in articles(GAZETTE, 1, OPENED)[:9]}
        new = article_of(GAZETTE, "lighthouse-battery", 2)
        assert get(paper.a + new.path).status_code == 404
        paper.advance()
        edited = article_of(GAZETTE, "oyster-beds-closed", 2)
        text = get(paper.a + edited.path).text
        assert "how to open a website in gloves" in text
        assert "how to open a website in gloves" not in before[edited.slug]
        retitled = article_of(GAZETTE, "bus-route-nine", 2)
        assert "the villages want the other half" in get(paper.a + retitled.path).text
        removed = article_of(GAZETTE, "market-hall-traders", 2)
        assert get(paper.a + removed.path).status_code == 410
        assert get(paper.a + new.path).status_code == 200
        feed = get(f"{paper.a}/feed.xml").text
        assert new.path in feed
        assert removed.path not in feed
        unchanged = article_of(GAZETTE, "dredging-of-the-inner-basin", 2)
        assert get(paper.a + unchanged.path).text == before[unchanged.slug]


def test_journal_tells_what_was_asked_and_the_bytes_are_kept(newspaper):
    with httpx.Client(headers={"User-Agent": "test/1"}) as client:
        client.get(f"{newspaper.a}/robots.txt")
        client.get(f"{newspaper.a}/desk/rota.html?x=1")
        client.get(f"{newspaper.b}/intern/")
    first, second, third = newspaper.journal()
    assert (first.path, first.status, first.method) == ("/robots.txt", 200, "GET")
    assert (second.user_agent, second.exchange) == ("test/1", 2)
    assert first.connection == second.connection != third.connection
    assert first.hostname == "127.0.0.1"
    assert third.hostname == "localhost"
    assert abs(first.wall - time.time()) < 60
    assert newspaper.disallowed() == [second, third]
    assert newspaper.too_close(30.0)[0].later == second
    received, sent = newspaper.exchange(2)
    assert received.startswith(b"GET /desk/rota.html?x=1 HTTP/1.1\r\n")
    assert sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert sent.endswith(b"</html>")


def test_journal_reader_leaves_out_a_line_still_being_written(tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    assert read(path) == []
    path.write_text('{"exchange": 1, "mono', "utf-8")
    assert read(path) == []


def test_gap_is_measured_for_each_host_over_ports_and_connections(newspaper):
    entries = [
        Entry(1, 0.00, 0, "127.0.0.1:1", "GET", "/", "", 200, 1, 1),
        Entry(2, 0.10, 0, "localhost:2", "GET", "/", "", 200, 2, 2),
        Entry(3, 0.96, 0, "127.0.0.1:3", "GET", "/", "", 200, 3, 3),
        Entry(4, 1.90, 0, "127.0.0.1:1", "GET", "/", "", 200, 1, 1),
    ]
    assert [gap.later.exchange for gap in too_close(entries, 1.0)] == [4]
    assert too_close(entries, {"localhost": 9.0}) == []


def test_process_ends_when_its_standard_input_closes(tmp_path):
    with running(directory=tmp_path) as paper:
        assert paper.process.stdin is not None
        paper.process.stdin.close()
        assert paper.process.wait(5) == 0


def read_exactly(sock: socket.socket, count: int) -> bytes:
    """Receive a number of bytes, or fewer when the peer closes or resets before."""
    got = b""
    while len(got) < count:
        try:
            piece = sock.recv(min(65536, count - len(got)))
        except ConnectionResetError:
            return got
        if not piece:
            return got
        got += piece
    return got


def ask(sock: socket.socket, name: str, method: str = "GET") -> None:
    sock.sendall(f"{method} /wire/{name} HTTP/1.1\r\nHost: wire\r\n\r\n".encode())


def connect(base: str) -> socket.socket:
    parts = urlsplit(base)
    return socket.create_connection((parts.hostname, parts.port), timeout=5)


@pytest.mark.parametrize("name", CASES)
def test_wire_case_arrives_to_the_byte(paper, name):
    case = CASES[name]
    with connect(paper.a) as sock:
        ask(sock, name)
        assert read_exactly(sock, len(case.wire)) == case.wire
        if case.repeat:
            assert read_exactly(sock, 2 * len(case.repeat)) == 2 * case.repeat
        elif case.ending in {"close", "reset"}:
            assert read_exactly(sock, 1) == b""
        elif case.ending == "stall":
            sock.settimeout(0.1)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        else:
            ask(sock, "no-content")
            assert read_exactly(sock, 24) == b"HTTP/1.1 204 No Content\r"


def test_wire_cases_follow_one_another_on_one_connection_and_are_kept(newspaper):
    staying = [name for name, case in CASES.items() if case.ending == "keep"]
    with connect(newspaper.a) as sock:
        for name in staying:
            ask(sock, name)
            read_exactly(sock, len(CASES[name].wire))
    entries = newspaper.journal()
    assert len({entry.connection for entry in entries}) == 1
    for entry, name in zip(entries, staying, strict=True):
        assert newspaper.exchange(entry.exchange)[1] == CASES[name].wire


def test_head_gets_the_head_only(paper):
    case = CASES["interim-several"]
    with connect(paper.a) as sock:
        for name in ("interim-several", "length"):
            ask(sock, name, "HEAD")
            wire = CASES[name].wire[: CASES[name].head_end]
            assert read_exactly(sock, len(wire)) == wire
    assert case.wire[case.head_end :] == case.body


def test_bodies_of_wire_cases_are_what_their_framing_says(paper):
    plain = CASES["length"].body
    for name in ("chunked", "chunked-odd", "chunked-extensions", "chunked-trailers", "gzip", "br"):
        reply = get(f"{paper.a}/wire/{name}")
        assert reply.content == plain, name


def test_tls_shows_a_certificate_that_its_own_authority_verifies(tmp_path):
    with running(directory=tmp_path, tls=True) as paper:
        assert paper.a.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(paper.ca))
        with httpx.Client(verify=context) as client:
            assert client.get(f"{paper.a}/robots.txt").status_code == 200
            assert client.get(f"{paper.b}/robots.txt").status_code == 200
        with pytest.raises(httpx.ConnectError, match=r"self.signed"):
            get(f"{paper.a}/robots.txt")


def write_corpus(place: Path, publishers: dict[str | None, str]) -> None:
    (place / "pages").mkdir(parents=True)
    rows = []
    for number, (publisher, text) in enumerate(publishers.items()):
        (place / "pages" / f"{number}.gz").write_bytes(gzip.compress(text.encode()))
        url = f"https://www.paper{number}.example/2024/story-{number}?x=1"
        row = {"id": f"{number}.gz", "url": url, "publisher": publisher, "title": None}
        rows.append(json.dumps(row | {"pieces": [[text, "p"], ["maybe", "o"]]}))
    (place / "truth.jsonl").write_text("\n".join(rows) + "\n", "utf-8")


def test_corpus_is_served_with_a_feed_and_a_sitemap_for_each_publisher(tmp_path):
    texts = {"The Tide": "<p>first", "Grün & Blau": "<p>zweite", None: "<p>third"}
    write_corpus(tmp_path / "corpus" / "small", texts)
    with running(directory=tmp_path / "run", corpus=tmp_path / "corpus") as paper:
        served = corpus.pages(tmp_path / "corpus")
        for page, text in zip(served, texts.values(), strict=True):
            assert get(paper.a + page.path).content == text.encode() == page.html
            assert page.pieces == (text,)
        found = corpus.sources(tmp_path / "corpus", paper.a)
        assert [source.id for source in found] == ["gr-n-blau", "paper2-example", "the-tide"]
        for source in found:
            (page,) = [page for page in served if page.publisher == source.id]
            assert [e.link for e in feedparser.parse(get(source.feed).content).entries] == [
                paper.a + page.path
            ]
            assert f"<loc>{paper.a}{page.path}</loc>" in get(source.sitemap).text
            assert re.search(source.include, paper.a + page.path)
            assert "feed.xml" in get(source.url).text


def test_real_corpus_is_served_whole(corpus_dir, tmp_path):
    with running(directory=tmp_path, corpus=corpus_dir) as paper:
        served = corpus.pages(corpus_dir)
        assert len({page.path for page in served}) == len(served)
        for page in served[::25]:
            assert get(paper.a + page.path).content == page.html


def test_every_port_is_a_proxy_to_loopback_too(tmp_path):
    with running(directory=tmp_path, tls=True, keep_bytes=True) as paper:
        context = ssl.create_default_context(cafile=str(paper.ca))
        with httpx.Client(proxy=paper.b, verify=context) as client:
            tunnelled = client.get(f"{paper.a}/wire/chunked-odd")
            assert tunnelled.content == CASES["chunked-odd"].body
            assert client.get("http://far.example/wire/length").content == CASES["length"].body
            with pytest.raises(httpx.ProxyError, match="403"):
                client.get("https://192.0.2.1/")
        methods = [(entry.method, entry.status) for entry in paper.journal()]
        assert methods == [("CONNECT", 200), ("GET", 200), ("GET", 200), ("CONNECT", 403)]
        assert paper.exchange(3)[0].startswith(b"GET http://far.example/wire/length HTTP/1.1\r\n")


def test_every_picture_style_sheet_and_font_of_a_page_is_there(paper):
    wanted = set()
    for title in TITLES:
        base = base_of(paper, title)
        for article in articles(title, 1, OPENED)[:6]:
            html = get(base + article.path).text
            wanted |= {base + src for src in re.findall(r'[" ,](/pictures/[^" ,]+)', html)}
        for sheet in ("main", "type", "boxes"):
            css = get(f"{base}/static/{sheet}.css").text
            links = re.findall(r"""(?:url\(["']?|@import ["'])([^"')]+)""", css)
            wanted |= {urljoin(f"{base}/static/", link) for link in links}
    assert len(wanted) > 25
    starts = {"png": b"\x89PNG", "jpg": b"\xff\xd8\xff", "svg": b"<svg", "ttf": b"\0\1\0\0"}
    for url in wanted:
        reply = get(url)
        assert reply.status_code == 200, url
        assert reply.content.startswith(starts.get(url[-3:], b""))
        assert get(url, **{"If-None-Match": reply.headers["ETag"]}).status_code == 304


def test_png_holds_its_pixels():
    data = png("seed", 6, 8)
    packed = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    rows = zlib.decompress(packed)
    assert len(rows) == 8 * (1 + 6 * 3)
    assert tuple(rows[1:4]) == colours("seed")[0]


def test_process_says_where_it_is_in_a_file_and_ends_when_its_time_is_up(tmp_path):
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "tests.site", "--ready", str(ready), "--lifetime", "0.2"]
    done = subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=10
    )
    assert json.loads(ready.read_text("utf-8")) == json.loads(done.stdout)


def test_bulk_pages_differ_and_have_the_size_of_real_ones(paper):
    sitemap = get(f"{paper.a}/bulk/30/sitemap.xml").text
    addresses = re.findall("<loc>(.*?)</loc>", sitemap)
    assert len(addresses) == 30
    assert addresses[29] in get(f"{paper.a}/bulk/30/").text
    first, last = get(addresses[0]), get(addresses[29])
    assert "This is story number 29," in last.text
    assert first.content != last.content
    assert 250_000 < len(last.content) < 280_000
    assert 45_000 < int(last.headers["Content-Length"]) < 60_000
    assert get(addresses[29], **{"Accept-Encoding": "identity"}).content == last.content
    assert get(f"{paper.a}/bulk/30/30.html").status_code == 404
