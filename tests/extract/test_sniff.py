"""Files that are no page, whatever the server called them."""

import gzip
import io
import json
import zipfile
import zlib

import pytest

from extract import extract
from extract.errors import NotHTMLError

PROSE = "<p>" + "The minister resigned on Monday after weeks of pressure from within. " * 4 + "</p>"
HEADERS = {"Content-Type": "text/html; charset=utf-8"}


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("page.html", PROSE)
    return out.getvalue()


def _png() -> bytes:
    rows = b"".join(b"\0" + bytes(range(0, 90, 3)) for _ in range(10))
    chunks = [(b"IHDR", b"\0\0\0\x0a\0\0\0\x0a\x08\x02\0\0\0"), (b"IDAT", zlib.compress(rows))]
    body = b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in [*chunks, (b"IEND", b"")]
    )
    return b"\x89PNG\r\n\x1a\n" + body


FILES = [
    (_png(), "a PNG picture"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4, "a JPEG picture"),
    (b"RIFF\x24\x08\x00\x00WEBPVP8 \x18\x08\x00\x00", "a WebP picture"),
    (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "MP4 video or an AVIF picture"),
    (_zip(), "a ZIP archive or an office document"),
    (gzip.compress(PROSE.encode()), "gzip data"),
    (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", "a program"),
    (b"<?xml version='1.0'?>\n<rss version='2.0'><channel>", "a document of <rss>"),
    (b"<?xml version='1.0'?><!-- x --><urlset xmlns='s'>", "a document of <urlset>"),
    (json.dumps({"title": "Late", "body": PROSE}).encode(), "JSON"),
    (bytes(range(32)) * 40, "binary data"),
]


# Compressed files hold the time they were made: their bytes name no test.
@pytest.mark.parametrize(("data", "kind"), FILES, ids=[kind for _, kind in FILES])
def test_other_files_are_refused_whatever_their_label(data: bytes, kind: str) -> None:
    with pytest.raises(NotHTMLError, match=f"page is {kind} by its first bytes"):
        extract(data, url="https://x.test/a", headers=HEADERS)


@pytest.mark.parametrize(
    "page",
    [
        f"BMW and MZ: two makers of motorcycles{PROSE}".encode(),
        f"ID3 tags are no page furniture{PROSE}".encode(),
        f"<!-- %PDF- --><html>{PROSE}".encode(),
        f'<html><pre>{{"a": 1}}</pre>{PROSE}'.encode(),
        f"<html><body>{PROSE}".encode("utf-16-le"),
        f"<html><body>{PROSE}".encode("utf-16"),
        PROSE.replace(" ", " \x00\x07").encode(),
        f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{PROSE}".encode(),
        PROSE.removeprefix("<p>").removesuffix("</p>").encode(),
    ],
)
def test_pages_pass(page: bytes) -> None:
    charset = "utf-16le" if page.startswith(b"<\x00") else "utf-8"
    headers = {"Content-Type": f"text/html; charset={charset}"}
    assert "resigned on Monday" in extract(page, url="https://x.test/a", headers=headers).text
