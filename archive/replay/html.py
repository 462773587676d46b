"""Markup rewritten so that it runs nothing and asks nobody but the archive.

The parser is libxml2's, a browser's may differ on hostile markup: what slips through here meets
the sandbox and the Content-Security-Policy of headers.py, which no markup can change.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5

from lxml import etree

from archive.replay.address import Links, parse_refresh
from archive.replay.css import rewrite_css, rewrite_style_element
from archive.replay.srcset import rewrite_srcset

XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

# Elements that run, embed or change where addresses lead; gone with their contents.
_DROPPED = frozenset(
    {
        "script",
        "base",
        "embed",
        "applet",
        "portal",
        "fencedframe",
        "noembed",
        "noframes",
        "bgsound",
        "param",
    }
)
# Elements whose raw text parsers disagree about; shown as what they look like.
_AS_PRE = frozenset({"xmp", "plaintext", "listing"})
_ANIMATIONS = frozenset({"set", "animate", "animatetransform", "animatemotion"})

# Attributes that fetch, run, send or identify; gone. Besides them every `on…` goes.
_DROPPED_ATTRIBUTES = frozenset(
    {
        "action",
        "formaction",
        "ping",
        "integrity",
        "crossorigin",
        "nonce",
        "manifest",
        "codebase",
        "classid",
        "archive",
        "data",
        "longdesc",
        "profile",
        "target",
        "download",
        "referrerpolicy",
        "autofocus",
        "attributionsrc",
        "imagesrcset",
        "imagesizes",
        "blocking",
        "fetchpriority",
        "http-equiv",
    }
)
_REQUISITES = frozenset({"src", "poster", "background", "lowsrc", "dynsrc", "icon"})
_SRCSETS = frozenset({"srcset"})

# `rel` of a <link> that a page needs to look right; the others would only fetch ahead or announce.
_LINKED_REQUISITES = frozenset(
    {"stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}
)
_HTTP_EQUIV_KEPT = frozenset({"content-language", "default-style", "x-ua-compatible"})

# Scripts would have filled these in; without script a page shows its placeholders for ever.
_LAZY = {
    "src": ("data-src", "data-original", "data-lazy-src", "data-lazy"),
    "srcset": ("data-srcset", "data-lazy-srcset", "data-original-set"),
}
_MAX_FRAMES_DEEP = 3

_UNSTORABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")


def rewrite_html(text: str, links: Links, *, depth: int = 0) -> str:
    """Rewrite a page. An empty document stays one.

    >>> links = Links("http://a.example/", "20260101000000", "http://127.0.0.1:8080")
    >>> rewrite_html('<p onclick=x()>Hi<script>x()</script> <a href="/b">b</a>', links)
    '<html><body><p>Hi <a href="http://127.0.0.1:8080/view/20260101000000/http://a.example/b"
    target="_top">b</a></p></body></html>'
    """
    parser = etree.HTMLParser(  # type: ignore[call-arg]  # the stubs lack default_doctype
        encoding="utf-8",
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=True,
    )
    root = _parse(text, parser)
    if root is None:
        return ""
    rewrite_tree(root, links, depth=depth)
    return etree.tostring(root.getroottree(), encoding="unicode", method="html")


def rewrite_xhtml(text: str, links: Links) -> str:
    r"""Rewrite a page that was served as XML; what comes out is to be served as HTML.

    >>> links = Links("http://a.example/", "20260101000000", "")
    >>> rewrite_xhtml('<html xmlns="http://www.w3.org/1999/xhtml"><body><script/>'
    ...               '<p>A&nbsp;b<br/></p></body></html>', links)
    '<html><body><p>A\xa0b<br></p></body></html>'
    """
    named = _NAMED.sub(lambda match: html5.get(f"{match[1]};", match[0]), text)
    root = _parse(named, _xml_parser())
    if root is None:
        return rewrite_html(text, links)
    for element in root.iter(etree.Element):
        element.tag = _local(element.tag)
    etree.cleanup_namespaces(root)
    rewrite_tree(root, links)
    return etree.tostring(root.getroottree(), encoding="unicode", method="html")


def rewrite_svg(text: str, links: Links) -> str:
    """Rewrite a drawing served on its own.

    >>> links = Links("http://a.example/d/i.svg", "20260101000000", "")
    >>> rewrite_svg('<svg xmlns="http://www.w3.org/2000/svg"><script/><image href="p.png"/></svg>',
    ...             links)
    '<svg xmlns="http://www.w3.org/2000/svg"><image
    href="/20260101000000/http://a.example/d/p.png"/></svg>'
    """
    root = _parse(text, _xml_parser())
    if root is None:
        return ""
    rewrite_tree(root, links)
    return etree.tostring(root, encoding="unicode")


def find_refresh(text: str) -> tuple[float, str] | None:
    """Where a page sends its readers by ``<meta http-equiv=refresh>``: seconds and address.

    >>> find_refresh('<meta http-equiv="Refresh" content="0; url=/new">')
    (0.0, '/new')
    """
    # Bounded, as thousands that are never closed would each be read to the end.
    for match in re.finditer(r"<meta\s[^>]{0,2000}>", text[:200_000], re.IGNORECASE):
        if re.search(r"http-equiv\s*=\s*[\"']?refresh", match[0], re.IGNORECASE):
            element = _parse(match[0], etree.HTMLParser(encoding="utf-8"))
            metas = [] if element is None else element.iter("meta")
            return next((parse_refresh(meta.get("content", "")) for meta in metas), None)
    return None


def rewrite_tree(root: etree._Element, links: Links, *, depth: int = 0) -> None:
    """Rewrite every element below ``root``, in place."""
    links = _with_base(root, links)
    # An entity of a drawing's own would be undefined once its DTD is gone.
    etree.strip_elements(
        root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False
    )
    for element in list(root.iter(etree.Element)):
        name = _local(element.tag)
        if name in _DROPPED or (name in _ANIMATIONS and _aims_at_link(element)):
            _drop(element)
        else:
            _rewrite_element(element, name, links, depth)


def _with_base(root: etree._Element, links: Links) -> Links:
    for element in root.iter("{*}base"):
        # Only the first counts, as in browsers.
        href = element.get("href")
        if href is not None:
            base = links.absolute(href)
            return Links(links.document, links.timestamp, links.room, base or "", links.encoding)
    return links


def _rewrite_element(element: etree._Element, name: str, links: Links, depth: int) -> None:
    special = _SPECIAL.get(name)
    if special and not special(element, links):
        _drop(element)
        return
    if name in ("img", "source", "iframe"):
        _fill_lazy(element)
    if name == "iframe" and "srcdoc" in element.attrib:
        inner = element.get("srcdoc", "") if depth < _MAX_FRAMES_DEEP else ""
        element.attrib["srcdoc"] = _storable(rewrite_html(inner, links, depth=depth + 1))
    for key, value in list(element.items()):
        rewritten = _rewrite_attribute(name, _local(key), str(value), links)
        if rewritten is None:
            del element.attrib[key]
        elif rewritten != value:
            element.attrib[key] = _storable(rewritten)
    if name in ("a", "area") and not (element.get("href") or "#").startswith("#"):
        element.attrib["target"] = "_top"


def _rewrite_attribute(element: str, name: str, value: str, links: Links) -> str | None:
    """The attribute's new value; None when it goes."""
    if name.startswith("on") or name in _DROPPED_ATTRIBUTES:
        return None
    if name in _REQUISITES:
        return links.requisite(value)
    if name in _SRCSETS:
        return rewrite_srcset(value, links.requisite) or None
    if name == "href":
        return links.page(value) if element in ("a", "area") else links.requisite(value)
    if name == "style" or "url(" in value.lower():
        return rewrite_css(value, links.requisite)
    return value


