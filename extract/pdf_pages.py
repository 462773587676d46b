"""The pages of a PDF as boxes of lines, in the order in which a reader takes them.

pdfminer.six finds lines and boxes. The order of boxes is ours: its own breaks ties by memory
address, so that the same bytes could give two texts, and its time grows with the square of the
boxes (a page of 5,000 labels takes minutes).
"""

import io
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTContainer, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFObjectNotFound
from pdfminer.pdfinterp import PDFInterpreterError, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef
from pdfminer.utils import Matrix, Rect

from extract.errors import TooLargeError, UnreadableError

# It complains of every file that is not by the book, one line an object.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

MAX_BYTES = 64 * 1024 * 1024
"""Largest PDF that is read; e-papers of 48 pages have 20 to 40 MB, nearly all of it pictures."""

MAX_PAGES = 400
"""Most pages that are read: dense ones take 57 ms each, and a document may take 30 s."""

MAX_PAGES_LISTED = 10_000
"""Most pages a PDF may have."""

MAX_STREAM_BYTES = 64 * 1024 * 1024
"""Longest stream, decompressed; the library itself has no limit."""

MAX_FIGURES = 5_000
"""Most figures on a page, those within each other counted each time they are drawn."""

MAX_LETTERS = 200_000
"""Most letters on a page; a broadsheet has 40,000."""

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
# Deflate makes at most 1,032 bytes of one: what is shorter cannot be over the limit.
_SUSPECT_BYTES = MAX_STREAM_BYTES // 1032
_MAX_DEPTH = 32
# Between words of a justified line, in heights of its letters; columns stand further apart.
_WORD_SPACE = 0.9
# The widest space that a justified line of a narrow column has.
_STRETCHED = 5
# Lines beside each other that are compared; a row of more is no line of text.
_NEAR = 40
# Space between columns, in heights of their lines.
_GUTTER = 0.95
# Narrower columns are cells of a table, which is read row by row.
_MIN_COLUMN_CHARS = 18


@dataclass(frozen=True, slots=True)
class PdfLine:
    """One line of text: where it stands (points, from the lower left corner) and its size."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    """Height of its letters, in points."""


Box = tuple[PdfLine, ...]


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page: its number from 1, its lower and upper edge, its boxes in reading order."""

    number: int
    bottom: float
    top: float
    boxes: tuple[Box, ...]


class _Document(PDFDocument):
    """A document whose references end: the library follows one that leads to itself for ever."""

    def getobj(self, objid: int) -> object:
        seen = set()
        found = super().getobj(objid)
        while isinstance(found, PDFObjRef):
            if found.objid in seen:
                raise PDFObjectNotFound(objid)
            seen.add(found.objid)
            found = super().getobj(found.objid)
        return found


class _Device(PDFPageAggregator):
    """Takes up what a page draws, within bounds: forms may draw forms that draw forms."""

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        self._figures = self._letters = 0
        super().begin_page(page, ctm)

    def begin_figure(self, name: str, bbox: Rect, matrix: Matrix) -> None:
        self._figures += 1
        if self._figures > MAX_FIGURES:
            raise PDFInterpreterError(f"a page of more than {MAX_FIGURES} figures")
        super().begin_figure(name, bbox, matrix)

    def render_char(self, *args: Any, **named: Any) -> float:  # noqa: ANN401 - handed on
        self._letters += 1
        if self._letters > MAX_LETTERS:
            raise PDFInterpreterError(f"a page of more than {MAX_LETTERS} letters")
        return super().render_char(*args, **named)


