"""Markup rewritten so that it runs nothing and asks nobody but the archive.

Only what has to change is changed; everything else is handed on as it was written. What slips
through here meets the sandbox and the Content-Security-Policy of headers.py, which no markup can
change.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape
from string import ascii_letters

from archive.replay.address import Links, parse_refresh
from archive.replay.attributes import ANIMATIONS, rewrite_attributes
from archive.replay.candidates import candidates_in, picture_around
from archive.replay.css import rewrite_style_element
from archive.replay.drawings import Read, bring_in
from archive.replay.elements import PREPARE
from archive.replay.foreign import Nesting
from archive.replay.lazy import fill_lazy, has_stand_in
from archive.replay.quirks import is_quirky
from archive.replay.tokens import (
    TAG,
    Tag,
    end_of_comment,
    end_of_raw,
    end_of_script,
    parse_attributes,
)

# Addresses -> those of them that were captured.
Known = Callable[[set[str]], set[str]]

# Elements that run or change where addresses lead, or whose text parsers disagree about: gone
# with their contents. An iframe's is for browsers that know no frames.
_RAW_DROPPED = frozenset({"script", "noembed", "noframes"})
_DROPPED = frozenset({"base", "applet", "portal", "fencedframe", "bgsound", "param"})
_RAW_KEPT = frozenset({"title", "textarea"})
# Elements whose raw text parsers disagree about; shown as what they look like.
_AS_PRE = frozenset({"xmp", "plaintext"})
_FOREIGN = frozenset({"svg", "math"})
# End tags that are written otherwise, because their start tags are.
_ENDS = {"object": "</span>", "amp-img": "</span>", "amp-anim": "</span>"}
_GONE = frozenset({"base", "embed", "param", "bgsound", "applet", "portal", "fencedframe"})

_MAX_FRAMES_DEEP = 3
# Thousands of tags that are never closed would each be read to the end.
_MAX_HEAD_TAG = 4000

# Where a tag begins that may have to change: it has attributes, or its name alone is enough.
_NEXT = re.compile(
    r"<(?:[!?]|/(?:[^a-zA-Z]|object|amp-img|amp-anim|svg|math|base|embed|param|applet"
    r"|[a-zA-Z][^\t\n\f\r />]*+[\t\n\f\r /])"
    r"|[a-zA-Z][^\t\n\f\r />]*+[\t\n\f\r /]|(?:script|style|title|textarea|xmp|iframe|noembed"
    r"|noframes|plaintext|svg|math|base|object|embed|param|applet)>)",
    re.IGNORECASE | re.ASCII,
)
# Within drawings every tag may end them.
_NEXT_WITHIN = re.compile(r"<(?:[!?a-zA-Z]|/(?=.))", re.DOTALL)
_LETTERS = frozenset(ascii_letters)
# Attributes that may have to change; without one of them a tag stays as it is.
_TELLING = re.compile(
    r"[\t\n\f\r /\"'](?:on|data-|src|href|xlink|style|poster|background|action|form|ping|integrity"
    r"|cross|nonce|manifest|code|class(?:id|ic)|archive|data\b|long|profile|target|download|referrer"
    r"|auto|attrib|image|block|fetch|http-eq|low|dyn|icon|nitro|lazy|charset|rel\b|loading)"
    r"|url\(|\\",
    re.IGNORECASE,
)
_SPECIAL = frozenset(
    {"meta", "link", "object", "embed", "amp-img", "amp-anim", "iframe", "frame", "img", "source"}
)
_MARKUP = re.compile(r"<(?!!\[CDATA\[)")
_DRAWN_SCRIPT = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|</(script|svg|math)(?=[\t\n\f\r />])",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_STYLE_END = re.compile(r"</style(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)


@dataclass(slots=True)
class Page:
    """What is known while one page is rewritten.

    Attributes:
        links: Where its addresses lead.
        depth: Of frames within frames.
        captured: Addresses that the archive has, of those that a browser or a script would have
            chosen among; None: not asked.
        sprites: Drawings in other files that the page uses, by address and fragment, with the
            name that stands for each of them in the page.
        read: The text of a drawing, by its address; without it none is brought in.
    """

    links: Links
    depth: int = 0
    captured: set[str] | None = None
    sprites: dict[str, str] = field(default_factory=dict)
    read: Read | None = None


def rewrite_html(text: str, links: Links, *, depth: int = 0, known: Known | None = None) -> str:
    """Rewrite a page; an empty document stays one.

    >>> links = Links("http://a.example/", "20260101000000", "http://127.0.0.1:8080")
    >>> rewrite_html('<p onclick=x()>Hi<script>x()</script> <a href="/b">b</a>', links)
    '<p>Hi <a
    href="http://127.0.0.1:8080/view/20260101000000/http://a.example/b" target="_top">b</a>'
    """
    page = Page(links, depth)
    return rewrite_page(text, page, known)


def rewrite_page(text: str, page: Page, known: Known | None = None) -> str:
    """Rewrite a page, and bring into it the drawings of other files that it uses."""
    links = page.links
    if "<base" in text[:200_000] or "<BASE" in text[:200_000]:
        links = _with_base(text, links)
    if page.depth == 0 and is_quirky(text[:2000]):
        links = replace(links, quirky=True)
    page.links = links
    if known is not None:
        page.captured = known(candidates_in(text, links))
    return _with_sprites(_Rewriter(text, page).run(), page)


def find_refresh(text: str) -> tuple[float, str] | None:
    """Where a page sends its readers by ``<meta http-equiv=refresh>``: seconds and address.

    >>> find_refresh('<meta http-equiv="Refresh" content="0; url=/new">')
    (0.0, '/new')
    """
    for match in re.finditer(r"<meta(?=[\t\n\f\r /])", text[:200_000], re.IGNORECASE):
        tag = TAG.match(text, match.start(), match.start() + _MAX_HEAD_TAG)
        attributes = parse_attributes(tag[3]) if tag else {}
        if attributes.get("http-equiv", "").strip().lower() == "refresh":
            return parse_refresh(attributes.get("content", ""))
    return None


def _with_sprites(shown: str, page: Page) -> str:
    if page.sprites and page.read is not None:
        shown += bring_in(page.sprites, page.links, page.read)
    return shown


class _Rewriter:
    """One pass over one page."""

    def __init__(self, text: str, page: Page) -> None:
        self._text, self._page, self._links = text, page, page.links
        self._nesting = Nesting()
        # Whether the element that is being written is of a drawing or formula, and has no content.
        self._foreign = self._closed = False
        # The picture that was last looked at: where it stands, and whether any of it was captured.
        self._picture, self._picture_is_here = (0, 0), False
        self._out: list[str] = []

    def run(self) -> str:
        text, out = self._text, self._out
        done = at = 0
        while match := (_NEXT_WITHIN if self._nesting.within else _NEXT).search(text, at):
            start = match.start()
            out.append(text[done:start])
            at = done = self._take(start)
        out.append(text[done:])
        return "".join(out)

    def _take(self, start: int) -> int:
        """Write what stands for the tag at ``start``; where to go on."""
        text = self._text
        first = text[start + 1]
        if first in "!?" or (first == "/" and text[start + 2] not in _LETTERS):
            return self._take_declaration(start)
        match = TAG.match(text, start)
        if match is None:
            # A tag that the text ends in is none, to browsers.
            return len(text)
        name, end = match[2].lower(), match.end()
        if match[1]:
            return self._take_end(name, match)
        self._closed = match[4].endswith("/")
        self._foreign = self._nesting.start(name, match[3], closed=self._closed)
        written = self._written(name, match)
        self._out.append(written)
        return self._take_content(name, end)

    def _take_declaration(self, start: int) -> int:
        text = self._text
        if self._nesting.foreign and text.startswith("<![CDATA[", start):
            stop = text.find("]]>", start)
            stop = len(text) if stop < 0 else stop
            # As text, which it is whether or not the browser still takes this for a drawing.
            self._out.append(escape(text[start + 9 : stop], quote=False))
            return stop + 3
        end = end_of_comment(text, start)
        if text[start + 2 : start + 9].lower() == "doctype":
            self._out.append(text[start:end])
        return end

    def _take_end(self, name: str, match: re.Match[str]) -> int:
        self._nesting.end(name)
        if name not in _GONE:
            # Browsers pass over what attributes it has.
            as_it_was = f"</{match[2]}>" if match[3] else match[0]
            self._out.append(_ENDS.get(name, as_it_was))
        return match.end()

    def _take_content(self, name: str, end: int) -> int:
        """The text of elements whose content is no markup; where to go on."""
        text = self._text
        if name == "script":
            return self._behind_script(end)
        if name in _RAW_DROPPED or (name == "iframe" and not self._foreign):
            stop = end_of_raw(text, end, name)
            return _behind(text, stop) if name != "iframe" else stop
        if name == "style":
            return self._take_style(end)
        if name in _RAW_KEPT and not self._foreign:
            stop = end_of_raw(text, end, name)
            # Their text is that of characters; escaped it is the same, to whoever reads it.
            self._out.append(text[end:stop].replace("<", "&lt;"))
            return stop
        if name in _AS_PRE and not self._foreign:
            stop = len(text) if name == "plaintext" else end_of_raw(text, end, name)
            self._out.append(f"{escape(text[end:stop], quote=False)}</pre>")
            return _behind(text, stop)
        return end

    def _behind_script(self, end: int) -> int:
        if not self._foreign:
            return _behind(self._text, end_of_script(self._text, end))
        return end if self._closed else _behind_drawn_script(self._text, end)

    def _take_style(self, end: int) -> int:
        text = self._text
        if self._foreign:
            # Within a drawing a style sheet may hold markup, and that is read as such.
            found = _MARKUP.search(text, end)
            if self._closed or (found and not _STYLE_END.match(text, found.start())):
                return end
        stop = end_of_raw(text, end, "style")
        sheet = text[end:stop]
        if self._foreign:
            sheet = sheet.replace("<![CDATA[", "").replace("]]>", "")
        self._out.append(rewrite_style_element(sheet, self._links.requisite))
        return stop

    def _written(self, name: str, match: re.Match[str]) -> str:
        if name in _DROPPED or name in _RAW_DROPPED:
            return ""
        if name in _AS_PRE and not self._foreign:
            return "<pre>"
        is_plain = name not in _SPECIAL and not _TELLING.search(match[3])
        if is_plain and not self._may_hold_markup(match):
            return match[0]
        tag = Tag(name, parse_attributes(match[3]), self._closed)
        if name in ANIMATIONS and "href" in tag.attributes.get("attributename", "").lower():
            return ""
        return self._rewritten(tag, match)

    def _rewritten(self, tag: Tag, match: re.Match[str]) -> str:
        before = dict(tag.attributes)
        name = tag.name
        prepare = PREPARE.get(name)
        tail = prepare(tag, self._links) if prepare else ""
        if tail is None:
            return ""
        self._fill(tag, name, match)
        if tag.name == "iframe" and "srcdoc" in tag.attributes:
            self._rewrite_srcdoc(tag)
        if name == "use":
            self._use(tag)
        if self._may_hold_markup(match):
            tag.attributes = {k: v for k, v in tag.attributes.items() if "<" not in k}
        if not rewrite_attributes(tag, self._links, self._choice(tag, match)):
            return ""
        unchanged = tag.attributes == before and tag.name == name and not tail
        if unchanged and not self._may_hold_markup(match):
            return match[0]
        if self._foreign and tag.name == name:
            # Names and attributes of drawings have capitals that count.
            return _with_capitals(tag, match) + tail
        return tag.write() + tail

    def _fill(self, tag: Tag, name: str, match: re.Match[str]) -> None:
        """Show the picture that a script would have shown, unless another stands in for it."""
        if name in ("img", "source", "iframe", "video", "image"):
            around = "" if name != "img" else self._text[match.end() : match.end() + 2000]
            behind = self._text[max(0, match.start() - 2000) : match.start()]
            if not has_stand_in(around, behind):
                fill_lazy(tag, self._is_here)
        elif "data-" in match[3]:
            fill_lazy(tag, self._is_here)

    def _choice(self, tag: Tag, match: re.Match[str]) -> set[str] | None:
        """What was captured, to choose a picture among; None where nothing of it was: all stay.

        A picture that is missing is as large as it was.
        """
        captured = self._page.captured
        if captured is None or self._page.depth > 0 or "srcset" not in tag.attributes:
            return captured
        begin, end = self._picture if match.start() < self._picture[1] else (0, 0)
        if not end:
            begin, end = self._picture = picture_around(self._text, match)
            places = candidates_in(self._text[begin:end], self._links)
            self._picture_is_here = not captured.isdisjoint(places)
        return captured if self._picture_is_here else None

    def _is_here(self, url: str) -> bool:
        captured = self._page.captured
        # A page in an attribute was not looked through for addresses.
        if captured is None or self._page.depth > 0:
            return True
        return self._links.absolute(url) in captured

    def _may_hold_markup(self, match: re.Match[str]) -> bool:
        """Whether a browser that is within a style sheet here could read a value as its end."""
        return self._nesting.seen and "<" in match[3]

    def _rewrite_srcdoc(self, tag: Tag) -> None:
        page = self._page
        inner = Page(self._links, page.depth + 1, page.captured, read=page.read)
        text = tag.attributes["srcdoc"] if inner.depth <= _MAX_FRAMES_DEEP else ""
        tag.attributes["srcdoc"] = _with_sprites(_Rewriter(text, inner).run(), inner)

    def _use(self, tag: Tag) -> None:
        """A drawing in another file is blocked by every sandbox: it is brought into the page."""
        key = next((k for k in ("href", "xlink:href") if tag.attributes.get(k)), None)
        value = tag.attributes[key].strip() if key else ""
        if key is None or value.startswith("#") or "#" not in value:
            return
        absolute = self._links.absolute(value)
        if absolute is not None:
            sprites = self._page.sprites
            name = sprites.setdefault(absolute, f"archived-{len(sprites)}")
            tag.attributes[key] = f"#{name}"


def _behind(text: str, end_tag: int) -> int:
    """Behind an end tag; the end of the text where that is not whole."""
    match = TAG.match(text, end_tag)
    return match.end() if match else len(text)


def _behind_drawn_script(text: str, at: int) -> int:
    """Behind a script of a drawing, which holds markup: the drawing's end ends it, too."""
    for match in _DRAWN_SCRIPT.finditer(text, at):
        if match[1]:
            is_own = match[1].lower() == "script"
            return _behind(text, match.start()) if is_own else match.start()
    return len(text)


def _with_capitals(tag: Tag, match: re.Match[str]) -> str:
    names = {name.lower(): name for name in re.findall(r"[^\t\n\f\r />=\"']+", match[3])}
    attributes = {names.get(key, key): value for key, value in tag.attributes.items()}
    return Tag(match[2], attributes, tag.closed).write()


def _with_base(text: str, links: Links) -> Links:
    """The links of a page by its first ``<base href>``, which counts; one in a drawing does not."""
    foreign = 0
    for match in re.finditer(
        r"<(/?)(base|svg|math|script|!--)(?=[\t\n\f\r />]|(?<=--))", text[:200_000], re.IGNORECASE
    ):
        name = match[2].lower()
        if name in _FOREIGN:
            foreign += -1 if match[1] else 1
        elif name == "base" and not match[1] and foreign <= 0:
            tag = TAG.match(text, match.start(), match.start() + _MAX_HEAD_TAG)
            href = parse_attributes(tag[3]).get("href") if tag else None
            if href is not None:
                return replace(links, base=links.absolute(href) or "")
    return links
