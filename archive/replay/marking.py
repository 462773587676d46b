"""Passages of a page highlighted in its markup, and nothing else of it changed. Pure.

What a reader sees of a page is a text; each of its characters stands somewhere in the markup. A
passage is looked for in the text and marked in the markup, in as many pieces as tags cut it into.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape

from archive.replay.tokens import TAG, end_of_comment, end_of_raw

# Elements that do not end a line of text.
_INLINE = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "ruby", "s", "samp"),
        *("small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    }
)
# Whose text is not the page's, or takes no markup.
_RAW = frozenset({"style", "title", "textarea", "script", "iframe", "noembed", "noframes", "xmp"})
_CLOSED = frozenset({"svg", "math", "select", "head"})
_NEXT = re.compile(r"<[!?/a-zA-Z]")
_PIECES = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?|[^&]+|&")
_STYLE = (
    "<style>mark.microfiche{all:unset!important;background:%s!important;color:#111!important}"
    "mark.microfiche-out{background:%s!important;text-decoration:line-through!important}</style>"
)
# Yellow as on paper, and red as of a pencil: both hold 4.5 to 1 with the text on them.
STYLE = _STYLE % ("#ffe68a", "#f6c1bd")

# Letters in a row that a passage shares with the page, where it does not stand there as a whole.
_SHARED = 24
_MAX_LOOKS = 4000


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text that are marked: why, as a title; ``out``: it was left out."""

    begin: int
    end: int
    title: str = ""
    out: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What is looked for: its text, why, and whether it was left out."""

    text: str
    title: str = ""
    out: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """Where characters of the text stand in the markup; ``one``: all of them in one reference."""

    text: int
    size: int
    begin: int
    end: int
    node: int
    one: bool


Finder = Callable[[str], Iterable[Span]]


def mark(markup: str, finder: Finder) -> str:
    """Mark in a page what ``finder`` finds in its text; spans that lap over the last are left out.

    >>> mark("<p>A <b>fin</b>e day", lambda text: [Span(3, 7)]).removesuffix(STYLE)
    '<p>A <b><mark class="microfiche">fin</mark></b><mark class="microfiche">e</mark> day'
    """
    runs, text = _read(markup)
    out: list[str] = []
    done = 0
    for begin, end, span in _places(runs, finder(text)):
        if begin < done or not markup[begin:end].strip():
            continue
        name = "microfiche microfiche-out" if span.out else "microfiche"
        title = f' title="{escape(span.title)}"' if span.title else ""
        out += (markup[done:begin], f'<mark class="{name}"{title}>', markup[begin:end], "</mark>")
        done = end
    return "".join((*out, markup[done:], STYLE)) if out else markup


def finder_of(passages: Iterable[Passage]) -> Finder:
    """A finder of passages that follow each other, as far as they stand in the text.

    Letters and digits are compared, and neither their capitals nor what stands between them.

    >>> finder = finder_of([Passage("Fine day!", "text"), Passage("Read more", "advice", True)])
    >>> [(s.begin, s.end, s.title) for s in finder("Read  more. A fine, day")]
    [(0, 10, 'advice'), (14, 23, 'text')]
    """
    wanted = tuple(passages)

    def find(text: str) -> list[Span]:
        page, places = _letters(text)
        taken: list[Span] = []
        occupied = bytearray(len(page))
        at, looks = 0, [_MAX_LOOKS]
        for passage in sorted(wanted, key=lambda passage: passage.out):
            letters, _ = _letters(passage.text)
            for begin, end in _found(page, places, letters, 0 if passage.out else at, looks):
                if any(occupied[begin:end]):
                    continue
                occupied[begin:end] = b"\x01" * (end - begin)
                at = at if passage.out else end
                span = Span(places[begin], places[end - 1] + 1, passage.title, passage.out)
                taken.append(span)
        return sorted(taken, key=lambda span: span.begin)

    return find


def _found(
    page: str, places: list[int], letters: str, at: int, looks: list[int]
) -> Iterator[tuple[int, int]]:
    """Where a passage stands: whole, behind ``at`` if it does; else what of it stands in a row."""
    if not letters:
        return
    whole = page.find(letters, at)
    whole = page.find(letters) if whole < 0 else whole
    if whole >= 0:
        yield whole, whole + len(letters)
        return
    done = 0
    while done + _SHARED <= len(letters) and looks[0]:
        looks[0] -= 1
        seed = letters[done : done + _SHARED]
        begin = page.find(seed, at)
        begin = page.find(seed) if begin < 0 else begin
        if begin < 0:
            done += _SHARED // 2
            continue
        size = _in_common(page[begin : begin + len(letters) - done], letters[done:])
        size -= _begun(places, begin + size, size)
        yield begin, begin + size
        done, at = done + size, begin + size


def _begun(places: list[int], end: int, size: int) -> int:
    """How many letters before ``end`` belong to a word that goes on behind it."""
    for count in range(min(size, _SHARED)):
        at = end - count
        if at >= len(places) or places[at] != places[at - 1] + 1:
            return count
    return 0


def _in_common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _letters(text: str) -> tuple[str, list[int]]:
    """Letters and digits of a text, small, and where each stands."""
    places = [at for at, letter in enumerate(text) if letter.isalnum()]
    return "".join(text[at].casefold()[:1] or text[at] for at in places), places


def _places(runs: list[_Run], spans: Iterable[Span]) -> Iterator[tuple[int, int, Span]]:
    """Where spans of the text stand in the markup: a piece for each text between tags."""
    first = 0
    for span in spans:
        while first < len(runs) and runs[first].text + runs[first].size <= span.begin:
            first += 1
        at, piece = first, None
        while at < len(runs) and runs[at].text < span.end:
            run = runs[at]
            begin = run.begin + (0 if run.one else max(0, span.begin - run.text))
            end = run.end if run.one else run.begin + min(run.size, span.end - run.text)
            if piece is not None and piece[2] == run.node:
                piece = (piece[0], end, run.node)
            else:
                if piece is not None:
                    yield piece[0], piece[1], span
                piece = (begin, end, run.node)
            at += 1
        if piece is not None:
            yield piece[0], piece[1], span


def _read(markup: str) -> tuple[list[_Run], str]:
    """The text of a page, a line for each block, and where its characters stand."""
    runs: list[_Run] = []
    text: list[str] = []
    size = node = 0
    for begin, end in _texts(markup):
        if begin == end:
            text.append("\n")
            size += 1
            continue
        for piece in _PIECES.finditer(markup, begin, end):
            written = piece[0]
            plain = unescape(written) if written[0] == "&" else written
            one = plain != written
            runs.append(_Run(size, len(plain), piece.start(), piece.end(), node, one))
            text.append(plain)
            size += len(plain)
        node += 1
    return runs, "".join(text)


def _texts(markup: str) -> Iterator[tuple[int, int]]:
    """Where texts stand between tags; an empty one where a line ends."""
    at = start = within = 0
    while match := _NEXT.search(markup, at):
        if within == 0 and start < match.start():
            yield start, match.start()
        if markup[match.start() + 1] in "!?":
            at = start = end_of_comment(markup, match.start())
            continue
        tag = TAG.match(markup, match.start())
        if tag is None:
            return
        name, at = tag[2].lower(), tag.end()
        if name in _CLOSED and not tag[4].endswith("/"):
            within = max(0, within + (-1 if tag[1] else 1))
        elif name == "body":
            # What a head lacks its end for ends here.
            within = 0
        elif name in _RAW and not tag[1]:
            at = end_of_raw(markup, at, name)
        if name not in _INLINE and within == 0:
            yield at, at
        start = at
    if within == 0 and start < len(markup):
        yield start, len(markup)
