"""What stands beside a story, other stories and comments: their names and dates are not its."""

import re
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from extract.lines import weigh

_OTHERS = frozenset(
    {"nav", "aside", "footer", "form", "select", "blockquote", "figure", "figcaption"}
)
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:related|comments?|commentlist|recommend\w*|teasers?|sidebar|widgets?|popular|"
    r"trending|footer|promo|newsletter|most-?read|latest|more-?(?:from|stories|posts)|"
    r"read-?(?:more|next)|author-?(?:bio|box|info-?box)|about-?(?:the-)?author|bio|carousel|"
    r"replies|reply)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MAX_STEPS = 8
_MIN_PROSE = 150
_H1_ABOVE = etree.XPath("preceding::h1[ancestor::article][1]")
# Below a headline, and above all of the text but a lead.
_NEAR_HEAD = etree.XPath("boolean(preceding::h1) and count(preceding::p[string-length(.)>150]) < 2")


def is_beside(element: HtmlElement, *, itself: bool = False) -> bool:
    """Tell whether an element stands in a box of other stories, comments or a note, or is one."""
    steps = (element, *element.iterancestors()) if itself else element.iterancestors()
    for step, outer in enumerate(steps):
        # What holds the headline is the story's, whatever its class names.
        if step >= _MAX_STEPS or outer.tag in {"body", "main"} or outer.find(".//h1") is not None:
            return False
        if outer.tag in _OTHERS:
            return True
        marks = f"{outer.get('class', '')} {outer.get('id', '')}"
        if outer.tag == "article" and _heads_another(outer):
            return True
        if outer.tag != "article" and _BESIDE.search(marks):
            return True
    return False


def is_of_another(element: HtmlElement) -> bool:
    """Tell whether an element stands in the article of another story, below the page's own."""
    steps = islice(element.iterancestors("article"), _MAX_STEPS)
    return any(map(_heads_another, steps))


def _heads_another(article: HtmlElement) -> bool:
    """Tell whether an article is of another story: below the one with the h1, and not within it.

    It begins with a heading, or is a teaser: a story may be cut into several articles.
    """
    above: Any = _H1_ABOVE(article)
    held = (next(h1.iterancestors("article")) for h1 in above)
    if not any(other not in article.iterancestors() for other in held):
        return False
    parts = article.iter("h2", "h3", "h4", "p")
    first = next((e for e in parts if e.tag != "p" or weigh(e.text_content()) > _MIN_PROSE), None)
    return first is None or first.tag != "p"


def is_near_head(element: HtmlElement) -> bool:
    """Tell whether an element stands between the headline and the second paragraph."""
    return bool(_NEAR_HEAD(element))
