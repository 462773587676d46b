"""Style sheets rewritten so that they ask nobody but the archive.

Everything that is not an address stays as it was written. What a bug let through would be stopped
by the Content-Security-Policy; this is about pages that look right.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import tinycss2
import tinycss2.bytes
import tinycss2.serializer

Locate = Callable[[str], str | None]

# tinycss2 reads 0.4 MB a second, and pages carry a megabyte of CSS inline. So the places that may
# hold an address are found first, strings and comments stepped over, and only those are parsed.
# Possessive throughout: hostile sheets must not make it slow.
_STRING = r""""(?:[^"\\\n]|\\(?:.|\Z))*+(?:"|\Z)|'(?:[^'\\\n]|\\(?:.|\Z))*+(?:'|\Z)"""
_COMMENT = r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_PIECES = re.compile(
    rf"""\\.
      | {_COMMENT}
      | {_STRING}
      | @import(?:\s|{_COMMENT})*+(?:{_STRING})
      | (?<![\w\\-])(?:url|src)\(\s*+(?:(?:{_STRING})|(?:[^"'()\\\s]|\\(?:.|\Z))*+)\s*+(?:\)|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# Names spelled with escapes of their letters, and functions whose strings are addresses.
_NEEDS_PARSER = re.compile(
    r"image-set\(|\\0{0,4}(?:4[0-9a-f]|5[0-9a-f]|6[0-9a-f]|7[0-9a-f])(?![0-9a-f])|\\[g-z@]",
    re.IGNORECASE,
)
_DATA = re.compile(r"""url\(\s*["']?\s*data:""", re.IGNORECASE)

# Functions whose string arguments are addresses.
_ADDRESS_FUNCTIONS = frozenset({"url", "src"})
_IMAGE_SETS = frozenset({"image-set", "-webkit-image-set"})
_AT_ADDRESS = frozenset({"import"})
_BLANK = "about:invalid"


def rewrite_css(text: str, locate: Locate) -> str:
    """Rewrite every address in a style sheet or a ``style`` attribute.

    ``locate`` gives the new address, or None for one that must lead nowhere.

    >>> rewrite_css("a{b:url(c.png)} @import 'd.css';", lambda url: "/x/" + url)
    'a{b:url("/x/c.png")} @import "/x/d.css";'
    >>> rewrite_css("a{color:red}", lambda url: None)
    'a{color:red}'
    """
    if _NEEDS_PARSER.search(text):
        return _rewrite_parsed(text, locate)

    def piece(match: re.Match[str]) -> str:
        # Of the alternatives only addresses have a letter or @ in front, and data: stays.
        found = match[0]
        if found[0] in "\\/\"'" or _DATA.match(found):
            return found
        return _rewrite_parsed(found, locate)

    return _PIECES.sub(piece, text)


def find_addresses(text: str) -> tuple[str, ...]:
    """Every address that `rewrite_css` would ask about, in their order: what replay will need.

    >>> find_addresses("@import 'b.css'; a { background: url(c.png), url(data:,x) }")
    ('b.css', 'c.png')
    """
    found: list[str] = []

    def note(address: str) -> None:
        found.append(address)

    rewrite_css(text, note)
    return tuple(found)


def rewrite_style_element(text: str, locate: Locate) -> str:
    r"""The same for the text of a ``<style>`` element, which must not be able to end it.

    >>> rewrite_style_element("a{b:url('\\3c/style>')}", lambda url: url)
    'a{b:url("\\3C /style>")}'
    """
    return rewrite_css(text, locate).replace("</", "\\3C /")


def decode_css(body: bytes, *, charset: str | None, environment: str | None = None) -> str:
    r"""Read a style sheet's bytes: BOM, header, @charset, the encoding of its page, UTF-8.

    >>> decode_css(b'@charset "latin1"; a{content:"\xe9"}', charset=None)[-4:]
    '"é"}'

    Source: CSS Syntax, 3.2.
    """
    text, _ = tinycss2.bytes.decode_stylesheet_bytes(
        body,
        protocol_encoding=charset,
        environment_encoding=tinycss2.bytes.lookup(environment) if environment else None,
    )
    return str(text)


def _rewrite_parsed(text: str, locate: Locate) -> str:
    nodes = tinycss2.parse_component_value_list(text)
    try:
        _rewrite(nodes, locate, strings_are_addresses=False)
        written: str = tinycss2.serialize(nodes)
    except RecursionError:
        # Nested a thousand deep: no style sheet, an attack on readers of style sheets.
        return ""
    return written


def _rewrite(nodes: Sequence[Any], locate: Locate, *, strings_are_addresses: bool) -> None:
    after_import = False
    for node in nodes:
        if node.type == "url":
            _set(node, locate, 'url("{}")')
        elif node.type == "string" and (strings_are_addresses or after_import):
            _set(node, locate, '"{}"')
        elif node.type == "function":
            _rewrite_function(node, locate)
        elif node.type.endswith("block"):
            _rewrite(node.content, locate, strings_are_addresses=False)
        if node.type not in ("whitespace", "comment"):
            after_import = node.type == "at-keyword" and node.lower_value in _AT_ADDRESS


def _rewrite_function(node: Any, locate: Locate) -> None:  # noqa: ANN401 - tinycss2 has no types
    name = node.lower_name
    _rewrite(
        node.arguments,
        locate,
        strings_are_addresses=name in _ADDRESS_FUNCTIONS or name in _IMAGE_SETS,
    )


def _set(node: Any, locate: Locate, form: str) -> None:  # noqa: ANN401 - tinycss2 has no types
    value = locate(node.value)
    # `format("woff2")` inside image-set() is a function of its own and never comes here.
    quoted = tinycss2.serializer.serialize_string_value(_BLANK if value is None else value)
    node.representation = form.format(quoted)
