"""One parse a page: text to an lxml tree that every step shares."""

import re

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction

from extract.errors import NotHTMLError, TooLargeError, UnreadableError

MAX_CHARS = 8 * 1024 * 1024
"""Longest page that is parsed, scripts and inlined files not counted; memory is about 12 times."""

MAX_ELEMENTS = 40_000
"""Most elements a page may have; the largest of the development pages, a live blog, has 12,000."""

# Scripts, styles and inlined files of a large page are cut before it is parsed.
_LARGE_CHARS = 2 * 1024 * 1024
_BULK = re.compile(
    r"<(script|style|svg)\b(?![^>]{0,300}ld\+json)[^>]*>.*?</\1\s*>|data:[\w/+.-]{0,60};base64,[\w+/=]+",
    re.IGNORECASE | re.DOTALL,
)

# A tag this long is a file inlined in an attribute, or an attack on whoever compares attributes.
_LONG_CHARS = 65_536
_LONG_TAG = re.compile(rf"<(\w+)\s[^<>]{{{_LONG_CHARS},}}>")
# What XML 1.0 forbids, and the C1 controls, which on the web are always damage. Of bytes, each by
# its first one, which is looked for in C: a class of characters takes ten times as long.
_ASCII_CONTROLS = bytes((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
_C1_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_NO_CHARACTERS = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")


def _parser() -> etree.HTMLParser:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    # lxml.html looks the class of every element up in Python; this one does it in C and gives
    # the same class: 6% of the CPU of a page.
    parser.set_element_class_lookup(
        etree.ElementDefaultClassLookup(
            element=HtmlElement,
            comment=HtmlComment,
            entity=HtmlEntity,
            pi=HtmlProcessingInstruction,
        )
    )
    return parser


def parse(text: str) -> HtmlElement:
    r"""Parse a page; the tree has no comments and no control characters.

    Raises:
        NotHTMLError: there is nothing in it but white space, or no element at all.
        TooLargeError: it is longer than ``MAX_CHARS`` or has more than ``MAX_ELEMENTS``.
        UnreadableError: the parser gave up.

    >>> parse("<p>Hello\x00 <b>world").findtext(".//b")
    'world'
    """
    data = _encode(text)
    if max(map(len, data.split(b"<"))) > _LONG_CHARS or len(text) > _LARGE_CHARS:
        text = _LONG_TAG.sub(r"<\1>", text)
        text = _BULK.sub("", text) if len(text) > _LARGE_CHARS else text
        data = _encode(text)
    if len(text) > MAX_CHARS:
        raise TooLargeError(f"page has {len(text)} characters, the limit is {MAX_CHARS}")
    if not data.strip():
        raise NotHTMLError("page is empty: no bytes but white space")
    try:
        root = etree.fromstring(data, parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableError(f"page cannot be parsed as HTML: {error}") from error
    if root is None or len(root) == 0:
        raise NotHTMLError("page holds no HTML element")
    number = sum(1 for _ in root.iter(etree.Element))
    if number > MAX_ELEMENTS:
        raise TooLargeError(f"page has {number} elements, the limit is {MAX_ELEMENTS}")
    return root


def _encode(text: str) -> bytes:
    """Encode a text without its control characters and what is no character."""
    data = text.encode("utf-8", "ignore").translate(None, _ASCII_CONTROLS)
    return _NO_CHARACTERS.sub(b"", _C1_CONTROLS.sub(b"", data))
