"""Thousands of different pages for benchmarks, compressed before anybody asks for them.

``/bulk/COUNT/`` links to ``/bulk/COUNT/0.html`` and so on, and so does
``/bulk/COUNT/sitemap.xml``. A page has the measures of real ones: 265 kB of HTML, 53 kB as
received, most of it a script's state (means of 439 real pages). Only its beginning is its own
and is compressed when it is asked for; the rest was compressed once.
"""

import hashlib
import random
import re
import struct
import zlib
from functools import cache

from tests.site.codings import accepts
from tests.site.message import Header, Reply, Request
from tests.site.prose_files import bank, stories

MAX_COUNT = 1_000_000
STATE_BYTES = 264_000
PATH = re.compile(r"/bulk/(\d{1,7})/(?:(\d{1,7})\.html|(sitemap\.xml))?")
HEADERS: tuple[Header, ...] = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Vary", "Accept-Encoding"),
    ("Cache-Control", "max-age=60"),
)


@cache
def common_part() -> tuple[bytes, bytes]:
    """What every page ends with: as it is, and as raw deflate that may follow a full flush."""
    words = " ".join(bank("en")).split()
    chosen = random.Random(1871)
    out: list[str] = []
    size = 0
    while size < STATE_BYTES:
        # Runs of prose between ids that do not compress, about 5 to 1 in all, as measured.
        ids = hashlib.sha256(f"{size}".encode()).hexdigest()[:20]
        start = chosen.randrange(len(words) - 12)
        out.append(f'{{"id":"{ids}","text":"{" ".join(words[start : start + 12])}"}}')
        size += len(out[-1].encode()) + 1
    state = ",".join(out).replace("</", "<\\/")
    text = f'<script type="application/json">[{state}]</script></body></html>\n'.encode()
    packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    return text, packer.compress(text) + packer.flush()


def own_part(number: int) -> bytes:
    """Beginning of a page: an article that no other page has."""
    story = stories("en")[number % len(stories("en"))]
    sentence = (
        f"This is story number {number}, filed as {hashlib.sha1(b'%d' % number).hexdigest()}."
    )
    paragraphs = "".join(f"<p>{text}</p>\n" for text in (*story.paragraphs, sentence))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{story.headline} ({number})</title></head>\n<body><article>"
        f"<h1>{story.headline} ({number})</h1>\n{paragraphs}</article>\n"
    ).encode()


def gzipped(number: int) -> bytes:
    """Whole page as one gzip member.

    >>> import gzip
    >>> gzip.decompress(gzipped(7)) == own_part(7) + common_part()[0]
    True
    """
    own, (common, packed) = own_part(number), common_part()
    packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
    start = packer.compress(own) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(common, zlib.crc32(own))
    tail = struct.pack("<II", checksum, len(own) + len(common))
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start + packed + tail


def reply(request: Request, base: str) -> Reply | None:
    """Answer an address of a bulk of pages; None when it is not one."""
    match = PATH.fullmatch(request.path)
    if not match or int(match[1]) > MAX_COUNT:
        return None
    count = int(match[1])
    if match[2]:
        return _page(request, int(match[2])) if int(match[2]) < count else None
    addresses = (f"{base}/bulk/{count}/{number}.html" for number in range(count))
    if match[3]:
        body = "".join(f"<url><loc>{address}</loc></url>\n" for address in addresses)
        xmlns = "http://www.sitemaps.org/schemas/sitemap/0.9"
        text = f'<?xml version="1.0"?>\n<urlset xmlns="{xmlns}">\n{body}</urlset>\n'
        return Reply(200, (("Content-Type", "application/xml"),), text.encode())
    links = "".join(f'<li><a href="{address}">{address}</a></li>\n' for address in addresses)
    return Reply(200, HEADERS[:1], f"<html><body><ul>\n{links}</ul></body></html>".encode())


def _page(request: Request, number: int) -> Reply:
    if accepts(request.header("Accept-Encoding"), "gzip"):
        return Reply(200, (*HEADERS, ("Content-Encoding", "gzip")), gzipped(number))
    return Reply(200, HEADERS, own_part(number) + common_part()[0])
