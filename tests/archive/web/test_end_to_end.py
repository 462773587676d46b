"""The whole way: the newspaper crawled by the command line, served, and read in Chromium."""

import subprocess

import httpx
import pytest

from tests.archive.web.chromium import archived, chromium
from tests.archive.web.room import MICROFICHE, serve

HEADLINE = "Dredging of the inner basin begins after nine-year wait"
SENTENCE = "A suction dredger called the Patient Heron lowered its pipe"


def microfiche(*arguments):
    done = subprocess.run(
        [*MICROFICHE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, shared_newspaper):
    """An archive of the first newspaper, its first day."""
    root = tmp_path_factory.mktemp("crawled") / "archive"
    base = shared_newspaper.a
    microfiche("init", root, "--contact", "mailto:test@example.org")
    microfiche(
        *("-C", root, "add", f"{base}/", "--id", "gazette", "--name", "The Harbour Gazette"),
        *("--feed", f"{base}/feed.xml", "--delay", "0.02", "--allow-private-addresses"),
        "--no-probe",
    )
    microfiche("-C", root, "crawl")
    return root


@pytest.fixture(scope="module")
def room(crawled):
    with serve(crawled) as served:
        yield served


def test_what_was_crawled_is_found_over_http(room):
    with room.ask_room() as asking, room.ask_replay() as replay:
        (hit,) = asking.get("/api/v1/search", params={"q": f'"{HEADLINE}"'}).json()["hits"]
        assert hit["source_name"] == "The Harbour Gazette"
        page = replay.get(httpx.URL(hit["replay"]).raw_path.decode())
        assert page.status_code == 200
        assert SENTENCE in page.text


def test_a_reader_finds_reads_and_sees_an_article(room):
    with chromium() as browser:
        page = browser.new_page()
        elsewhere = []
        ours = (f"{room.room}/", f"{room.replay}/")
        page.on(
            "request",
            lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(ours) else None,
        )
        page.goto(f"{room.room}/")
        page.fill("#q", "suction dredger")
        page.keyboard.press("Enter")
        page.wait_for_selector("ol.hits mark")
        page.click(f".hit h2 >> text={HEADLINE}")
        page.wait_for_selector(f".body >> text={SENTENCE}")
        page.click("text=Replay the page")
        page.wait_for_url(f"{room.room}/view/**")
        frame = archived(page, room.replay)
        assert SENTENCE in frame.locator("body").inner_text()
        widths = frame.locator("article img, figure img").evaluate_all(
            "all => all.map(image => image.naturalWidth)"
        )
        assert max(widths) > 100
        sheets = frame.evaluate("document.styleSheets.length")
        assert sheets >= 1
        # A rule of the archived sheet, not the browser's own.
        assert frame.locator("body").evaluate("b => getComputedStyle(b).backgroundColor") not in (
            "rgba(0, 0, 0, 0)",
            "rgb(255, 255, 255)",
        )
        assert elsewhere == []
