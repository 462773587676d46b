"""Text that a browser shows and the markup hides: opened up before anything is read.

What stands in a ``<noscript>`` is the page where no script runs: it is read where the rest of the
page says less. A declarative shadow root is shown by the browser as it stands. Ruby readings are
no words of the text, and a span that is set as a block is a paragraph.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

from extract.lines import unlinked

# What a notice says of scripts that are needed is shorter; a body is longer.
MIN_NOSCRIPT_CHARS = 200
_MAX_NOSCRIPTS = 50
_SHADOW = ("shadowrootmode", "shadowroot")
_BLOCK = re.compile(r"display\s*:\s*block", re.IGNORECASE)


def unfold(root: HtmlElement) -> str | None:
    """Open what holds text of the page; the tree is changed.

    Returns:
        Where the text of the page stands, when it is no common place.

    >>> from extract.tree import parse
    >>> page = parse("<div id=app></div><noscript><p>" + "He told it. " * 30 + "</p></noscript>")
    >>> unfold(page), unfold(page)
    ('noscript', None)
    """
    etree.strip_elements(root, "rt", "rp", with_tail=False)
    for span in root.iter("span"):
        if _BLOCK.search(span.get("style") or ""):
            span.tag = "div"
    found = None
    for template in list(root.iter("template")):
        if any(template.get(name) is not None for name in _SHADOW):
            template.tag, found = "div", "declarative shadow root"
    return "noscript" if _open_noscripts(root) else found


def _open_noscripts(root: HtmlElement) -> bool:
    body = root.find(".//body")
    if body is None:
        return False
    hidden = list(body.iter("noscript"))[:_MAX_NOSCRIPTS]
    held = sum(map(unlinked, hidden))
    if held < MIN_NOSCRIPT_CHARS:
        return False
    scripts = sum(len(s.text or "") for name in ("script", "style") for s in body.iter(name))
    if 2 * held < unlinked(body) - scripts:
        return False
    for element in hidden:
        element.tag = "div"
    return True
