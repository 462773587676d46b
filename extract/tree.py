"""One parse a page: text to an lxml tree that every step shares."""

import re

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction

from extract.errors import NotHTMLError, TooLargeError, UnreadableError

MAX_BYTES = 64 * 1024 * 1024
"""Largest page that is parsed; the memory limit of a page follows from it (about 12 times)."""

# What XML 1.0 forbids, and the C1 controls, which on the web are always damage.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


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
        TooLargeError: it is longer than ``MAX_BYTES``.
        UnreadableError: the parser gave up.

    >>> parse("<p>Hello\x00 <b>world").findtext(".//b")
    'world'
    """
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", text)
    data = text.encode("utf-8")
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"page has {len(data)} bytes of text, the limit is {MAX_BYTES}")
    if not data.strip():
        raise NotHTMLError("page is empty: no bytes but white space")
    try:
        root = etree.fromstring(data, parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableError(f"page cannot be parsed as HTML: {error}") from error
    if root is None or len(root) == 0:
        raise NotHTMLError("page holds no HTML element")
    return root
