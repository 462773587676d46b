"""The blocks of a text, kept beside it in a few bytes, so that the text itself is stored once.

A layout is a comma-separated list: a letter for the kind, the length in characters, ``.level``
and ``@seconds`` (Unix time) where there are any: ``s14.2,p388,c,p120``. A block without a length
is no part of the running text (captions, tables); those follow each other in a text of their own,
``asides``, with an empty line between two.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from extract.article import Block, BlockKind, text_of

_LETTERS = {
    BlockKind.PARAGRAPH: "p",
    BlockKind.SUBHEAD: "s",
    BlockKind.LIST: "l",
    BlockKind.QUOTE: "q",
    BlockKind.TABLE: "t",
    BlockKind.CAPTION: "c",
    BlockKind.ENTRY: "e",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_ITEM = re.compile(r"([pslqtce])(\d*)(?:\.(\d+))?(?:@(-?\d+))?")


@cache
def _is_aside(kind: BlockKind) -> bool:
    return not text_of([Block(kind, "x")])


def write_layout(blocks: Iterable[Block]) -> tuple[str, str]:
    """The layout of the blocks, and the texts that stand beside the running text.

    >>> write_layout([Block(BlockKind.SUBHEAD, "Why", 2), Block(BlockKind.CAPTION, "A dog")])
    ('s3.2,c', 'A dog')
    """
    items, asides = [], []
    for block in blocks:
        item = _LETTERS[block.kind]
        if _is_aside(block.kind):
            asides.append(re.sub(r"\n\n+", "\n", block.text.strip("\n")))
        else:
            item += str(len(block.text))
        if block.level:
            item += f".{block.level}"
        if block.at:
            item += f"@{int(block.at.timestamp())}"
        items.append(item)
    return ",".join(items), "\n\n".join(asides)


def read_layout(text: str, layout: str, asides: str) -> tuple[Block, ...]:
    r"""Cut a text into its blocks again; one paragraph where the layout does not fit it.

    >>> [b.text for b in read_layout("One.\nTwo.", "p4,c,p4", "A dog")]
    ['One.', 'A dog', 'Two.']
    """
    blocks, at, beside = [], 0, iter(asides.split("\n\n"))
    for item in filter(None, layout.split(",")):
        match = _ITEM.fullmatch(item)
        if not match:
            return (Block(BlockKind.PARAGRAPH, text),)
        if match[2]:
            piece = text[at : at + int(match[2])]
            at += len(piece) + 1  # the line break between two blocks
        else:
            piece = next(beside, "")
        when = datetime.fromtimestamp(int(match[4]), UTC) if match[4] else None
        blocks.append(Block(_KINDS[match[1]], piece, int(match[3] or 0), when))
    return tuple(blocks)
