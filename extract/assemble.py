"""From chosen lines to blocks: lists and tables joined, captions kept as captions."""

from itertools import groupby

from lxml.html import HtmlElement

from extract.article import Block, BlockKind, Removed
from extract.lines import Line
from extract.prune import is_caption

# Enough to see what a rule did; a menu of a thousand lines tells nothing more.
_MAX_REMOVED = 200
_MAX_REMOVED_CHARS = 1_000
# Around the body, on each side; most pages have fewer than ten that are no menus.
_MAX_AROUND = 50
_MAX_MENU_SHARE = 0.5
_LISTS = ("ul", "ol", "dl")
_MIN_RUN = 4
_MAX_ITEM_CHARS = 60


def assemble(lines: list[Line]) -> tuple[tuple[Block, ...], tuple[Removed, ...]]:
    """Make the blocks of the body, and the list of what was taken out of it."""
    first, last = _extent(lines)
    kept: list[Line] = []
    removed: list[Removed] = []
    for line in lines[first : last + 1]:
        if line.chosen or _is_caption(line):
            kept.append(line)
        elif line.rule != "standfirst":
            rule = line.rule or "not chosen by trafilatura"
            removed.append(Removed(line.text[:_MAX_REMOVED_CHARS], rule))
    before, behind = _around(lines[:first]), _around(lines[last + 1 :])
    room = _MAX_REMOVED - min(_MAX_AROUND, len(before))
    _find_lists(kept)
    return (
        tuple(_iter_blocks(kept)),
        (
            *before[-_MAX_AROUND:],
            *removed[: room - min(_MAX_AROUND, len(behind))],
            *behind[:_MAX_AROUND],
        ),
    )


def _around(lines: list[Line]) -> list[Removed]:
    """Tell what rules took outside the body; a marked line that is mostly links is a menu's."""
    return [
        Removed(line.text[:_MAX_REMOVED_CHARS], line.rule)
        for line in lines
        if line.rule
        and line.rule != "standfirst"
        and (line.marked is None or line.link_share < _MAX_MENU_SHARE)
    ]


def _find_lists(lines: list[Line]) -> None:
    """Read a run of short unpunctuated paragraphs as what it is: a list set without markup."""
    for (signature, _), group in groupby(lines, key=_run_key):
        members = list(group)
        if signature is not None and len(members) >= _MIN_RUN:
            for line in members:
                line.kind = BlockKind.LIST


def _run_key(line: Line) -> tuple[tuple[str | None, ...] | None, HtmlElement | None]:
    is_item = (
        line.kind is BlockKind.PARAGRAPH
        and line.chars <= _MAX_ITEM_CHARS
        and line.text[-1] not in ".!?:;,…。"
    )
    return (line.signature, line.element.getparent()) if is_item else (None, None)


def _extent(lines: list[Line]) -> tuple[int, int]:
    """Find the body's first and last line; a picture above it belongs to it."""
    chosen = [i for i, line in enumerate(lines) if line.chosen]
    if not chosen:
        return 0, -1
    first = chosen[0]
    for index in range(first - 1, max(-1, first - 12), -1):
        if _is_caption(lines[index]):
            first = index
    return first, chosen[-1]


def _is_caption(line: Line) -> bool:
    return (line.kind is BlockKind.CAPTION or is_caption(line.rule)) and line.chars > 5


def _iter_blocks(lines: list[Line]) -> list[Block]:
    blocks: list[Block] = []
    for (kind, _), group in groupby(lines, key=_group_key):
        members = list(group)
        if kind is BlockKind.LIST:
            blocks.append(Block(kind, "\n".join(line.text for line in members)))
        elif kind is BlockKind.ENTRY:
            blocks.append(Block(kind, "\n".join(line.text for line in members), at=members[0].at))
        elif kind is BlockKind.TABLE:
            blocks.append(Block(kind, "\n".join(_rows(members))))
        else:
            blocks += [Block(kind, line.text, _level(line)) for line in members]
    return blocks


def _group_key(line: Line) -> tuple[BlockKind, HtmlElement | int | None]:
    if _is_caption(line):
        return BlockKind.CAPTION, None
    if line.kind is BlockKind.ENTRY:
        return line.kind, line.entry
    if line.kind is BlockKind.LIST:
        return line.kind, next(line.element.iterancestors(*_LISTS), line.element.getparent())
    if line.kind is BlockKind.TABLE:
        return line.kind, next(line.element.iterancestors("table"), None)
    return line.kind, None


def _rows(cells: list[Line]) -> list[str]:
    rows = groupby(cells, key=lambda cell: next(cell.element.iterancestors("tr"), cell.element))
    return [" | ".join(cell.text for cell in row) for _, row in rows]


def _level(line: Line) -> int:
    tag = str(line.element.tag)
    is_heading = line.kind is BlockKind.SUBHEAD and len(tag) == 2 and tag[1].isdigit()
    return int(tag[1]) if is_heading else 0
