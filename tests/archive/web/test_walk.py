"""The reading room as a person walks through it, in Chromium, on the demo newspaper's two days.

With ``MICROFICHE_SCREENSHOTS`` set to a folder its pictures are put there, for README and docs.
``MICROFICHE_DEMO`` names a finished demo archive to take instead of crawling it again.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.archive.web.chromium import archived, chromium
from tests.archive.web.room import MICROFICHE, serve
from tests.site import running
from tests.site.titles import GAZETTE, KURIER

pytestmark = pytest.mark.soak
EDITED = '"open a website in gloves"'
SIZES = {"desk": (1280, 900), "tablet": (820, 1100), "phone": (390, 844)}


def command(root, *arguments):
    subprocess.run([*MICROFICHE, "-C", str(root), *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    root = Path(os.environ.get("MICROFICHE_DEMO", tmp_path_factory.mktemp("walk") / "press"))
    if not root.exists():
        with running() as newspaper:
            contact = ["init", str(root), "--contact", "mailto:archivist@library.example"]
            subprocess.run([*MICROFICHE, *contact], check=True, capture_output=True)
            pace = ("--delay", "0.1", "--allow-private-addresses")
            papers = (("gazette", GAZETTE, newspaper.a), ("kurier", KURIER, newspaper.b))
            for name, title, base in papers:
                command(root, "add", f"{base}/", "--id", name, "--name", title.name, *pace)
            command(root, "crawl")
            newspaper.advance()
            command(root, "crawl", "--recheck")
    with serve(root) as served:
        yield served


@pytest.fixture(scope="module")
def browser():
    with chromium() as made:
        yield made


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_reader_searches_opens_compares_replays_and_cites(
    room, browser, size, scheme, with_script
):
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=with_script,
        base_url=room.room,
    )
    page = context.new_page()
    wide = {}

    def fits():
        box = page.locator("html").bounding_box()
        if box["width"] > width:
            wide[page.url] = box

    page.goto("/")
    page.fill("#q", EDITED)
    page.click("button:has-text('Search')")
    fits()
    page.click(".hit h2 a >> nth=0")
    assert page.locator("mark").count() > 0
    fits()
    article = page.url
    page.click("a:has-text('Compare any two')")
    assert page.locator("ins, del").count() > 0
    fits()
    page.select_option("#view", "inline")
    page.click("button:has-text('Compare')")
    assert page.locator(".inline-compare ins, .inline-compare del").count() > 0
    page.goto(article)
    page.click("a:has-text('Cite')")
    assert "http" in page.locator(".citation >> nth=0").inner_text()
    fits()
    page.goto(article)
    page.click("a:has-text('Replay the page')")
    assert archived(page, room.replay).locator("h1").count() > 0
    fits()
    page.goto("/?q=Deich*")
    page.click("footer >> text=Deutsch")
    assert page.locator("html").get_attribute("lang") == "de"
    assert wide == {}
    context.close()


PICTURES = {
    "search": "/?q=harbour+OR+seagrass+OR+estuary",
    "article": "article",
    "compare": "article/compare",
    "events": "/events?kind=edited",
    "trend": "/trend?q=the&unit=day&split=source",
    "source": "/sources/gazette",
    "captures": "captures",
    "replay": "replay",
}


def test_eight_pages_have_their_picture(room, browser, tmp_path):
    folder = Path(os.environ.get("MICROFICHE_SCREENSHOTS", tmp_path))
    page = browser.new_page(
        viewport={"width": 1280, "height": 900}, base_url=room.room, locale="en-GB"
    )
    hit = page.request.get("/api/v1/search", params={"q": EDITED}).json()["hits"][0]
    article = f"/articles/{hit['article_id']}"
    places = {
        "article": article,
        "article/compare": f"{article}/compare",
        "captures": f"/captures?url={hit['url']}",
        "replay": f"/view/{hit['timestamp']}/{hit['url']}",
    }
    for name, place in PICTURES.items():
        page.goto(places.get(place, place))
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=folder / f"{name}.png", animations="disabled")
        assert (folder / f"{name}.png").stat().st_size > 20_000
