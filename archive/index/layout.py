"""The blocks of a text, kept beside it in a few bytes, so that the text itself is stored once.

A layout is a letter for the kind of each block: ``sppcp``. Captions (``c``) and tables that are
longer than their story (``t``) are no part of the running text; they follow each other in a text
of their own, ``asides``, with an empty line between two. Any other block is one line of the text,
the items of a list parted by ``; `` (one with that in an item is read back as a line); the rows of
a table (``r``) are lines. Behind the letter stands how many items a list has (``l3``), or, of any
other block that is not one line, its length in characters (``q120``); then ``.level`` and
``@seconds`` (Unix time) where there are any.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from extract.article import Block, BlockKind, find_asides

_LETTERS = {
    BlockKind.PARAGRAPH: "p",
    BlockKind.SUBHEAD: "s",
    BlockKind.LIST: "l",
    BlockKind.QUOTE: "q",
    BlockKind.TABLE: "r",
    BlockKind.CAPTION: "c",
    BlockKind.ENTRY: "e",
}
_BESIDE = {BlockKind.TABLE: "t", BlockKind.CAPTION: "c"}
_KINDS = {letter: kind for letters in (_LETTERS, _BESIDE) for kind, letter in letters.items()}
_ITEM = re.compile(r"([pslqtcer])(\d*)(?:\.(\d+))?(?:@(-?\d+))?")


def write_layout(blocks: Sequence[Block]) -> tuple[str, str]:
    """The layout of the blocks, and the texts that stand beside the running text.

    >>> write_layout([Block(BlockKind.SUBHEAD, "Why", 2), Block(BlockKind.CAPTION, "A dog")])
    ('s.2c', 'A dog')
    """
    items, asides, beside = [], [], find_asides(blocks)
    for place, block in enumerate(blocks):
        item = (_BESIDE if place in beside else _LETTERS)[block.kind]
        if place in beside:
            asides.append(re.sub(r"\n\n+", "\n", block.text.strip("\n")))
        elif block.kind is BlockKind.LIST:
            item += str(block.text.count("\n") + 1) if "\n" in block.text else ""
        elif not block.text or "\n" in block.text:
            item += str(len(block.text))
        if block.level:
            item += f".{block.level}"
        if block.at:
            item += f"@{int(block.at.timestamp())}"
        items.append(item)
    return "".join(items), "\n\n".join(asides)


def read_layout(text: str, layout: str, asides: str) -> tuple[Block, ...]:
    r"""Cut a text into its blocks again; one paragraph where the layout is none.

    >>> [b.text for b in read_layout("One.\nTea; milk\nTwo.", "pl2cp", "A dog")]
    ['One.', 'Tea\nmilk', 'A dog', 'Two.']
    """
    blocks, place, at, beside = [], 0, 0, iter(asides.split("\n\n"))
    while place < len(layout):
        match = _ITEM.match(layout, place)
        if not match:
            return (Block(BlockKind.PARAGRAPH, text),)
        kind, place = _KINDS[match[1]], match.end()
        if match[1] in _BESIDE.values():
            piece = next(beside, "")
        else:
            is_list = kind is BlockKind.LIST
            end = at + int(match[2]) if match[2] and not is_list else text.find("\n", at)
            piece = text[at : end if end >= 0 else len(text)]
            at += len(piece) + 1  # the line break between two blocks
            piece = _items(piece, int(match[2] or 1)) if is_list else piece
        when = datetime.fromtimestamp(int(match[4]), UTC) if match[4] else None
        blocks.append(Block(kind, piece, int(match[3] or 0), when))
    return tuple(blocks)


def _items(line: str, count: int) -> str:
    """The items of a list, a line each; the line itself where an item has the mark between them."""
    items = line.split("; ")
    return "\n".join(items) if len(items) == count else line
