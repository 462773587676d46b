"""A TrueType font with two glyphs, so that a page has a font to ask for.

Source: OpenType 1.9, the required tables.
"""

import struct

UNITS_PER_EM = 1000


def _box_glyph() -> bytes:
    head = struct.pack(">hhhhh", 1, 100, 0, 900, 700)
    ends = struct.pack(">HH", 3, 0)
    flags = bytes([1] * 4)
    xs = struct.pack(">hhhh", 100, 0, 800, 0)
    ys = struct.pack(">hhhh", 0, 700, 0, -700)
    glyph = head + ends + flags + xs + ys
    return glyph + b"\0" * (-len(glyph) % 4)


def _cmap() -> bytes:
    # Format 4: one segment for A to Z that all show the box, and the closing one.
    # idRangeOffset leads to the glyph ids behind the table.
    glyph_ids = struct.pack(">26H", *[1] * 26)
    segments = struct.pack(">HH", 90, 0xFFFF) + struct.pack(">H", 0)
    segments += struct.pack(">HHhhHH", 65, 0xFFFF, 0, 1, 4, 0)
    length = 14 + len(segments) + len(glyph_ids)
    table = struct.pack(">HHHHHHH", 4, length, 0, 4, 4, 1, 0) + segments + glyph_ids
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table


def _names() -> bytes:
    texts = {1: "Gazette Box", 2: "Regular", 4: "Gazette Box Regular", 6: "GazetteBox-Regular"}
    records, storage = b"", b""
    for name_id, text in texts.items():
        data = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, name_id, len(data), len(storage))
        storage += data
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + storage


def _os2() -> bytes:
    return (
        struct.pack(">HhHHH", 4, 1000, 400, 5, 0)
        + struct.pack(">10h", 650, 600, 0, 75, 650, 600, 0, 350, 50, 300)
        + struct.pack(">h10s4I4s", 0, bytes(10), 1, 0, 0, 0, b"NONE")
        + struct.pack(">HHHhhhHHII", 64, 65, 90, 700, 0, 0, 700, 0, 1, 0)
        + struct.pack(">hhHHH", 500, 700, 0, 32, 0)
    )


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def truetype() -> bytes:
    r"""Build the font; A to Z are boxes, everything else is empty.

    >>> truetype()[:4]
    b'\x00\x01\x00\x00'
    """
    glyph = _box_glyph()
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 3, UNITS_PER_EM, 0, 0, 100, 0, 900, 700),
            *(0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhh8xhH", 0x10000, 700, 0, 0, 1000, 100, 100, 900, 1, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", 1000, 0, 1000, 100),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _names(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    offset = 12 + 16 * len(tables)
    directory = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128)
    body = b""
    for tag, data in tables.items():
        directory += struct.pack(">4sIII", tag, _checksum(data), offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    font = directory + body
    adjustment = (0xB1B0AFBA - _checksum(font)) & 0xFFFFFFFF
    at = font.index(tables[b"head"]) + 8
    return font[:at] + struct.pack(">I", adjustment) + font[at + 4 :]