def open_document(data: bytes) -> PDFDocument:
    """Open a PDF.

    Raises:
        TooLargeError: it is larger than ``MAX_BYTES``, or one of its streams would be.
        UnreadableError: it asks for a password, or is too damaged to be opened.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"the PDF has {len(data)} bytes; read are at most {MAX_BYTES}")
    _refuse_bombs(data)
    try:
        return _Document(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect as error:
        raise UnreadableError("the PDF is encrypted and asks for a password") from error
    except PDFEncryptionError as error:
        raise UnreadableError("the PDF is encrypted in a way that is not known") from error
    except Exception as error:
        raise UnreadableError(f"the PDF is damaged: {_reason(error)}") from error


def read_pages(document: PDFDocument) -> tuple[list[PdfPage], int]:
    """Read the pages, in order; one that is broken is left out.

    Returns:
        The pages, and how many there are: those after the first ``MAX_PAGES`` are not read.

    Raises:
        TooLargeError: there are more than ``MAX_PAGES_LISTED``.
        UnreadableError: no page can be found, or none of them be read.
    """
    try:
        listed = list(islice(PDFPage.create_pages(document), MAX_PAGES_LISTED + 1))
    except Exception as error:
        raise UnreadableError(f"the PDF is damaged: {_reason(error)}") from error
    if not listed:
        raise UnreadableError("the PDF is damaged: it has no page")
    if len(listed) > MAX_PAGES_LISTED:
        raise TooLargeError(f"the PDF has more than {MAX_PAGES_LISTED} pages")
    manager = PDFResourceManager()
    device = _Device(manager, laparams=LAParams(boxes_flow=None, all_texts=True))
    interpreter = PDFPageInterpreter(manager, device)
    pages: list[PdfPage] = []
    broken: Exception | None = None
    for number, page in enumerate(listed[:MAX_PAGES], 1):
        try:
            interpreter.process_page(page)
            pages.append(_page(number, device.get_result()))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - one page; the others may be whole
            broken = error
    if not pages:
        assert broken is not None
        raise UnreadableError(f"the PDF is damaged: {_reason(broken)}") from broken
    return pages, len(listed)


def _reason(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__} {error}".split())[:200]


def _refuse_bombs(data: bytes) -> None:
    for match in _STREAM.finditer(data):
        start = match.end()
        if data[start : start + 1] not in {b"\x78", b"\x68", b"\x58", b"\x48"}:
            continue
        inflate, made = zlib.decompressobj(), 0
        left = data[start : start + _SUSPECT_BYTES]
        try:
            while left and not inflate.eof:
                made += len(inflate.decompress(left, 1 << 20))
                if made > MAX_STREAM_BYTES:
                    raise TooLargeError(f"the PDF has a stream of over {MAX_STREAM_BYTES} bytes")
                left = inflate.unconsumed_tail
                if not left and not inflate.eof:
                    start += _SUSPECT_BYTES
                    left = data[start : start + _SUSPECT_BYTES]
        except zlib.error:
            continue


def _page(number: int, page: LTPage) -> PdfPage:
    boxes = [lines for found in _iter_boxes(page, 0) if (lines := _lines(found))]
    whole = [_in_lines(lines) for lines in _mended(boxes)]
    return PdfPage(number, page.y0, page.y1, tuple(_in_order(whole)))


def _iter_boxes(item: Iterable[object], depth: int) -> Iterator[LTTextBox]:
    """The boxes of a page, those in its figures included."""
    for child in item:
        if isinstance(child, LTTextBox):
            yield child
        elif isinstance(child, LTContainer) and depth < _MAX_DEPTH:
            yield from _iter_boxes(child, depth + 1)


def _lines(found: LTTextBox) -> list[PdfLine]:
    lines = []
    for line in found:
        if isinstance(line, LTTextLine) and (text := " ".join(line.get_text().split())):
            size = median(char.size for char in line if isinstance(char, LTChar))
            lines.append(PdfLine(text, *line.bbox, size=round(size, 1)))
    return lines


def is_beside(one: PdfLine, other: PdfLine) -> bool:
    """Whether two lines are pieces of one: parted by a tab, or with a raised figure."""
    return min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5 * min(one.size, other.size)


def _is_next(one: PdfLine, other: PdfLine) -> bool:
    """Whether a piece of a line follows another: the wide space of a justified line."""
    return is_beside(one, other) and -1 <= other.x0 - one.x1 < _WORD_SPACE * one.size


def _is_stretched(left: PdfLine, end: float, around: Iterable[PdfLine]) -> bool:
    """Whether the space behind a piece is a justified line's: one above or below runs across it."""
    return any(
        line.x0 < left.x1 - line.size
        and line.x1 > end + line.size
        and 0.5 * left.size < abs(line.y0 - left.y0) < 1.7 * left.size
        and abs(line.size - left.size) < 0.5
        for line in around
    )


