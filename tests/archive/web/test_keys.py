"""What pointer and keyboard add to the pages, in a real browser."""

import pytest

from tests.archive.replay.shelf import Shelf
from tests.archive.web.chromium import chromium
from tests.archive.web.room import serve
from tests.archive.web.shelves import PROSE, T2, article

MONTHS = ("2025-09", "2025-11", "2026-01")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("keys") / "archive")
    for place, month in enumerate(MONTHS):
        text = article(f"Quay {place}", *(f"{p} {month}" for p in PROSE))
        text = text.replace(b"2026-01-02T02", f"{month}-02T02".encode())
        shelf.put(f"http://post.test/quay/{place}.html", text, at=T2, kind="article")
    shelf.index()
    shelf.close()
    with serve(shelf.archive.root) as served, chromium() as browser:
        page = browser.new_page(base_url=served.room)
        page.set_default_timeout(15_000)
        yield page


def test_a_histogram_is_brushed_by_pointer(page):
    page.goto("/?q=harbour&copies=1")
    box = page.locator("ol.bars").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    assert page.locator(".brushed").inner_text() == "September 2025 – November 2025: 2"
    page.mouse.up()
    page.wait_for_url("**after%3A2025-09-01+until%3A2025-11-30**")
    assert page.locator(".hit").count() == 2
    assert "copies=1" in page.url


def test_a_histogram_is_brushed_by_keyboard(page):
    page.goto("/?q=harbour&copies=1")
    page.locator("ol.bars a").first.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".bars .chosen").count() == 3
    page.keyboard.press("Enter")
    page.wait_for_url("**after%3A2025-11-01+until%3A2026-01-31**")
    page.get_by_role("link", name="Before", exact=True).click()
    page.wait_for_url("**after%3A2025-08-01**")
    assert page.locator(".hit").count() == 1


def test_single_keys_lead_through_the_hits(page):
    page.goto("/?q=harbour&copies=1&order=oldest")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "Quay 1"
    page.keyboard.press("/")
    page.keyboard.type("jo")
    assert page.locator("#q").input_value() == "jo"
    page.locator("a.brand").focus()
    page.keyboard.press("?")
    page.wait_for_url("**/help")
