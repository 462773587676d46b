"""The typefaces: served by the room, with their licences, and in use."""

import re

from archive.web.app import STATIC
from tests.archive.web.chromium import chromium

FONTS = STATIC / "fonts"


def test_every_font_is_declared_and_has_its_licence():
    sheet = (FONTS / "fonts.css").read_text()
    files = {path.name for path in FONTS.glob("*.woff2")}
    assert set(re.findall(r'url\("([^"]+)"\)', sheet)) == files
    assert "http" not in sheet
    for family in re.findall(r'font-family: "(\w+)"', sheet):
        licence = (FONTS / f"OFL-{family}.txt").read_text()
        assert "SIL Open Font License, Version 1.1" in licence
        assert "Reserved Font Name" not in licence.partition("-----")[0]
    assert all((FONTS / name).read_bytes()[:4] == b"wOF2" for name in files)


def test_a_page_is_set_in_them(served):
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{served.room}/?q=storm")
        loaded = page.evaluate(
            "document.fonts.ready.then(all => [...all].filter(f => f.status == 'loaded')"
            ".map(f => f.family.replaceAll('\"', '')))"
        )
        assert {"Literata", "Inter"} <= set(loaded)
        kept = page.request.get(f"{served.room}/static/fonts/inter-latin-normal.woff2")
        assert "max-age=604800" in kept.headers["cache-control"]