def _mended(boxes: Sequence[list[PdfLine]]) -> Iterator[list[PdfLine]]:
    """Put boxes together that the library has parted in the middle of a line."""
    owner = list(range(len(boxes)))

    def root(index: int) -> int:
        while owner[index] != index:
            index = owner[index]
        return index

    lines = sorted((line.y0, line.x0, n, line) for n, box in enumerate(boxes) for line in box)
    for index, (_, _, box_of_one, one) in enumerate(lines):
        near = lines[max(0, index - _NEAR) : index + _NEAR]
        after = [
            (line.x0, box)
            for _, _, box, line in near
            if -1 <= line.x0 - one.x1 < _STRETCHED * one.size and is_beside(one, line)
        ]
        if not after:
            continue
        x0, box_of_next = min(after)
        around = (line for _, _, _, line in near)
        if x0 - one.x1 < _WORD_SPACE * one.size or _is_stretched(one, x0, around):
            first, second = sorted((root(box_of_one), root(box_of_next)))
            owner[second] = first
    groups: dict[int, list[PdfLine]] = {}
    for number, box in enumerate(boxes):
        groups.setdefault(root(number), []).extend(box)
    yield from groups.values()


def _in_lines(pieces: Iterable[PdfLine]) -> Box:
    """Order the lines of a box from the top; pieces of one line become one."""
    rows: list[list[PdfLine]] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.y1, piece.x0)):
        if rows and is_beside(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    lines: list[PdfLine] = []
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
        start = len(lines)
        for piece in row:
            if len(lines) > start and _is_next(lines[-1], piece):
                lines[-1] = _glued(lines[-1], piece)
            else:
                lines.append(piece)
    return tuple(lines)


def _glued(one: PdfLine, other: PdfLine) -> PdfLine:
    return PdfLine(
        f"{one.text} {other.text}",
        one.x0,
        min(one.y0, other.y0),
        other.x1,
        max(one.y1, other.y1),
        max(one, other, key=lambda line: len(line.text)).size,
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    box: Box
    x0: float
    x1: float
    y0: float
    y1: float


def _in_order(boxes: Sequence[Box]) -> list[Box]:
    """Order boxes by cuts: column after column where there are columns, else from the top.

    Source: Nagy and Seth, "Hierarchical Representation of Optically Scanned Documents", 1984
    (recursive X-Y cut).
    """
    placed = [
        _Placed(
            box,
            min(line.x0 for line in box),
            max(line.x1 for line in box),
            min(line.y0 for line in box),
            max(line.y1 for line in box),
        )
        for box in boxes
    ]
    placed.sort(key=lambda one: (-one.y1, one.x0))
    order: list[Box] = []
    strip: list[_Placed] = []
    for row in _rows(placed):
        # A strip goes on as long as the same columns run through it.
        if strip and len(_columns([*strip, *row])) < 2:
            order += _read_strip(strip)
            strip = []
        strip += row
    return order + _read_strip(strip)


def _rows(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """Boxes that stand beside each other, from the top."""
    row: list[_Placed] = []
    for one in placed:
        if row and one.y1 <= min(other.y0 for other in row):
            yield row
            row = []
        row.append(one)
    if row:
        yield row


def _read_strip(strip: Sequence[_Placed]) -> list[Box]:
    columns = _columns(strip)
    if len(columns) > 1:
        return [box for column in columns for box in _in_order([one.box for one in column])]
    return [one.box for one in sorted(strip, key=lambda one: (-round(one.y1), one.x0))]


def _columns(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """Boxes parted by a gutter, from the left; one list where there is none, or a table is."""
    columns: list[list[_Placed]] = []
    reach = float("-inf")
    for one in sorted(placed, key=lambda one: (one.x0, -one.y1)):
        if not columns or one.x0 - reach > _GUTTER * one.box[0].size:
            columns.append([])
        columns[-1].append(one)
        reach = max(reach, one.x1)
    if all(_width(column) >= _MIN_COLUMN_CHARS for column in columns):
        return columns
    return [list(placed)]


def _width(column: Sequence[_Placed]) -> float:
    """Characters in a line of a column, at its longest."""
    return max(len(line.text) for one in column for line in one.box)
