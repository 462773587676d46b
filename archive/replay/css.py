"""Style sheets rewritten so that they ask nobody but the archive.

Everything that is not an address stays as it was written. What a bug let through would be stopped
by the Content-Security-Policy; this is about pages that look right.
"""

import re
from collections.abc import Callable

import tinycss2.bytes
import tinycss2.serializer

Locate = Callable[[str], str | None]

# A parser of CSS reads 0.4 MB a second, and pages carry a megabyte of it inline. So the pieces that
# may hold an address are found by an expression, strings and comments stepped over, and all between
# them stays. Possessive throughout: hostile sheets must not make it slow.
_STRING = r""""(?:[^"\\\n]|\\(?:.|\Z))*+(?:"|\Z)|'(?:[^'\\\n]|\\(?:.|\Z))*+(?:'|\Z)"""
_COMMENT = r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_INNER = rf"\s*+(?:(?:{_STRING})|(?:[^\"'()\\\s]|\\(?:.|\Z))*+)\s*+(?:\)|\Z)"
_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\r\n\f])?|[^0-9a-fA-F\r\n\f])"
_NAME = rf"(?:[\w-]|[^\x00-\x7f]|{_ESCAPE})++"
_FLAGS = re.IGNORECASE | re.DOTALL
_PIECES = re.compile(
    rf"\\.|{_COMMENT}|{_STRING}|@namespace(?![\w-])[^;]*+"
    rf"|(@import(?:\s|{_COMMENT})*+)({_STRING})|(?<![\w\\-])((?:url|src)\()({_INNER})",
    _FLAGS,
)
# The same where names may be spelled with escapes, or functions have strings for addresses.
_NEEDS_NAMES = re.compile(
    r"image-set\(|\\0{0,4}(?:4[0-9a-f]|5[0-9a-f]|6[0-9a-f]|7[0-9a-f])(?![0-9a-f])|\\[g-z@]",
    re.IGNORECASE,
)
_TOKENS = re.compile(rf"{_COMMENT}|{_STRING}|@?{_NAME}\(?|[()]|\\", _FLAGS)
_SIGNS = ("url(", "src(", "@import")
_URL_INNER = re.compile(_INNER, _FLAGS)
_ESCAPES = re.compile(
    r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|(\r\n|[\n\f\r])|(.)|\Z)", re.DOTALL
)

# What begins a tag or comment to a browser that takes the style sheet for one in a drawing. In
# strings and addresses it is escaped; elsewhere a blank keeps a range of widths what it is.
_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
_SHIELDED = re.compile(
    rf"({_COMMENT}|{_STRING}|url\({_INNER})|<!--|{_OPENING.pattern}", _FLAGS | re.ASCII
)

_IMAGE_SETS = frozenset({"src", "image-set", "-webkit-image-set"})
_BLANK = "about:invalid"
_LARGEST = 0x10FFFF


def rewrite_css(text: str, locate: Locate) -> str:
    """Rewrite every address in a style sheet or a ``style`` attribute.

    ``locate`` gives the new address, or None for one that must lead nowhere.

    >>> rewrite_css("a{b:url(c.png)} @import 'd.css';", lambda url: "/x/" + url)
    'a{b:url("/x/c.png")} @import "/x/d.css";'
    >>> rewrite_css("a{color:red}", lambda url: None)
    'a{color:red}'
    """
    small = text.lower()
    if ("\\" in text or "image-set(" in small) and _NEEDS_NAMES.search(text):
        return _rewrite_names(text, locate)
    # Most sheets of a page name no address, and are not worth a walk past their strings.
    return _plain(text, locate) if any(sign in small for sign in _SIGNS) else text


def _plain(text: str, locate: Locate) -> str:
    def piece(match: re.Match[str]) -> str:
        start, string, function, inner = match.groups()
        if string:
            return start + _located(string, locate)
        return function.lower() + _inside(inner, locate) if function else match[0]

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
    r"""The same for the text of a ``<style>`` element: nothing in it can end it or begin a tag.

    >>> rewrite_style_element("a{b:url('\\3c/style>')}", lambda url: url)
    'a{b:url("\\3C /style>")}'
    """
    rewritten = rewrite_css(text, locate)
    return _SHIELDED.sub(_shielded, rewritten) if "<" in rewritten else rewritten


def _shielded(match: re.Match[str]) -> str:
    if match[1]:
        return _OPENING.sub(r"\\3C ", match[1])
    return " " if match[0] == "<!--" else "< "


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


def _rewrite_names(text: str, locate: Locate) -> str:
    """Every name is looked at, as it reads without its escapes."""
    out: list[str] = []
    within: list[str] = []
    done = at = 0
    importing = False
    while match := _TOKENS.search(text, at):
        found, at = match[0], match.end()
        if found.startswith("/*"):
            continue
        if found[0] in "\"'":
            if importing or (within and within[-1] in _IMAGE_SETS):
                out += (text[done : match.start()], _located(found, locate))
                done = at
        elif found == ")":
            del within[-1:]
        else:
            name = (_unescaped(found) if "\\" in found else found).lower()
            if name == "url(" and (inner := _URL_INNER.match(text, at)):
                out += (text[done : match.start()], "url(", _inside(inner[0], locate))
                done = at = inner.end()
            elif name == "@namespace":
                at = max(at, text.find(";", at))
            elif name.endswith("("):
                within.append(name[:-1])
            importing = name == "@import"
            continue
        importing = False
    out.append(text[done:])
    return "".join(out)


def _inside(inner: str, locate: Locate) -> str:
    """What stands between the parentheses of url(), with the last of them."""
    closed = inner.removesuffix(")")
    value = closed.strip()
    if value.lstrip("\"'")[:5].lower() == "data:":
        return inner
    lead = closed[: len(closed) - len(closed.lstrip())]
    tail = closed[len(closed.rstrip()) :] if value else ""
    quoted = value if value[:1] in ("'", '"') else f'"{_bare(value)}"'
    return lead + _located(quoted, locate) + tail + inner[len(closed) :]


def _bare(value: str) -> str:
    return value.replace('"', '\\"')


def _located(string: str, locate: Locate) -> str:
    """A string of CSS that is an address, as the string of its new address."""
    mark = string[0]
    body = string[1:-1] if len(string) > 1 and string.endswith(mark) else string[1:]
    value = _unescaped(body) if "\\" in body else body
    located = locate(value)
    written = tinycss2.serializer.serialize_string_value(_BLANK if located is None else located)
    return f'"{written}"'


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        digits, newline, other = match.groups()
        if digits:
            code = int(digits, 16)
            is_character = 0 < code <= _LARGEST and not 0xD800 <= code < 0xE000
            return chr(code) if is_character else "\ufffd"
        return "" if newline else other or ""

    return _ESCAPES.sub(plain, text)
