"""Where a page's markup is that of drawings and formulas (SVG, MathML), as browsers follow it.

Browsers know from their tree, and this follows it only so far. So nothing that is safe may depend
on it: text that one reading takes for markup and the other does not is written so that it is the
same in both.

Source: WHATWG HTML, 13.2.6.5 (tokens in foreign content), 13.2.4.2 (integration points).
"""

from archive.replay.tokens import parse_attributes

_ROOTS = frozenset({"svg", "math"})
# Elements in which HTML goes on.
_ISLANDS = {
    "svg": frozenset({"foreignobject", "desc", "title"}),
    "math": frozenset({"mi", "mo", "mn", "ms", "mtext", "annotation-xml"}),
}
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_BREAKS_OUT = frozenset(
    {
        *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em"),
        *("embed", "h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing"),
        *("menu", "meta", "nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong"),
        *("strike", "sub", "sup", "table", "tt", "u", "ul", "var"),
    }
)
_OF_HTML_FONTS = frozenset({"color", "face", "size"})
# As deep as browsers nest.
_MAX_DEEP = 512


class Nesting:
    """The drawings, formulas and islands of HTML that are open.

    ``seen`` says whether there was any drawing or formula so far.
    """

    def __init__(self) -> None:
        self.seen = False
        self._open: list[str] = []

    @property
    def within(self) -> bool:
        """Whether any is open."""
        return bool(self._open)

    @property
    def foreign(self) -> bool:
        """Whether what comes next is of a drawing or formula."""
        return self._top in _ROOTS

    @property
    def _top(self) -> str:
        return self._open[-1] if self._open else ""

    def start(self, name: str, attributes: str, *, closed: bool) -> bool:
        """Take a start tag: its name in lower case, its attributes as written.

        Returns:
            Whether the element is of a drawing or formula.
        """
        if self.foreign and _breaks_out(name, attributes):
            self._break_out()
        top = self._top
        is_island = name in _ISLANDS.get(top, ()) and (
            name != "annotation-xml"
            or parse_attributes(attributes).get("encoding", "").lower() in _HTML
        )
        self.seen = self.seen or name in _ROOTS
        if not closed and (is_island or name in _ROOTS) and len(self._open) < _MAX_DEEP:
            self._open.append(name)
        return top in _ROOTS or name in _ROOTS

    def end(self, name: str) -> None:
        """Take an end tag."""
        if self.foreign and name in ("p", "br"):
            self._break_out()
        elif name in self._open:
            while self._open.pop() != name:
                pass

    def _break_out(self) -> None:
        while self.foreign:
            self._open.pop()


def _breaks_out(name: str, attributes: str) -> bool:
    if name == "font":
        return not _OF_HTML_FONTS.isdisjoint(parse_attributes(attributes))
    return name in _BREAKS_OUT
