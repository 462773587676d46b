"""A replayed page is the page: pixel by pixel beside the live site, and real pages box by box."""

import base64
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from archive.layout import create_archive
from tests.archive.replay.shelf import Shelf
from tests.archive.web.chromium import chromium
from tests.archive.web.room import MICROFICHE, serve
from tests.site import running
from tests.site.corpus import pages

pytestmark = pytest.mark.soak

T = "20260102030405"
REAL_PAGES = 47
WINDOW = {"width": 1000, "height": 800}
MAX_DIFFERENT = 0.01
MAX_OFF_PX = 2
# Share of the pixels of two pictures of one size that differ in any colour.
DIFFERENT = """async ([one, other]) => {
    const data = [];
    for (const png of [one, other]) {
        const blob = await (await fetch('data:image/png;base64,' + png)).blob();
        const bitmap = await createImageBitmap(blob);
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
        data.push(new Uint32Array(pixels.buffer));
    }
    if (data[0].length !== data[1].length) return 1;
    let count = 0;
    for (let i = 0; i < data[0].length; i++) count += data[0][i] !== data[1][i];
    return count / data[0].length;
}"""
# The text of a page, and where its title and its paragraphs stand.
LAYOUT = """() => ({
    text: document.body ? document.body.innerText : '',
    boxes: [...document.querySelectorAll('h1, p')].map(e => {
        const box = e.getBoundingClientRect();
        return [box.x, box.y, box.width, box.height];
    }),
})"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def without_script(browser):
    return browser.new_context(viewport=WINDOW, java_script_enabled=False)


def test_the_whole_newspaper_looks_as_it_did(browser, tmp_path):
    with running(directory=tmp_path / "site") as newspaper:
        archive = create_archive(tmp_path / "archive", contact="mailto:keeper@press.example")
        command = [*MICROFICHE, "-C", str(archive.root)]
        for base in (newspaper.a, newspaper.b):
            feed, pace = ("--feed", f"{base}/feed.xml"), ("--delay", "0.02")
            subprocess.run(
                [*command, "add", f"{base}/", *feed, *pace, "--allow-private-addresses"],
                capture_output=True,
                check=True,
            )
        done = subprocess.run(
            [*command, "crawl", "--time", "2m"], capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 7), done.stderr
        only = ("--filter", "=status:200", "--filter", "=mime:text/html", "--output", "json")
        listed = subprocess.run(
            [*command, "cdx", *only], capture_output=True, text=True, check=True
        )
        urls = sorted({json.loads(line)["url"] for line in listed.stdout.splitlines()})
        assert len(urls) > 25
        found = {}
        with serve(archive.root) as served:
            context = without_script(browser)
            page, judge = context.new_page(), browser.new_page()
            for url in urls:
                shots = []
                for address in (url, f"{served.replay}/web/2030/{url}"):
                    page.goto(address)
                    shots.append(base64.b64encode(page.screenshot()).decode())
                found[url] = judge.evaluate(DIFFERENT, shots)
            context.close()
    print(f"{len(found)} pages, at most {max(found.values()):.4%} of the pixels differ")
    assert {url: share for url, share in found.items() if share >= MAX_DIFFERENT} == {}


class Raw:
    """A plain server of stored bytes: a page for each number.

    With the charset as their sites would have said it: a browser guesses by what it is told alone.
    """

    def __init__(self, bodies):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                number = self.path.strip("/")
                body = bodies[int(number)] if number.isdecimal() else b""
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind_of(body))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def kind_of(body):
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "text/html"
    return "text/html; charset=utf-8"


def layout(context, address):
    """What a browser makes of a document alone: every other request is refused."""
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.is_navigation_request() and route.request.frame == page.main_frame
            else route.abort()
        ),
    )
    page.goto(address, wait_until="load", timeout=30_000)
    found = page.evaluate(LAYOUT)
    page.close()
    return found


def test_real_pages_have_the_same_text_and_boxes(browser, corpus_dir, tmp_path):
    every = pages(corpus_dir)
    chosen = every[:: max(1, len(every) // REAL_PAGES)][:REAL_PAGES]
    bodies = [page.html for page in chosen]
    shelf = Shelf(tmp_path / "archive")
    for number, body in enumerate(bodies):
        shelf.put(f"http://real.test/{number}", body, at=T, content_type=kind_of(body), kind="page")
    shelf.index()
    shelf.close()
    raw = Raw(bodies)
    texts, boxes = [], {}
    context = without_script(browser)
    try:
        with serve(shelf.archive.root) as served:
            for number, page in enumerate(chosen):
                live = layout(context, f"{raw.url}/{number}")
                shown = layout(context, f"{served.replay}/web/{T}/http://real.test/{number}")
                if live["text"] != shown["text"]:
                    texts.append(page.id)
                if len(live["boxes"]) != len(shown["boxes"]):
                    boxes[page.id] = "another number"
                    continue
                off = [
                    abs(a - b)
                    for one, other in zip(live["boxes"], shown["boxes"], strict=True)
                    for a, b in zip(one, other, strict=True)
                ]
                if max(off, default=0) > MAX_OFF_PX:
                    boxes[page.id] = max(off)
    finally:
        context.close()
        raw.server.shutdown()
        raw.server.server_close()
    print(f"{len(chosen)} pages, other text: {texts}, other boxes: {boxes}", file=sys.stderr)
    assert (texts, boxes) == ([], {})
