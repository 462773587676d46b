"""Markup cut into tags as browsers cut it, and no tree made of them, so that odd markup stays odd.

A tree is what a browser makes of markup by rules that no other parser shares to the letter. What
is not rewritten is handed on as it was written, for the browser to read as it would have read it.
One pass, linear in the text: nothing is ever gone back over.

Source: WHATWG HTML, 13.2.5 (tokenization).
"""

import re
from dataclasses import dataclass
from html import escape, unescape

_SPACE = r"[\t\n\f\r ]"
_QUOTED = r"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)"
# Possessive throughout: markup made for it must not be read twice.
_VALUE = rf"{_SPACE}*+=(?:{_SPACE}*+(?:{_QUOTED}|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)))?+"
_ATTRIBUTE = rf"(?:{_SPACE}|/)*+[^\t\n\f\r />][^\t\n\f\r />=]*+(?:{_VALUE})?+"
TAG = re.compile(rf"<(/?)([a-zA-Z][^\t\n\f\r />]*+)((?:{_ATTRIBUTE})*+)((?:{_SPACE}|/)*+)>")
_ATTRIBUTES = re.compile(
    rf"(?:{_SPACE}|/)*+([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    rf"(?:{_SPACE}*+=(?:{_SPACE}*+({_QUOTED}|[^\t\n\f\r >\"'][^\t\n\f\r >]*+))?+)?+"
)
# Where something other than text begins that anybody need look at: tags without attributes of
# which nothing is to be made are passed over.
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT = re.compile(r"<!---*+>|<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)


@dataclass(slots=True)
class Tag:
    """One start tag: its name in lower case, its attributes, the first of each name.

    Names of attributes are in lower case; values are decoded. ``closed``: it ends with ``/>``.
    """

    name: str
    attributes: dict[str, str]
    closed: bool

    def write(self) -> str:
        """The tag as markup."""
        written = "".join(
            f' {name}="{escape(value)}"' if value else f" {name}"
            for name, value in self.attributes.items()
        )
        return f"<{self.name}{written}{' /' if self.closed else ''}>"


def parse_attributes(text: str) -> dict[str, str]:
    """The attributes of a tag; of two with one name the first, as in browsers.

    >>> parse_attributes(" a=1 B='x&amp;y' a=2 c")
    {'a': '1', 'b': 'x&y', 'c': ''}
    """
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTES.findall(text):
        key = name.lower()
        if key in found:
            continue
        plain = value[1:-1] if value[:1] in ("'", '"') else value
        found[key] = unescape(plain) if "&" in plain else plain
    return found


def end_of_comment(text: str, at: int) -> int:
    """Behind the comment or doctype that begins at ``at``; the end of the text if it has no end.

    >>> end_of_comment("<!-- a > b --> c", 0), end_of_comment("<!doctype html> c", 0)
    (14, 15)
    """
    if not text.startswith("<!--", at):
        end = text.find(">", at)
        return end + 1 if end >= 0 else len(text)
    for short in (">", "->"):
        if text.startswith(short, at + 4):
            return at + 4 + len(short)
    match = _COMMENT_END.search(text, at + 4)
    return match.end() if match else len(text)


def end_of_raw(text: str, at: int, name: str) -> int:
    """Where the end tag of an element of raw text begins, such as a style sheet's.

    >>> end_of_raw("a<b></STYLE >", 0, "style")
    4
    """
    match = _end_tag(name).search(text, at)
    return match.start() if match else len(text)


def end_of_script(text: str, at: int) -> int:
    """Where the end tag of a script begins: one within ``<!-- <script>`` does not end it.

    >>> end_of_script("<!-- <script></script> --> x</script>", 0)
    28
    """
    escaped = within = False
    for match in _SCRIPT.finditer(text, at):
        found = match[0]
        if found == "<!--":
            escaped = True
        elif found.endswith("->"):
            escaped = within = False
        elif not match[1]:
            within = escaped
        elif within:
            within = False
        else:
            return match.start()
    return len(text)


_ENDS: dict[str, re.Pattern[str]] = {}


def _end_tag(name: str) -> re.Pattern[str]:
    if name not in _ENDS:
        _ENDS[name] = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
    return _ENDS[name]
