"""Live blogs, videos and galleries."""

import re
from urllib.parse import urlsplit

from extract.article import Block, BlockKind, PageKind
from extract.lines import Line, weigh
from extract.prune import is_caption
from extract.structured import Structured, types_of
from extract.surface import Surface

# Below this a page with another purpose, a film or pictures, has no article of its own.
SHORT_CHARS = 700
_LIVE = re.compile(
    r"\b(?:live|liveblog|liveticker|newsblog|ticker|direct|en vivo|directo|minuto a minuto|diretta|"
    r"ao vivo|em direto|na żywo|direkt|direkte|suora|seuranta|canlı|онлайн|прямая трансляция|"
    r"текстовая трансляция)\b|"
    r"ライブ|速報中|直播|실시간|مباشر|זמן אמת",
    re.IGNORECASE,
)
_STAMP = re.compile(r"^\W{0,3}(?:\d{1,2}[:.h]\d{2}|\d{1,2}時\d{1,2}分|\d{1,2}시\s*\d{1,2}분)(?!\d)")
_MIN_STAMPS = 4
_MAX_LINES_A_STAMP = 15
_COUNTER = re.compile(
    r"^\W{0,2}(?:\w{3,10}\s+)?(\d{1,3})\s*(?:/|of|von|de|di|av|z|из|sur|van)\s*(\d{1,3})\b",
    re.IGNORECASE,
)
_MIN_PICTURES = 4
_GALLERY = re.compile(
    r"/(?:gallery|galleries|galerie|galeria|galerias|galleria|photos?|fotos?|fotostrecke|fotostrecken|"
    r"bilder|bildergalerie|bildergalerien|bilderstrecke|pictures|in-pictures|slideshows?|diaporamas?|"
    r"fotogaleria|fotogalerias|fotogalerie|fotogallery|photo-gallery|imagenes|portfolio|bildspel|"
    r"fotoreportage|photostory|foto-galeri|foto-galeri-haber|fotogaleri)(?:[/_-]|$)",
    re.IGNORECASE,
)
_VIDEO = re.compile(
    r"/(?:videos?|watch|mediathek|clips?|films?|tv|vod|video-gallery|videogaleria|videogallery|multimedia)/",
    re.IGNORECASE,
)
Found = tuple[PageKind, str] | None


def find_live(
    said: Structured, items: frozenset[str], lines: list[Line], titles: frozenset[str]
) -> Found:
    """Tell a live blog by statement, by its entries, or by a title and times that say so.

    Args:
        said: the page's statements for machines.
        items: the types of its microdata.
        lines: its lines, those of the body chosen.
        titles: its title and what else it has for one, folded.

    >>> find_live(Structured(), frozenset({"LiveBlogPosting"}), [], frozenset())[1]
    'microdata LiveBlogPosting'
    """
    if any("LiveBlogPosting" in types_of(node) for node in said.nodes):
        return PageKind.LIVE_BLOG, "json-ld LiveBlogPosting"
    if "LiveBlogPosting" in items:
        return PageKind.LIVE_BLOG, "microdata LiveBlogPosting"
    if any(line.chosen and line.entry >= 0 for line in lines):
        return PageKind.LIVE_BLOG, "entries with times"
    if not any(map(_LIVE.search, titles)):
        return None
    chosen = [i for i, line in enumerate(lines) if line.chosen]
    body = lines[max(0, chosen[0] - 2) : chosen[-1] + 1] if chosen else []
    stamps = sum(bool(_STAMP.match(line.text)) for line in body)
    if stamps >= max(_MIN_STAMPS, len(body) / _MAX_LINES_A_STAMP):
        return PageKind.LIVE_BLOG, "title of a live blog, and times"
    return None


def find_video(said: Structured, surface: Surface | None, told: int, url: str) -> Found:
    """Tell a film by statement, or by an address and a player; only where there is little text."""
    if told >= SHORT_CHARS:
        return None
    og_type = (said.find_meta("og:type") or "").lower()
    if og_type.startswith("video") or (not said.article and "VideoObject" in _types(said)):
        return PageKind.VIDEO, "og:type or json-ld VideoObject, and little text"
    if said.article or surface is None or not _VIDEO.search(urlsplit(url).path):
        return None
    if surface.has_player or said.find_meta("og:video", "og:video:url", "twitter:player"):
        return PageKind.VIDEO, "address of a video, a player, and little text"
    return None


def find_gallery(
    said: Structured, surface: Surface | None, lines: list[Line], told: int, url: str
) -> Found:
    """Tell a gallery by statement, by numbered captions, or by pictures beside little text.

    Args:
        said: the page's statements for machines.
        surface: the page as it meets the eye; None where it has much text.
        lines: its lines.
        told: characters of its body without captions, weighed.
        url: its address.
    """
    if _types(said) & {"ImageGallery", "MediaGallery"} and told < SHORT_CHARS:
        return PageKind.GALLERY, "json-ld ImageGallery, and little text"
    shown = [x for x in lines if x.kind is BlockKind.CAPTION or is_caption(x.rule)]
    shown += [line for line in lines if line.chosen and line.kind is not BlockKind.CAPTION]
    numbers = _find_numbered(shown)
    if len(numbers) >= _MIN_PICTURES and told - sum(numbers) < SHORT_CHARS:
        return PageKind.GALLERY, f"{len(numbers)} numbered pictures"
    if surface is None:
        return None
    captions = [weigh(line.text) for line in shown if not line.chosen]
    if min(surface.figures, len(captions)) >= _MIN_PICTURES and told < sum(captions) / 2:
        return PageKind.GALLERY, f"{surface.figures} figures, and little text beside their captions"
    is_named = _GALLERY.search(urlsplit(url).path)
    if is_named and told < SHORT_CHARS and surface.pictures >= _MIN_PICTURES:
        return PageKind.GALLERY, "address of a gallery, pictures, and little text"
    return None


def _find_numbered(lines: list[Line]) -> list[int]:
    """Weigh the lines that say which of how many pictures they are for: "3 / 12"."""
    numbers: dict[str, dict[str, int]] = {}
    for line in lines:
        if match := _COUNTER.match(line.text):
            numbers.setdefault(match[2], {})[match[1]] = weigh(line.text)
    return list(max(numbers.values(), key=len, default={}).values())


def chars_of(blocks: tuple[Block, ...]) -> int:
    """Weigh the text of a body; captions are no part of it."""
    return sum(weigh(block.text) for block in blocks if block.kind is not BlockKind.CAPTION)


def _types(said: Structured) -> set[str]:
    return {name for node in said.nodes[:8] for name in types_of(node)}
