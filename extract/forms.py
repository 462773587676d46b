"""Comment forms, in no language at all: the markup says what they are.

A ``<form>`` with a ``<textarea>`` asks the reader to write. Everything around it that holds no
prose (headings, prompts, privacy and spam-filter notices) belongs to it.
"""

from itertools import islice

from lxml.html import HtmlElement

# A paragraph this long around the form is the article's, or a reader's comment worth keeping out
# of this rule's reach; prompts and legal notices measured on the development pages stay below.
LONG_PARAGRAPH_CHARS = 200
# A forum has a form for each post; beyond so many nothing new is learned.
_MAX_FORMS = 50


def find_comment_forms(root: HtmlElement) -> list[HtmlElement]:
    """Find the largest elements around comment forms that hold no long paragraph and no h1.

    >>> from extract.tree import parse
    >>> root = parse("<div><p>" + "Prose. " * 40 + "</p><div id=x><h3>Write</h3><form><textarea>"
    ...              "</textarea></form><p>Spam filter.</p></div></div>")
    >>> [element.get("id") for element in find_comment_forms(root)]
    ['x']
    """
    found: list[HtmlElement] = []
    for area in islice(root.iter("textarea"), _MAX_FORMS):
        form = next(area.iterancestors("form"), None)
        if form is None or _holds_prose(form):
            continue
        top = form
        for parent in form.iterancestors():
            if parent.tag in {"body", "html", "main", "article"} or _holds_prose(parent):
                break
            top = parent
        if top not in found:
            found.append(top)
    return found


def _holds_prose(element: HtmlElement) -> bool:
    if next(element.iter("h1"), None) is not None:
        return True
    return any(
        len(" ".join(p.text_content().split())) > LONG_PARAGRAPH_CHARS for p in element.iter("p")
    )
