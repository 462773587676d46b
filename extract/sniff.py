"""What is no page by its first bytes: pictures, films, PDF, archives, programs, feeds, JSON.

Servers label such files ``text/html`` when they do not know better, and a parser makes an article
of anything.

Source: the patterns of https://mimesniff.spec.whatwg.org/, sections 6.1 to 6.4 and 7.1.
"""

import re

from extract.decode import MARKS
from extract.errors import NotHTMLError

_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS-Adobe-", "a PostScript document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (b"{\\rtf", "an RTF document"),
    (b"OggS\x00", "Ogg audio or video"),
    (b"ID3", "MP3 audio"),
    (b"fLaC", "FLAC audio"),
    (b"MThd\x00\x00\x00\x06", "MIDI audio"),
    (b"\x1aE\xdf\xa3", "WebM or Matroska video"),
    (b"FLV\x01", "Flash video"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO", "a font"),
    (b"\x00\x01\x00\x00", "a font"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x00asm", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
# Short enough to begin a text: such a file is only believed with control bytes behind them.
_SHORT = 4
_CONTAINERS = (
    (b"WEBP", 8, "a WebP picture"),
    (b"WAVE", 8, "WAVE audio"),
    (b"AVI ", 8, "AVI video"),
    (b"ftyp", 4, "MP4 video or an AVIF picture"),
)
_FEED = re.compile(
    rb"^(?:<\?xml[^>]{0,200}>|<\?xml-stylesheet[^>]{0,300}>|<!--.{0,1000}?-->|\s)*"
    rb"<(rss|feed|rdf:RDF|urlset|sitemapindex|svg|opml)[\s>]",
    re.DOTALL,
)
_JSON = re.compile(rb'^\s*(?:\[\s*)?\{\s*"')
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_TAG = re.compile(rb"<\s*(?:!doctype|html|head|body|[a-z][a-z0-9]{0,10}[\s>/])", re.IGNORECASE)
_WINDOW = 1445
# White space, a UTF-8 mark or NULs: what servers leave before the first byte of a PDF.
_BEFORE_PDF = b"\x00\t\n\r \xef\xbb\xbf"
# Of the bytes that no text has; a stray one in a page is damage.
_MAX_BINARY_SHARE = 0.1


def is_pdf(data: bytes) -> bool:
    r"""Tell a PDF by its first bytes, whatever the server calls it.

    >>> is_pdf(b"\r\n%PDF-1.7\n"), is_pdf(b"<!-- %PDF- -->")
    (True, False)
    """
    return data[:_WINDOW].lstrip(_BEFORE_PDF).startswith(b"%PDF-")


def refuse_other_files(html: bytes) -> None:
    r"""Let pages pass.

    Raises:
        NotHTMLError: the first bytes are those of another sort of file.

    >>> refuse_other_files(b"<p>Hello")
    >>> try: refuse_other_files(b"%PDF-1.7\n")
    ... except NotHTMLError as error: print(error)
    page is a PDF document by its first bytes, not HTML
    """
    found = _find_kind(html)
    if found is not None:
        raise NotHTMLError(f"page is {found} by its first bytes, not HTML")


def _find_kind(html: bytes) -> str | None:
    head = html[: 2 * _WINDOW].lstrip(b" \t\r\n")[:_WINDOW]
    for signature, name in _SIGNATURES:
        if head.startswith(signature) and (len(signature) > _SHORT or _BINARY.search(head)):
            return name
    for mark, offset, name in _CONTAINERS:
        if head.startswith(mark, offset) and _BINARY.search(head):
            return name
    if match := _FEED.match(head):
        return f"a document of <{match[1].decode()}>"
    if _JSON.match(head):
        return "JSON"
    return "binary data" if _is_binary(head) else None


def _is_binary(head: bytes) -> bool:
    if any(head.startswith(mark) for mark, _ in MARKS) or _TAG.search(head):
        return False
    # UTF-16 without its mark is full of NULs, and of tags as soon as they are gone.
    if _TAG.search(head.replace(b"\x00", b"")):
        return False
    return len(_BINARY.findall(head)) > _MAX_BINARY_SHARE * max(1, len(head))
