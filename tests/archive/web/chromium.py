"""Debian's Chromium, driven by Playwright; tests skip, saying so, where there is none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, Frame, Page, sync_playwright

# Without these it talks to its maker at every start, and as root it will not start at all.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser, headless."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here: install Debian's package chromium, or set CHROMIUM to one")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            pytest.skip(f"{path} does not start: {str(error).splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()


def archived(page: Page, replay: str) -> Frame:
    """The frame of the archived page in a frame page, once it is loaded with all it has."""
    frame = page.wait_for_selector("iframe#archived").content_frame()
    assert frame is not None
    frame.wait_for_url(f"{replay}/**")
    frame.wait_for_load_state("load")
    return frame
