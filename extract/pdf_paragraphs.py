"""Paragraphs of a document's pages: lines joined, running heads and page numbers taken out."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.article import Removed
from extract.pdf_pages import PdfLine, PdfPage, is_beside

# Share of a page's height at its head and foot in which running heads stand.
_MARGIN = 0.12
_MIN_PAGES = 3
# Letters of another size (a headline over its text) begin a paragraph.
_OTHER_SIZE = 1.12
# Width of a letter, in heights.
_LETTER = 0.55
# In a box of fewer lines a line may be short for the sense, as in headlines.
_MANY_LINES = 4
_INDENT = 0.7
_ENDS = re.compile(r"[.!?:;…。！？؟।]['\"”’»)\]]*$")
_BULLET = re.compile(r"^[•‣◦▪●■–—*·-]\s")
# "2.1 Syntax . . . . . 7"
_LEADER = re.compile(r"(?:\. ?){5,}\s*\w{0,5}$")
_HYPHEN = re.compile(r"(\w+)[-\u00ad\u2010]$")
_WORDS = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
# "Haupt- und Nebensache": the hyphen is not that of a line's end.
_AND = frozenset(
    {"und", "oder", "bzw", "sowie", "bis", "and", "or", "to", "en", "of", "og", "och", "eller"}
    | {"i", "y", "e", "o", "et", "ou"}
)
_PAGE_NUMBER = re.compile(r"^[^\w]*#(?:\W{1,3}#)?[^\w]*$")
_CID = re.compile(r"\(cid:\d+\)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: the page it begins on, its text, the height of its letters in points."""

    page: int
    text: str
    size: float
    lines: int = 1


def read_paragraphs(pages: Sequence[PdfPage]) -> tuple[list[Paragraph], list[Removed]]:
    """Make paragraphs of the lines of a document's pages.

    Returns:
        The paragraphs, and the running heads and page numbers that were taken out.
    """
    removed: list[Removed] = []
    heads = _find_heads(pages)
    pieces: list[tuple[int, list[PdfLine]]] = []
    for page in pages:
        for box in page.boxes:
            kept = []
            for line in box:
                if rule := heads.get((page.number, line)):
                    removed.append(Removed(line.text, rule))
                else:
                    kept.append(line)
            pieces += [(page.number, lines) for lines in _cut(kept)]
    known = Counter(
        word.lower() for _, lines in pieces for line in lines for word in _WORDS.findall(line.text)
    )
    texts = [(n, lines) for n, lines in _rejoined(pieces) if lines]
    paragraphs = [
        Paragraph(n, _join(lines, known), lines[0].size, len(lines)) for n, lines in texts
    ]
    return [one for one in paragraphs if one.text], removed


def _find_heads(pages: Sequence[PdfPage]) -> dict[tuple[int, PdfLine], str]:
    """Find the lines at the head and foot of pages that recur, whatever number stands in them."""
    places: dict[tuple[str, bool, int], list[tuple[int, PdfLine]]] = defaultdict(list)
    for page in pages:
        margin = _MARGIN * (page.top - page.bottom)
        for line in (line for box in page.boxes for line in box):
            at_head = line.y0 > page.top - margin
            if at_head or line.y1 < page.bottom + margin:
                key = re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.lower())
                # By size: the title of the first page may be the running head of the others.
                places[key, at_head, round(line.size)].append((page.number, line))
    found: dict[tuple[int, PdfLine], str] = {}
    for (key, _, _), lines in places.items():
        numbers = {number for number, _ in lines}
        is_number = _PAGE_NUMBER.match(key) is not None
        if len(numbers) >= min(_MIN_PAGES, max(2, len(pages))):
            rule = "page number" if is_number else "running head"
            found |= dict.fromkeys(lines, rule)
        elif is_number:
            own = [(n, line) for n, line in lines if re.findall(r"\d+", line.text)[:1] == [str(n)]]
            found |= dict.fromkeys(own, "page number")
    return found


