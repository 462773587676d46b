"""Drawings (SVG): served on their own, or brought into the page that uses a piece of one.

``<use>`` of another file is refused by browsers to a sandboxed page, whose origin is like no other;
so the pieces that a page names are put into it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html.entities import html5
from urllib.parse import unquote, urldefrag

from lxml import etree

from archive.replay.address import Links
from archive.replay.attributes import ANIMATIONS, rewrite_attribute
from archive.replay.css import rewrite_style_element

# Elements that run or change where addresses lead; gone with their contents.
_DROPPED = frozenset({"script", "base", "embed", "applet", "iframe", "object", "foreignobject"})
_UNSTORABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"url\(\s*[\"']?#([^\"')\s]+)|^#(\S+)$")
# libxml2 compares each attribute of an element with all before it.
_MAX_ATTRIBUTES = re.compile(r"<[^<>]{500000}")
_MAX_PIECES = 200
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")

Read = Callable[[str], str | None]


def rewrite_svg(text: str, links: Links) -> str:
    """Rewrite a drawing served on its own.

    >>> links = Links("http://a.example/d/i.svg", "20260101000000", "")
    >>> rewrite_svg('<svg xmlns="http://www.w3.org/2000/svg"><script/><image href="p.png"/></svg>',
    ...             links)
    '<svg xmlns="http://www.w3.org/2000/svg"><image
    href="/web/20260101000000/http://a.example/d/p.png"/></svg>'
    """
    root = parse_xml(text)
    if root is None:
        return ""
    _rewrite_tree(root, links)
    return etree.tostring(root, encoding="unicode")


def bring_in(sprites: Mapping[str, str], links: Links, read: Read) -> str:
    """The pieces of other drawings that a page uses, as one hidden drawing; empty without any.

    Args:
        sprites: Address and fragment of each piece, and the id it is to have in the page.
        links: Of the page.
        read: The text of a drawing, by its address; None where it is not in the archive.
    """
    files: dict[str, dict[str, str]] = {}
    for address, name in list(sprites.items())[:_MAX_PIECES]:
        file, fragment = urldefrag(address)
        files.setdefault(file, {})[unquote(fragment)] = name
    pieces = [
        piece for file, wanted in files.items() for piece in _pieces(file, wanted, links, read)
    ]
    if not pieces:
        return ""
    style = "position:absolute;width:0;height:0;overflow:hidden"
    return f'<svg xmlns="http://www.w3.org/2000/svg" style="{style}">{"".join(pieces)}</svg>'


def _pieces(file: str, wanted: Mapping[str, str], links: Links, read: Read) -> Iterator[str]:
    text = read(file)
    root = parse_xml(text) if text else None
    if root is None:
        return
    _rewrite_tree(root, Links(file, links.timestamp, links.room))
    by_id = {str(e.get("id")): e for e in root.iter(etree.Element) if e.get("id")}
    names = dict(wanted)
    prefix = next(iter(wanted.values()))
    taken: list[str] = []
    waiting = [fragment for fragment in wanted if fragment in by_id]
    while waiting and len(taken) < _MAX_PIECES:
        fragment = waiting.pop()
        if fragment in taken:
            continue
        taken.append(fragment)
        names.setdefault(fragment, f"{prefix}-{len(taken)}")
        waiting += [name for name in _referred(by_id[fragment]) if name in by_id]
    for element in by_id.values():
        _rename(element, names)
    for fragment in taken:
        element = by_id[fragment]
        if not any(str(a.get("id")) in taken for a in element.iterancestors() if a.get("id")):
            yield _as_piece(element)


def _as_piece(element: etree._Element) -> str:
    element.tail = None
    etree.cleanup_namespaces(element)
    if _local(element.tag) == "svg":
        # A whole drawing is used as a symbol is.
        element.tag = str(element.tag).replace("}svg", "}symbol")
    return etree.tostring(element, encoding="unicode")


def _referred(element: etree._Element) -> Iterator[str]:
    for each in element.iter(etree.Element):
        for value in each.attrib.values():
            for match in _REFERENCE.finditer(str(value)):
                yield match[1] or match[2]


def _rename(element: etree._Element, names: Mapping[str, str]) -> None:
    def renamed(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return match[0].replace(f"#{name}", f"#{names.get(name, name)}")

    for key, value in list(element.attrib.items()):
        if key == "id":
            element.attrib[key] = names.get(str(value), str(value))
        elif "#" in str(value):
            element.attrib[key] = _REFERENCE.sub(renamed, str(value))
    for child in element:
        if isinstance(child.tag, str) and not child.get("id"):
            _rename(child, names)


def parse_xml(text: str) -> etree._Element | None:
    """The tree of an XML document, as far as it can be read; None where there is none."""
    data = text.encode("utf-8", "replace")
    if not data.strip() or _MAX_ATTRIBUTES.search(text):
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def xhtml_to_html(text: str) -> str | None:
    r"""A page that was served as XML, written as HTML; None where it is no XML.

    >>> xhtml_to_html('<html xmlns="http://www.w3.org/1999/xhtml"><body><p/></body></html>')
    '<!DOCTYPE html><html><body><p></p></body></html>'
    """
    root = parse_xml(_NAMED.sub(lambda match: html5.get(f"{match[1]};", match[0]), text))
    if root is None:
        return None
    etree.strip_elements(root, etree.Entity, with_tail=False)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    html = etree.tostring(root, encoding="unicode", method="html")
    return f"<!DOCTYPE html>{html}"


def _rewrite_tree(root: etree._Element, links: Links) -> None:
    # An entity of a drawing's own would be undefined once its DTD is gone.
    etree.strip_elements(
        root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False
    )
    for element in list(root.iter(etree.Element)):
        name = _local(element.tag)
        aims = element.get("attributeName") or element.get("attributename") or ""
        if name in _DROPPED or (name in ANIMATIONS and "href" in aims.lower()):
            _drop(element)
            continue
        for key, value in list(element.attrib.items()):
            plain = _local(str(key))
            rewritten = rewrite_attribute(name, plain, str(value), links)
            if rewritten is None:
                del element.attrib[key]
            elif rewritten != value:
                element.attrib[key] = _storable(rewritten)
        if name == "style" and element.text:
            element.text = _storable(rewrite_style_element(element.text, links.requisite))


def _drop(element: etree._Element) -> None:
    """Remove an element, keeping the text that follows it."""
    parent = element.getparent()
    if parent is None:
        # A document that is nothing but a script.
        element.text = None
        del element[:]
        element.attrib.clear()
        return
    tail, element.tail = element.tail, None
    before = element.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _storable(text: str) -> str:
    """The text without what a tree cannot hold; an escape in CSS may spell a control character."""
    return _UNSTORABLE.sub("\ufffd", text)


def _local(name: object) -> str:
    return str(name).rpartition("}")[2].rpartition(":")[2].lower()
