"""PDFs made by hand: objects, pages of placed lines, an encryption of the oldest sort."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
    b"/Resources << /Font << /F1 3 0 R >> >> >>"
)
FONT = "/Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"


@dataclass(frozen=True)
class Text:
    """A line placed on a page: points from the lower left corner, height of the letters."""

    x: float
    y: float
    text: str
    size: float = 10


def paragraph(
    lines: Iterable[str], *, x: float = 60, top: float = 700, size: float = 10
) -> list[Text]:
    """Lines below each other, set solid."""
    return [Text(x, top - n * 1.2 * size, line, size) for n, line in enumerate(lines)]


def stream(data: bytes, head: bytes = b"", *, deflate: bool = False) -> bytes:
    if deflate:
        data, head = zlib.compress(data, 9), head + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), head, data)


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A file of numbered objects, the first of them its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer)
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
    )


def shown(texts: Iterable[Text]) -> bytes:
    """What draws texts; letters of Windows-1252, the ligatures of fonts as they number them."""
    parts = []
    for one in texts:
        raw = one.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(")
        raw = raw.replace(b")", b"\\)")
        parts.append(b"BT /F1 %g Tf %g %g Td (%s) Tj ET" % (one.size, one.x, one.y, raw))
    return b"\n".join(parts)


def document(
    *pages: Iterable[Text],
    info: str = "",
    catalog: str = "",
    xmp: str = "",
    encrypted: bool = False,
) -> bytes:
    """A document of pages; ``info`` and ``catalog`` are written into its dictionaries."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    extra = " /Metadata 4 0 R" if xmp else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog}{extra} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        f"<< /Type /Font /Subtype {FONT} >>".encode(),
        stream(xmp.encode(), b"/Type /Metadata /Subtype /XML"),
    ]
    for n, texts in enumerate(pages):
        objects += [
            PAGE % (6 + 2 * n),
            stream(shown(texts)),
        ]
    trailer = b""
    if info:
        objects.append(f"<< {info} >>".encode("cp1252"))
        trailer = b"/Info %d 0 R" % len(objects)
    if encrypted:
        # The check value of a password that nobody knows.
        handler = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
        objects.append(handler % (b"41" * 32, b"42" * 32))
        trailer += b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    return pdf(objects, trailer)


def rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def protected(texts: Iterable[Text]) -> bytes:
    """A document that anybody may open, and only its owner may change (ISO 32000-1, 7.6.3)."""
    owner = b"\x41" * 32
    allowed = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5(PADDING + owner + allowed + b"\x00").digest()[:5]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        f"<< /Type /Font /Subtype {FONT} >>".encode(),
        PAGE % 5,
    ]
    of_object = hashlib.md5(key + (5).to_bytes(3, "little") + b"\x00\x00").digest()[:10]
    objects.append(stream(rc4(of_object, shown(texts))))
    user = rc4(key, PADDING)
    handler = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    objects.append(handler % (owner.hex().encode(), user.hex().encode()))
    return pdf(objects, b"/Encrypt 6 0 R /ID [<00> <00>]")
