"""Hostile pages in a real browser: nothing of theirs runs, nothing reaches the live web."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from archive.replay.headers import archived_headers
from archive.replay.origins import REPLAY_NAME
from tests.archive.replay.loopback import listening, serving
from tests.archive.replay.shelf import Shelf
from tests.archive.web.chromium import archived, chromium
from tests.archive.web.room import serve
from tests.archive.web.shelves import SENTENCE, T1, T2, URL
from tests.archive.web.walk import every_page

# {live} is a server that must never be asked; {room} the reading room.
ATTACKS = {
    "script": "<script>document.title='pwned';new Image().src='{live}/a'</script>",
    "handler": "<img src='{live}/x' onerror=\"document.title='pwned'\"><body onload=\"pwn()\">",
    "svg": """<svg onload="document.title='pwned'"><script>document.title='pwned'</script>
        <use href='{live}/u.svg#x'/><image href='{live}/i.png'/></svg>""",
    "frame": """<iframe src='{live}/f'></iframe>
        <iframe src="javascript:top.document.title='pwned'"></iframe>
        <iframe srcdoc="<script>parent.document.title='pwned'</script><img src='{live}/s'>">""",
    "refresh": "<meta http-equiv=refresh content='0;url={live}/refresh'>",
    "base": "<base href='{live}/'><img src=a.png><link rel=stylesheet href=b.css>",
    "css": """<style>@import '{live}/i.css';body{{background:url({live}/b.png)}}
        @font-face{{font-family:x;src:url({live}/f.woff)}}</style>
        <p style="font-family:x;background:u\\72l({live}/e.png)">x""",
    "ahead": """<link rel=preload as=image href='{live}/p'><link rel=prefetch href='{live}/q'>
        <link rel=dns-prefetch href='{live}'><link rel=icon href='{live}/i'>
        <link rel=modulepreload href='{live}/m'><link rel=manifest href='{live}/n'>""",
    "media": """<video src='{live}/v' poster='{live}/w' autoplay></video>
        <audio src='{live}/x' autoplay></audio><object data='{live}/o'></object>
        <embed src='{live}/e'><picture><source srcset='{live}/1 1x, {live}/2 2x'>
        <img srcset='{live}/3'></picture>""",
    "form": """<form id=f action='{live}/form' method=post><input autofocus onfocus='f.submit()'>
        </form><script>f.submit()</script>""",
    "thief": """<script>fetch('{room}/api/v1/sources',{{credentials:'include'}}).then(r=>r.text())
        .then(t=>{{document.title='pwned'}});navigator.serviceWorker.register('/sw.js');
        top.location='{live}/top';window.open('{live}/open')</script>""",
    "mutation": """<noscript><p title="</noscript><img src='{live}/m' onerror=title='pwned'>">
        </noscript><svg><style><!--</style><img src='{live}/n'>--></style></svg>
        <math><mtext><table><mglyph><style><!--</style><img title='--><img src={live}/o>'>""",
}


class Live:
    """A server of the live web that counts who asks."""

    def __init__(self) -> None:
        asked = self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            def do_POST(self):
                self.do_GET()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def live():
    server = Live()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, live):
    shelf = Shelf(tmp_path_factory.mktemp("hostile") / "archive")
    for name, attack in ATTACKS.items():
        # The reading room's port is not known yet; its name is what the attack needs.
        page = f"<!doctype html><title>calm</title><p id=ok>{name}" + attack.format(
            live=live.url, room="http://127.0.0.1:8080"
        )
        shelf.put(f"http://evil.test/{name}", page.encode(), at=T1)
    shelf.put(
        "http://evil.test/links",
        f"<title>calm</title><a id=go href='/script' ping='{live.url}/ping' target=_blank>on</a>"
        f"<a id=out href='{live.url}/story'>out</a>".encode(),
        at=T1,
    )
    shelf.put("http://evil.test/framed", b"<title>calm</title><iframe src='/script'>", at=T1)
    shelf.put("http://evil.test/sw.js", b"self.x=1", content_type="text/javascript", at=T1)
    shelf.put(
        "http://evil.test/drawing.svg",
        f"<svg xmlns='http://www.w3.org/2000/svg'><script>fetch('{live.url}/svg')</script>"
        "<text>calm</text></svg>".encode(),
        content_type="image/svg+xml",
        at=T1,
    )
    shelf.put(
        "http://evil.test/feed.xml",
        f"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='{live.url}/x.xsl'?><a>"
        f"<script xmlns='http://www.w3.org/1999/xhtml'>fetch('{live.url}/xml')</script></a>".encode(),
        content_type="application/xml",
        at=T1,
    )
    shelf.index()
    shelf.close()
    with serve(shelf.archive.root) as served:
        yield served


@pytest.fixture(scope="module")
def context(browser):
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def page(context):
    page = context.new_page()
    page.popups = []
    page.on("popup", lambda popup: page.popups.append(popup.url))
    yield page
    page.close()


def settled(page, url):
    page.goto(url)
    page.wait_for_timeout(300)
    return page


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_pages_are_calm_in_the_frame(hostile, live, page, name):
    live.asked.clear()
    address = f"{hostile.room}/view/{T1}/http://evil.test/{name}"
    settled(page, address)
    frame = archived(page, hostile.replay)
    assert frame.locator("#ok").inner_text().startswith(name)
    assert (frame.title(), page.url, page.popups) == ("calm", address, [])
    assert "pwned" not in page.title()
    assert live.asked == []


@pytest.mark.parametrize("path", ["script", "thief", "refresh", "drawing.svg", "feed.xml", "sw.js"])
@pytest.mark.parametrize("flavour", ["", "id_", "im_", "cs_", "js_", "if_", "mp_"])
def test_hostile_pages_are_calm_on_their_own(hostile, live, page, path, flavour):
    live.asked.clear()
    address = f"{hostile.replay}/web/{T1}{flavour}/http://evil.test/{path}"
    if flavour == "id_" and path.endswith(".svg"):
        with page.expect_download() as download:
            page.evaluate("url => { location.href = url }", address)
        assert download.value.suggested_filename == "drawing.svg"
    else:
        settled(page, address)
        assert page.url == address
        assert page.title() in ("calm", "")
    assert live.asked == []


@pytest.mark.parametrize("name", ATTACKS)
def test_the_sandbox_holds_even_where_nothing_was_rewritten(live, page, name):
    # What a bug in the rewriting would let through still meets the policy.
    live.asked.clear()
    held = listening()
    origin = f"http://{REPLAY_NAME}:{held.getsockname()[1]}"
    raw = f"<!doctype html><title>calm</title><p id=ok>{name}" + ATTACKS[name].format(
        live=live.url, room="http://127.0.0.1:8080"
    )

    async def answer(_request):
        return HTMLResponse(raw, headers=archived_headers(origin))

    with serving((Starlette(routes=[Route("/", answer)]), held)):
        settled(page, f"{origin}/")
        assert (page.title(), page.url, page.popups) == ("calm", f"{origin}/", [])
    assert live.asked == []


def test_links_lead_to_the_next_frame_page(hostile, live, page):
    live.asked.clear()
    settled(page, f"{hostile.room}/view/{T1}/http://evil.test/links")
    archived(page, hostile.replay).click("#go")
    page.wait_for_url(f"{hostile.room}/view/{T1}/http://evil.test/script")
    settled(page, f"{hostile.room}/view/{T1}/http://evil.test/links")
    archived(page, hostile.replay).click("#out")
    page.wait_for_url(f"{hostile.room}/view/{T1}/{live.url}/story")
    assert "Not in the archive" in page.locator("h1").inner_text()
    assert live.asked == []


def test_frames_within_archived_pages_are_archived_pages(hostile, page):
    settled(page, f"{hostile.room}/view/{T1}/http://evil.test/framed")
    inner = archived(page, hostile.replay).wait_for_selector("iframe").content_frame()
    inner.wait_for_url("**/http://evil.test/script")
    assert inner.locator("#ok").inner_text().startswith("script")


def test_another_site_cannot_read_the_archive(hostile, page, live):
    # A page of the live web, in the same browser, asks both of our origins.
    held = listening()
    script = """async url => { try { return (await (await fetch(url)).text()).length }
                catch (error) { return String(error) } }"""

    async def answer(_request):
        return HTMLResponse("<title>elsewhere</title>")

    with serving((Starlette(routes=[Route("/", answer)]), held)):
        page.goto(f"http://localhost:{held.getsockname()[1]}/")
        for url in (
            f"{hostile.room}/api/v1/sources",
            f"{hostile.room}/",
            f"{hostile.replay}/web/{T1}/http://evil.test/script",
        ):
            found = page.evaluate(script, url)
            # The replay's open CORS header lets the answer be read; there is nothing in it.
            assert not isinstance(found, int) or found < 60, url


def test_an_article_is_found_read_and_seen_with_picture_and_style(served, page):
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.goto(f"{served.room}/")
    page.fill("#q", '"storm over the quay"')
    page.keyboard.press("Enter")
    page.click(".hit h2 a")
    page.wait_for_selector(f".body >> text={SENTENCE}")
    drawn = "image => image.complete && image.naturalWidth > 0"
    page.wait_for_function(f"() => ({drawn})(document.querySelector('figure img'))")
    page.click("text=Replay the page")
    page.wait_for_url(f"{served.room}/view/{T2}/{URL}")
    frame = archived(page, served.replay)
    assert frame.locator("h1").evaluate("h1 => getComputedStyle(h1).color") == "rgb(1, 2, 3)"
    assert frame.locator("img").evaluate(drawn)
    assert failed == []


def test_the_room_works_by_keyboard_and_in_the_dark(served, browser):
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.room}/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.bounding_box()["x"] >= 0
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.locator("#q:focus").count():
            break
    page.keyboard.type("storm quay")
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.hits")
    context.close()


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_no_page_is_wider_than_its_window(served, room, browser, width):
    context = browser.new_context(viewport={"width": width, "height": 844}, is_mobile=width < 800)
    page = context.new_page()
    wide = {}
    for path in every_page(room):
        page.goto(served.room + path)
        found = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        if found != [width, width]:
            wide[path] = found
    context.close()
    assert wide == {}


def test_a_printed_page_has_no_links_that_only_a_screen_can_use(served, page):
    page.goto(f"{served.room}/?q=storm+quay")
    article = page.locator(".hit h2 a").first.get_attribute("href")
    page.emulate_media(media="print")
    for path in ("/?q=storm", article):
        page.goto(served.room + path)
        shown = page.locator("a:visible").all_inner_texts()
        words = ("Replay", "More like this", "Evidence", "Cite", "as JSON", "ompare", "Record")
        assert [text for text in shown if any(word in text for word in words)] == []
