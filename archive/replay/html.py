"""Markup rewritten so that it runs nothing and asks nobody but the archive.

Only what has to change is changed; everything else is handed on as it was written. What slips
through here meets the sandbox and the Content-Security-Policy of headers.py, which no markup can
change.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

from archive.replay.address import Links, parse_refresh
from archive.replay.attributes import rewrite_attributes
from archive.replay.css import rewrite_style_element
from archive.replay.lazy import fill_lazy, has_stand_in
from archive.replay.quirks import is_quirky
from archive.replay.srcset import iter_candidates
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
_ANIMATIONS = frozenset({"set", "animate", "animatetransform", "animatemotion"})
_FOREIGN = frozenset({"svg", "math"})
# End tags that are written otherwise, because their start tags are.
_ENDS = {"object": "</span>", "amp-img": "</span>", "amp-anim": "</span>"}
_GONE = frozenset({"base", "embed", "param", "bgsound", "applet", "portal", "fencedframe"})

_LINKED_REQUISITES = frozenset(
    {"stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}
)
_HTTP_EQUIV_KEPT = frozenset({"content-language", "default-style", "x-ua-compatible"})
_MAX_FRAMES_DEEP = 3
# Thousands of tags that are never closed would each be read to the end.
_MAX_HEAD_TAG = 4000

# Where a tag begins that may have to change: it has attributes, or its name alone is enough.
_NEXT = re.compile(
    r"<(?:[!?]|/(?:[^a-zA-Z]|object|amp-img|amp-anim|svg|math|base|embed|param|applet)"
    r"|[a-zA-Z][^\t\n\f\r />]*+[\t\n\f\r /]|(?:script|style|title|textarea|xmp|iframe|noembed"
    r"|noframes|plaintext|svg|math|base|object|embed|param|applet)>)",
    re.IGNORECASE,
)
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
_SRCSET = re.compile(
    r"""(?<![\w-])(?:srcset|(?:data|lazy|nitro)-[a-z-]*+(?<=set))\s*+=\s*+("[^"]*"|'[^']*'|[^\s>]+)""",
    re.IGNORECASE | re.ASCII,
)
_MARKUP = re.compile(r"<(?!!\[CDATA\[)")
_STYLE_END = re.compile(r"</style(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
_DRAWING = re.compile(r"\.(?:svgz?|png|jpe?g|gif|webp|avif|bmp)(?:[?#]|$)", re.IGNORECASE)
_SWITCHED = re.compile(r"media\s*=\s*\\?['\"]([^'\"]*)", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """What is known while one page is rewritten.

    Attributes:
        links: Where its addresses lead.
        depth: Of frames within frames.
        captured: Addresses of `srcset` candidates that the archive has; None: not asked.
        sprites: Drawings in other files that the page uses, by address and fragment, with the
            name that stands for each of them in the page.
    """

    links: Links
    depth: int = 0
    captured: set[str] | None = None
    sprites: dict[str, str] = field(default_factory=dict)


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
    """Rewrite a page, leaving in ``page`` what is to be brought along with it."""
    links = page.links
    if "<base" in text[:200_000] or "<BASE" in text[:200_000]:
        links = _with_base(text, links)
    if page.depth == 0 and is_quirky(text[:2000]):
        links = replace(links, quirky=True)
    page.links = links
    if known is not None:
        page.captured = known(_candidates(text, links))
    return _Rewriter(text, page).run()


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


class _Rewriter:
    """One pass over one page."""

    def __init__(self, text: str, page: Page) -> None:
        self._text, self._page, self._links = text, page, page.links
        self._foreign = 0
        self._out: list[str] = []

    def run(self) -> str:
        text, out = self._text, self._out
        done = at = 0
        while match := _NEXT.search(text, at):
            start = match.start()
            out.append(text[done:start])
            at = done = self._take(start)
        out.append(text[done:])
        return "".join(out)

    def _take(self, start: int) -> int:
        """Write what stands for the tag at ``start``; where to go on."""
        text = self._text
        if text[start + 1] in "!?" or (text[start + 1] == "/" and not text[start + 2].isalpha()):
            return self._take_declaration(start)
        match = TAG.match(text, start)
        if match is None:
            # A tag that the text ends in is none, to browsers.
            return len(text)
        name, end = match[2].lower(), match.end()
        if match[1]:
            return self._take_end(name, start, end)
        if name in _FOREIGN and "/" not in match[4]:
            self._foreign += 1
        written = self._written(name, match)
        self._out.append(written)
        return self._take_content(name, end, written)

    def _take_declaration(self, start: int) -> int:
        text = self._text
        if self._foreign and text.startswith("<![CDATA[", start):
            stop = text.find("]]>", start)
            stop = len(text) if stop < 0 else stop
            # As text, which it is whether or not the browser still takes this for a drawing.
            self._out.append(escape(text[start + 9 : stop], quote=False))
            return stop + 3
        end = end_of_comment(text, start)
        if text[start + 2 : start + 9].lower() == "doctype":
            self._out.append(text[start:end])
        return end

    def _take_end(self, name: str, start: int, end: int) -> int:
        if name in _FOREIGN:
            self._foreign = max(0, self._foreign - 1)
        if name in _GONE:
            return end
        self._out.append(_ENDS.get(name, self._text[start:end]))
        return end

    def _take_content(self, name: str, end: int, written: str) -> int:
        """The text of elements whose content is no markup; where to go on."""
        text = self._text
        if name == "script":
            return _behind(text, end_of_script(text, end))
        if name in _RAW_DROPPED or (name == "iframe" and not self._foreign):
            stop = end_of_raw(text, end, name)
            return _behind(text, stop) if name != "iframe" else stop
        if name == "style":
            return self._take_style(end, written)
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

    def _take_style(self, end: int, written: str) -> int:
        text = self._text
        if written.endswith("/>") and self._foreign:
            return end
        if self._foreign:
            # Within a drawing a style sheet may hold markup, and that is read as such.
            found = _MARKUP.search(text, end)
            if found and not _STYLE_END.match(text, found.start()):
                return end
        stop = end_of_raw(text, end, "style")
        self._out.append(rewrite_style_element(text[end:stop], self._links.requisite))
        return stop

    def _written(self, name: str, match: re.Match[str]) -> str:
        if name in _DROPPED or name in _RAW_DROPPED:
            return ""
        if name in _AS_PRE and not self._foreign:
            return "<pre>"
        if name not in _SPECIAL and not _TELLING.search(match[3]):
            return match[0]
        tag = Tag(name, parse_attributes(match[3]), "/" in match[4])
        if name in _ANIMATIONS and "href" in tag.attributes.get("attributename", "").lower():
            return ""
        return self._rewritten(tag, match)

    def _rewritten(self, tag: Tag, match: re.Match[str]) -> str:
        before = dict(tag.attributes)
        name = tag.name
        prepare = _PREPARE.get(name)
        tail = prepare(tag, self._page) if prepare else ""
        if tail is None:
            return ""
        if name in ("img", "source", "iframe", "video", "image"):
            around = "" if name != "img" else self._text[match.end() : match.end() + 2000]
            behind = self._text[max(0, match.start() - 2000) : match.start()]
            if not has_stand_in(around, behind):
                fill_lazy(tag)
        elif "data-" in match[3]:
            fill_lazy(tag)
        if tag.name == "iframe" and "srcdoc" in tag.attributes:
            self._rewrite_srcdoc(tag)
        if name == "use":
            self._use(tag)
        if not rewrite_attributes(tag, self._links, self._page.captured):
            return ""
        if tag.attributes == before and tag.name == name and not tail:
            return match[0]
        if self._foreign and tag.name == name:
            # Names and attributes of drawings have capitals that count.
            return _with_capitals(tag, match) + tail
        return tag.write() + tail

    def _rewrite_srcdoc(self, tag: Tag) -> None:
        inner = Page(self._links, self._page.depth + 1)
        text = tag.attributes["srcdoc"] if inner.depth <= _MAX_FRAMES_DEEP else ""
        tag.attributes["srcdoc"] = _Rewriter(text, inner).run()

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


def _candidates(text: str, links: Links) -> set[str]:
    """Every address that a ``srcset`` of the page names, as the archive knows it."""
    found: set[str] = set()
    if "srcset" not in text and "set=" not in text:
        return found
    for match in _SRCSET.finditer(text):
        value = match[1]
        for url, _ in iter_candidates(_decoded(value[1:-1] if value[0] in "\"'" else value)):
            absolute = links.absolute(url)
            if absolute is not None:
                found.add(absolute)
    return found


def _decoded(value: str) -> str:
    return next(iter(parse_attributes(f' a="{value}"').values()), "") if "&" in value else value


def _meta(tag: Tag, page: Page) -> str | None:
    kind = tag.attributes.get("http-equiv", "").strip().lower()
    if kind == "refresh":
        refresh = parse_refresh(tag.attributes.get("content", ""))
        target = page.links.page(refresh[1]) if refresh else None
        if refresh is None or target is None:
            return None
        # Inert in the sandbox; kept for who reads the source. The frame page tells readers.
        tag.attributes |= {"name": "archived-refresh", "content": f"{refresh[0]:g}; {target}"}
    elif kind and kind not in _HTTP_EQUIV_KEPT:
        return None
    # What we send is UTF-8, and the header says so.
    return None if "charset" in tag.attributes else ""


def _link(tag: Tag, page: Page) -> str | None:  # noqa: ARG001 - as its siblings
    """Style sheets that a script would switch on are on; what only fetches ahead goes."""
    wanted = set(tag.attributes.get("rel", "").lower().split())
    loaded = tag.attributes.get("onload", "")
    as_style = tag.attributes.get("as", "").strip().lower() == "style"
    if wanted & {"preload", "prefetch"} and as_style and "stylesheet" not in wanted:
        tag.attributes["rel"] = "stylesheet"
        wanted = {"stylesheet"}
        del tag.attributes["as"]
    if "stylesheet" in wanted:
        switched = _SWITCHED.search(loaded)
        if switched or (loaded and tag.attributes.get("media", "").strip().lower() == "print"):
            tag.attributes["media"] = (switched[1] if switched else "") or "all"
        if not tag.attributes.get("href") and tag.attributes.get("data-href"):
            tag.attributes["href"] = tag.attributes["data-href"]
    return "" if wanted & _LINKED_REQUISITES else None


def _object(tag: Tag, page: Page) -> str | None:  # noqa: ARG001 - as its siblings
    """A drawing is shown as a picture; of all else what stands inside it, its own replacement."""
    data, kind = tag.attributes.get("data", ""), tag.attributes.get("type", "").strip().lower()
    tag.attributes.pop("data", None)
    if data and (kind.startswith("image/") or (not kind and _DRAWING.search(data))):
        tag.name = "img"
        tag.attributes["src"] = data
        return "<span hidden>"
    tag.name = "span"
    return ""


def _embed(tag: Tag, page: Page) -> str | None:  # noqa: ARG001 - as its siblings
    source, kind = tag.attributes.get("src", ""), tag.attributes.get("type", "").strip().lower()
    if not source or not (kind.startswith("image/") or (not kind and _DRAWING.search(source))):
        return None
    tag.name = "img"
    return ""


def _amp_img(tag: Tag, page: Page) -> str | None:  # noqa: ARG001 - as its siblings
    tag.name = "img"
    if tag.attributes.get("layout", "").lower() in ("responsive", "fill", "intrinsic"):
        style = tag.attributes.get("style", "")
        tag.attributes["style"] = f"{style};max-width:100%;height:auto".lstrip(";")
    return "<span hidden>"


_PREPARE: dict[str, Callable[[Tag, Page], str | None]] = {
    "meta": _meta,
    "link": _link,
    "object": _object,
    "embed": _embed,
    "amp-img": _amp_img,
    "amp-anim": _amp_img,
}
