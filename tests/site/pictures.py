"""Pictures made in code: PNG, JPEG and SVG, small but valid."""

import hashlib
import math
import struct
import zlib


def colours(seed: str) -> list[tuple[int, int, int]]:
    """Four colours that belong to a name.

    >>> colours("a") == colours("a"), colours("a") == colours("b")
    (True, False)
    """
    digest = hashlib.sha256(seed.encode()).digest()
    return [(digest[i], digest[i + 1], digest[i + 2]) for i in range(0, 12, 3)]


def png(seed: str, width: int, height: int) -> bytes:
    """Encode horizontal bands of a name's colours, 8-bit RGB.

    Source: PNG specification, 5 (chunks) and 9 (filter 0).
    """
    bands = colours(seed)
    rows = (bytes(bands[y * 4 // height]) * width for y in range(height))
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg(seed: str, width: int, height: int) -> bytes:
    """Encode grey blocks of 8 by 8 as a baseline JPEG that has DC coefficients only.

    Source: ITU T.81, annexes B (markers) and F (Huffman coding of DC differences).
    """
    quantisation = b"\xff\xdb\x00\x43\x00" + bytes([8] * 64)
    frame = b"\xff\xc0" + struct.pack(">HBHHBBBB", 11, 8, height, width, 1, 1, 0x11, 0)
    # DC: the categories 0 to 8, four bits each. AC: one code, end of block.
    dc_table = b"\xff\xc4" + struct.pack(">HB", 28, 0) + bytes([0, 0, 0, 9, *[0] * 12, *range(9)])
    ac_table = b"\xff\xc4" + struct.pack(">HB", 20, 0x10) + bytes([1, *[0] * 15, 0])
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0)
    swell, drift = (value / 40 + 2 for value in hashlib.sha256(seed.encode()).digest()[:2])
    across, down = -(-width // 8), -(-height // 8)
    bits, last = "", 0
    for block in range(across * down):
        x, y = block % across / across, block // across / down
        # A sea under a sky: darker towards the front, with a swell.
        level = round(90 - 150 * y + 25 * math.sin(swell * 6 * x + drift * 5 * y))
        difference, last = level - last, level
        size = abs(difference).bit_length()
        coded = difference if difference > 0 else difference + (1 << size) - 1
        bits += f"{size:04b}" + (f"{coded:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return b"\xff\xd8" + quantisation + frame + dc_table + ac_table + scan + data + b"\xff\xd9"


def svg(seed: str) -> bytes:
    """Draw waves in a name's colours."""
    waves = "".join(
        f'<path d="M0 {30 + 20 * i} q 25 -18 50 0 t 50 0 t 50 0 t 50 0" fill="none" '
        f'stroke="rgb({r},{g},{b})" stroke-width="6" stroke-opacity=".2"/>'
        for i, (r, g, b) in enumerate(colours(seed))
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 120" width="200" height="120">'
        f"{waves}</svg>"
    ).encode()