def _cut(lines: Sequence[PdfLine]) -> Iterator[list[PdfLine]]:
    """Cut a box where a paragraph begins."""
    if not lines:
        return
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    current = [lines[0]]
    for before, line in pairwise(lines):
        if not is_beside(before, line) and (
            _is_other_size(before, line)
            or _BULLET.match(line.text)
            or _LEADER.search(before.text)
            or _is_broken(before, line, left, right, many=len(lines) >= _MANY_LINES)
        ):
            yield current
            current = []
        current.append(line)
    yield current


def _is_broken(before: PdfLine, line: PdfLine, left: float, right: float, *, many: bool) -> bool:
    """Whether somebody has begun a line here: an indent, or room left for the next word."""
    ended = _ENDS.search(before.text) is not None
    if ended and line.x0 - left > _INDENT * line.size and before.x0 < line.x0:
        return True
    room = right - before.x1 - (len(line.text.split()[0]) + 1) * line.size * _LETTER
    aligned = abs(before.x0 - line.x0) < 0.5 * line.size
    deliberate = ended or (many and not line.text[0].islower() and not _HYPHEN.search(before.text))
    return aligned and deliberate and room > line.size


def _is_other_size(one: PdfLine, other: PdfLine) -> bool:
    small, large = sorted((one.size, other.size))
    return large > _OTHER_SIZE * small


def _rejoined(pieces: Sequence[tuple[int, list[PdfLine]]]) -> Iterator[tuple[int, list[PdfLine]]]:
    """Join what a column or a page breaks off: no end of a sentence, then a small letter."""
    current: tuple[int, list[PdfLine]] | None = None
    page = 0
    for number, lines in pieces:
        if current and _goes_on(current[1][-1], lines[0], turned=number != page):
            current[1].extend(lines)
        else:
            if current:
                yield current
            current = (number, list(lines))
        page = number
    if current:
        yield current


def _goes_on(before: PdfLine, line: PdfLine, *, turned: bool) -> bool:
    if _is_other_size(before, line) or _ENDS.search(before.text):
        return False
    # Beside a bullet the library makes a box of the first line and one of the others.
    close = 0 <= before.y0 - line.y1 < 0.5 * line.size
    broken_off = turned or close or line.y0 >= before.y1
    return broken_off and (line.text[:1].islower() or _HYPHEN.search(before.text) is not None)


def _join(lines: Sequence[PdfLine], known: Counter[str]) -> str:
    text = ""
    for line in lines:
        piece = plain(line.text)
        text = _append(text, piece, known) if text else piece
    return text.replace("\u00ad", "")


def _append(text: str, after: str, known: Counter[str]) -> str:
    """Join two lines; a word that was parted at the end of the first becomes whole again."""
    match, first = _HYPHEN.search(text), _WORDS.match(after)
    if match is None:
        return f"{text}{after}" if _is_cjk(text[-1:]) and _is_cjk(after[:1]) else f"{text} {after}"
    if not first or not first[0][:1].islower() or match[1][-1].isdigit():
        return f"{text}{after}"
    if first[0].lower() in _AND:
        return f"{text} {after}"
    whole, parts = f"{match[1]}{first[0]}".lower(), f"{match[1]}-{first[0]}".lower()
    # "self-" and "service" stay parted where the document writes them so elsewhere.
    return f"{text}{after}" if known[parts] > known[whole] else f"{text[:-1]}{after}"


def _is_cjk(char: str) -> bool:
    return (
        bool(char)
        and unicodedata.east_asian_width(char) in {"W", "F"}
        and not (
            "\uac00" <= char <= "\ud7a3"  # Korean has spaces
        )
    )


def plain(text: str) -> str:
    r"""Write ligatures and presentation forms as letters; drop what the font names no letter for.

    >>> plain("o\N{LATIN SMALL LIGATURE FFI}ce (cid:3)hours")
    'office hours'
    """
    text = _CID.sub("", text)
    return "".join(
        unicodedata.normalize("NFKC", char)
        if "\ufb00" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc"
        else char
        for char in text
        if char in "\u00ad\u200c\u200d" or unicodedata.category(char)[0] != "C"
    ).strip()