def _meta(element: etree._Element, links: Links) -> bool:
    kind = (element.get("http-equiv") or "").strip().lower()
    if kind == "refresh":
        refresh = parse_refresh(element.get("content") or "")
        target = links.page(refresh[1]) if refresh else None
        if refresh is None or target is None:
            return False
        # Inert in the sandbox; kept for who reads the source. The frame page tells readers.
        element.attrib.update({"name": "archived-refresh", "content": f"{refresh[0]:g}; {target}"})
    elif kind and kind not in _HTTP_EQUIV_KEPT:
        return False
    # What we send is UTF-8, and the header says so.
    return "charset" not in element.attrib


def _link(element: etree._Element, links: Links) -> bool:  # noqa: ARG001 - as its siblings
    wanted = set((element.get("rel") or "").lower().split())
    return bool(wanted & _LINKED_REQUISITES)


def _style(element: etree._Element, links: Links) -> bool:
    if element.text:
        element.text = _storable(rewrite_style_element(element.text, links.requisite))
    return True


def _as(tag: str) -> Callable[[etree._Element, Links], bool]:
    def rename(element: etree._Element, links: Links) -> bool:  # noqa: ARG001 - as its siblings
        element.tag = tag
        return True

    return rename


_SPECIAL: dict[str, Callable[[etree._Element, Links], bool]] = {
    "meta": _meta,
    "link": _link,
    "style": _style,
    # An object is blocked; what stands inside it is its own replacement.
    "object": _as("div"),
    **dict.fromkeys(_AS_PRE, _as("pre")),
}


def _fill_lazy(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None and parent.find("noscript") is not None:
        # The page brings its own picture for readers without script.
        return
    for name, stand_ins in _LAZY.items():
        present = (element.get(name) or "").strip()
        found = next((element.get(key) for key in stand_ins if element.get(key)), None)
        if found and (not present or present.lower().startswith("data:")):
            element.attrib[name] = _storable(str(found))


def _aims_at_link(element: etree._Element) -> bool:
    attribute = element.get("attributeName") or element.get("attributename") or ""
    return "href" in attribute.lower()


def _drop(element: etree._Element) -> None:
    """Remove an element, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        # A document that is nothing but a script.
        element.text = None
        del element[:]
        element.attrib.clear()
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def _storable(text: str) -> str:
    """The text without what a tree cannot hold; an escape in CSS may spell a control character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _parse(text: str, parser: etree.HTMLParser | etree.XMLParser) -> etree._Element | None:
    # Surrogates cannot come out of a decoder, but a str may hold them.
    data = text.encode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _xml_parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )


@lru_cache(maxsize=4096)
def _local(name: str | bytes) -> str:
    plain = name if isinstance(name, str) else bytes(name).decode("utf-8", "replace")
    return plain.rpartition("}")[2].rpartition(":")[2].lower()
