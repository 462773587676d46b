"""What a page is dressed in, and pages by the hundred."""

import re
import zlib
from urllib.parse import urljoin

from tests.site.articles import articles
from tests.site.pictures import colours, png
from tests.site.reading import OPENED, base_of
from tests.site.titles import TITLES


def test_every_picture_style_sheet_and_font_of_a_page_is_there(get, paper):
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


def test_bulk_pages_differ_and_have_the_size_of_real_ones(get, paper):
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
