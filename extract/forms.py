"""Forms and choices, in no language at all: the markup says what they are.

A ``<form>`` with a ``<textarea>`` asks the reader to write. Everything around it that holds no
prose (headings, prompts, privacy and spam-filter notices) and not most of the page's text belongs
to it. A field for an address or
a password asks for a reader's account, as a link to one does that stands by itself; two buttons
under a few words ask for consent.
"""

import re
from collections import Counter
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from extract.lines import unlinked, weigh
from extract.services import leads_to_account

# A paragraph this long around the form is the article's, or a reader's comment worth keeping out
# of this rule's reach; prompts and legal notices measured on the development pages stay below.
LONG_PARAGRAPH_CHARS = 200
# Of the text of a page that is in no link: stories set without paragraphs hold more.
MAX_FORM_SHARE = 0.5
# What stands around a field for an address: a heading, a promise, a note on privacy.
MAX_BOX_CHARS = 400
_MAX_BOX_PARAGRAPHS = 3
# With labels, options and the boxes within; the largest of the development pages has 40.
MAX_BOX_ELEMENTS = 120
_MAX_FIELDS = 200
# A field for a number may stand below numbers to call, buttons below any text.
_ASKING = frozenset({"email", "password"})
_CALLING = "tel"
# A sentence of its own that a box may hold: what the letter promises, or whom a reader agrees with.
_MAX_PROMISES = 1
_SENTENCE = re.compile(r"\w.*[.!?…。！？؟।][\"”’»)]?$")
_HOLDERS = frozenset({"div", "section", "center"})
_NOT_IN_BOX = frozenset({"h1", "figure", "picture", "img", "video", "audio"})
# A forum has a form for each post; beyond this many nothing new is learned.
_MAX_FORMS = 50
# Real pages are at most 60 deep.
_MAX_LEVELS = 60


def find_comment_forms(root: HtmlElement) -> list[HtmlElement]:
    """Find the largest elements around comment forms that hold no long paragraph and no h1.

    >>> from extract.tree import parse
    >>> root = parse("<div><p>" + "Prose. " * 40 + "</p><div id=x><h3>Write</h3><form><textarea>"
    ...              "</textarea></form><p>Spam filter.</p></div></div>")
    >>> [element.get("id") for element in find_comment_forms(root)]
    ['x']
    """
    found: list[HtmlElement] = []
    forms = (next(area.iterancestors("form"), None) for area in root.iter("textarea"))
    own = [form for form in islice(forms, _MAX_FORMS) if form is not None]
    limit = MAX_FORM_SHARE * unlinked(root) if own else 0
    for form in own:
        if _holds_prose(form, limit):
            continue
        top = form
        for parent in islice(form.iterancestors(), _MAX_LEVELS):
            if parent.tag in {"body", "html", "main", "article"} or _holds_prose(parent, limit):
                break
            top = parent
        if top not in found:
            found.append(top)
    return found


def find_boxes(root: HtmlElement, host: str = "") -> list[HtmlElement]:
    """Find the boxes around fields for addresses and passwords, and around pairs of buttons.

    Args:
        root: the page, not changed.
        host: of the page; links to the reader's account lead there.

    >>> from extract.tree import parse
    >>> root = parse("<article><p>" + "Prose. " * 90 + "</p><div id=x><h3>Our letter</h3>"
    ...              "<p>Every day.</p><form><input type=email></form></div></article>")
    >>> [element.get("id") for element in find_boxes(root)]
    ['x']
    """
    found = []
    for field in islice(root.iter("input"), _MAX_FIELDS):
        asked = (field.get("type") or "").lower()
        if asked in _ASKING or asked == _CALLING:
            found.append(_box_around(field, _MAX_PROMISES if asked in _ASKING else 0))
    # No climbing here: a headline's box holds buttons to share, and the standfirst.
    buttons = Counter(b.getparent() for b in islice(root.iter("button"), _MAX_FIELDS))
    found += [b for b, n in buttons.items() if n >= 2 and b is not None and _is_box(b, 0)]
    links = (a for a in root.iter("a") if leads_to_account(a.get("href") or "", host))
    held = dict.fromkeys(a.getparent() for a in links)
    found += [b for b in held if b is not None and b.tag in _HOLDERS and not _is_said(b)]
    return [box for box in found if _is_box(box)]


def _is_said(element: HtmlElement) -> bool:
    """Tell whether a division holds a sentence with a link in it, or stands beside one."""
    beside = (element, element.getprevious(), element.getnext())
    return any(e is not None and e.tag == element.tag and _has_sentence(e) for e in beside)


def _has_sentence(element: HtmlElement) -> bool:
    """Tell whether text directly in an element is a sentence, mostly without a link."""
    own = "".join((element.text or "", *(child.tail or "" for child in element)))
    words = " ".join(own.split())
    linked = sum(len(a.text_content()) for a in islice(element.iterchildren("a"), _MAX_FIELDS))
    return bool(_SENTENCE.match(words)) and linked < len(words)


def _box_around(element: HtmlElement, promises: int) -> HtmlElement:
    """Climb to the largest element that is still a box."""
    box = element
    for parent in element.iterancestors():
        if not _is_box(parent, promises):
            break
        box = parent
    return box


def _is_box(element: HtmlElement, promises: int = _MAX_BOX_PARAGRAPHS) -> bool:
    """Tell whether an element is small enough, with this many sentences of its own at most."""
    if element.tag in {"body", "html", "main", "article", "td", "tr", "table"}:
        return False
    # Larger ones are not looked through: each field asks the elements around it.
    inside = list(islice(element.iter(etree.Element), MAX_BOX_ELEMENTS + 1))
    if len(inside) > MAX_BOX_ELEMENTS or any(e.tag in _NOT_IN_BOX for e in inside):
        return False
    texts = [e for e in inside if e.tag == "p"]
    if len(texts) > _MAX_BOX_PARAGRAPHS or sum(map(_promises, texts)) > promises:
        return False
    return len(" ".join(element.text_content().split())) <= MAX_BOX_CHARS


def _promises(paragraph: HtmlElement) -> bool:
    """Tell whether a paragraph is a sentence without a link."""
    if next(paragraph.iter("a"), None) is not None:
        return False
    return bool(_SENTENCE.match(" ".join(paragraph.text_content().split())))


def _holds_prose(element: HtmlElement, limit: float) -> bool:
    if next(element.iter("h1"), None) is not None:
        return True
    if any(weigh(p.text_content()) > LONG_PARAGRAPH_CHARS for p in element.iter("p")):
        return True
    return unlinked(element) > limit
