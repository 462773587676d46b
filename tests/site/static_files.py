"""Style sheets, pictures and the font, by path."""

import re
from functools import lru_cache
from pathlib import Path

from tests.site.pictures import jpeg, png, svg
from tests.site.typeface import truetype

STATIC = Path(__file__).parent / "static"
TYPES = {
    "css": "text/css",
    "png": "image/png",
    "jpg": "image/jpeg",
    "svg": "image/svg+xml",
    "ttf": "font/ttf",
    "ico": "image/x-icon",
}
SIZED = re.compile(r"/pictures/(\d+)-(320|640|1280)\.(png|jpg)")
PLAIN = re.compile(r"/pictures/(\w+)\.(png|svg)")


@lru_cache(maxsize=256)
def static_file(title: str, path: str) -> tuple[bytes, str] | None:
    """Bytes and media type of a file; pictures differ from title to title.

    >>> static_file("a", "/pictures/waves.svg")[1]
    'image/svg+xml'
    """
    kind = TYPES.get(path.rpartition(".")[2])
    body: bytes | None = None
    if match := SIZED.fullmatch(path):
        number, width, suffix = match[1], int(match[2]), match[3]
        draw = png if suffix == "png" else jpeg
        body = draw(f"{title}{number}", width, width * 5 // 8)
    elif match := PLAIN.fullmatch(path):
        name = f"{title}{match[1]}"
        body = svg(name) if match[2] == "svg" else png(name, 24, 24)
    elif path == "/static/gazette.ttf":
        body = truetype()
    elif path == "/favicon.ico":
        body = png(f"{title}favicon", 16, 16)
    elif path in {"/static/main.css", "/static/type.css", "/static/boxes.css"}:
        body = (STATIC / path.rpartition("/")[2]).read_bytes()
    return (body, kind) if body is not None and kind else None
