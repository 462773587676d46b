"""The body of an article, as trafilatura reads it."""

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from extract.article import Block, BlockKind

_KINDS = {
    "p": BlockKind.PARAGRAPH,
    "head": BlockKind.SUBHEAD,
    "list": BlockKind.LIST,
    "quote": BlockKind.QUOTE,
    "table": BlockKind.TABLE,
    "code": BlockKind.PARAGRAPH,
}


def read_body(root: HtmlElement, url: str) -> list[Block]:
    """Read the body blocks of a parsed page; the tree is left as it was."""
    document = bare_extraction(root, url=url, include_comments=False, with_metadata=False)
    if document is None:
        return []
    blocks = []
    for element in document.body:
        blocks.extend(_blocks_of(element))
    return blocks


def _blocks_of(element: _Element) -> list[Block]:
    kind = _KINDS.get(str(element.tag), BlockKind.PARAGRAPH)
    if kind is BlockKind.LIST:
        lines = [_flat(item) for item in element.iter("item")]
    elif kind is BlockKind.TABLE:
        lines = [
            " | ".join(filter(None, map(_flat, row.iter("cell")))) for row in element.iter("row")
        ]
    else:
        lines = _flat(element, breaks=True).split("\n")
        return [Block(kind, line.strip()) for line in lines if line.strip()]
    text = "\n".join(line for line in lines if line)
    return [Block(kind, text)] if text else []


def _flat(element: _Element, *, breaks: bool = False) -> str:
    parts = []
    for node in element.iter():
        if node.tag == "lb":
            parts.append("\n" if breaks else " ")
        elif node is not element and node.tag in {"p", "item", "head", "quote"}:
            parts.append("\n" if breaks else " ")
        if node.text:
            parts.append(" ".join(node.text.split("\n")))
        if node.tail and node is not element:
            parts.append(" ".join(node.tail.split("\n")))
    return "\n".join(" ".join(line.split()) for line in "".join(parts).split("\n"))
