"""Where the text of an article itself leads: its outgoing links, and the words they stand on."""

from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement

from extract.article import Link
from extract.lines import INVISIBLE, Line

MAX_LINKS = 300
"""A list of references is about as long; a page with more is a directory."""


def base_of(root: HtmlElement, url: str) -> str:
    """What the links of a page are relative to: its ``<base>``, else its address."""
    base = root.find(".//base[@href]")
    return url if base is None else _joined(url, base.get("href") or "") or url


def find_links(lines: Iterable[Line], base: str, url: str) -> tuple[Link, ...]:
    """The links of the lines that are the article's body, each target once, in reading order.

    Links within the page, to scripts and to mail are left out.

    Args:
        lines: those of the page, the body chosen.
        base: what they are relative to.
        url: its address.
    """
    found: dict[str, Link] = {}
    held: set[HtmlElement] = set()
    for line in lines:
        if not line.chosen or not line.link_chars or line.element in held:
            continue
        held.add(line.element)
        for anchor in line.element.iter("a"):
            words = INVISIBLE.sub("", str(anchor.text_content())).split()
            href = (anchor.get("href") or "").strip()
            to, _ = urldefrag("" if href.startswith("#") else _joined(base, href))
            if words and "".join(words) in line.key and _leads_away(to, url):
                found.setdefault(to, Link(to, " ".join(words)))
    return tuple(found.values())[:MAX_LINKS]


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def _leads_away(to: str, url: str) -> bool:
    return to.startswith(("http://", "https://")) and to != urldefrag(url)[0]
