"""What is not the article, by markup: marked before the text is read, so that it can be shown.

Pruning by class name without a guard costs more articles than it cleans ("related" -.020 F1,
"comments" -.008): one guard stands before every mark. It compares what the element holds with what
would be left, in characters weighed by script, and nothing goes that holds the h1.
"""

import re
from collections import Counter
from contextlib import suppress
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from extract.forms import find_boxes, find_comment_forms
from extract.hosts import host_of
from extract.lines import MIN_PROSE_CHARS, Line, unlinked, weigh

# Share of the page's paragraph text that a pruned container may hold.
MAX_PROSE_SHARE = 0.15
# A caption may be long beside a short report.
MAX_CAPTION_SHARE = 0.3
# What comment forms and notices take may be longer than a short story; so much must be left.
_NOTICE = re.compile(r"comment form|role 'dialog'|class '(?:cookie|consent|gdpr|modal|pop-?up)")
MIN_LEFT_CHARS = 250
MIN_LEFT_SHARE = 0.25
# Share that all elements of one rule may hold together.
MAX_RULE_SHARE = 0.25
# Thousands of containers in each other would all read the same paragraphs; real pages read 2,000.
MAX_PARAGRAPHS_READ = 200_000
# A box of facts may be longer than its story; it goes when a story is left.
# Wherever they stand: in an aside, in a footer.
NOTES = re.compile(r"\b(?:doc-)?(?:foot|end)-?notes?(?![a-z])", re.IGNORECASE)
_UNFOLDING = re.compile(r"class '(?:read|see|more)-?(?:more|on|about)'$")
_EMBEDDING = re.compile(r"class 'embed")
# A "read more" of links has less of its text outside them, one of an excerpt and its headline .7.
MIN_TOLD_SHARE = 0.9
_BOX = re.compile(r"class '(?:[\w-]*-)?(?:fact-?box|info-?box|fakta\w*|infokasten)")
MIN_STORY_CHARS = 800

_DEAD_TAG = "microfiche-dead"
Marks = dict[HtmlElement, str]

# Never text, once what holds some is unfolded. Most of <noscript> repeats pictures.
_DEAD = (
    "script",
    "style",
    "svg",
    "template",
    "iframe",
    "object",
    "embed",
    "applet",
    "canvas",
    "noscript",
    "map",
    "audio",
    "video",
    "select",
    "datalist",
    "option",
    "head",
    "math-field",
    "dialog",
)
_BY_TAG = {
    "nav": "nav element",
    "footer": "footer element",
    "aside": "aside element",
    "button": "button element",
    "menu": "menu element",
    "form": "form element",
    "fieldset": "form element",
    "label": "form element",
    "textarea": "form element",
    "input": "form element",
}
# Parts of a sentence, and the two roots: never furniture by their name.
_NEVER = frozenset(
    {
        "a",
        "abbr",
        "b",
        "body",
        "br",
        "cite",
        "code",
        "em",
        "font",
        "hr",
        "html",
        "i",
        "img",
        "ins",
        "mark",
        "meta",
        "link",
        "main",
        "q",
        "s",
        "small",
        "source",
        "strong",
        "sub",
        "sup",
        "tbody",
        "td",
        "thead",
        "time",
        "tr",
        "u",
        "wbr",
        "picture",
    }
)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_WORDS = (
    # related and further reading
    r"related|relaterat|relacionad\w*|correlat\w*|gerelateerd|powiazane|ilgili|verwandt\w*|"
    r"recommend\w*|recirc\w*|empfehl\w*|read-?more|readmore|read-?next|read-?also|also-?read|"
    r"lire-?aussi|lees-?ook|les-?ogsa|leggi-?anche|leia-?(?:mais|tambem)|saiba-?mais|see-?also|"
    r"more-?(?:from|on|stories|news|articles|like|about)|most-?(?:read|popular|viewed)|trending|"
    r"popular\w*|up-?next|next-?(?:article|story|post|up)|prev-?next|nextprev|outbrain|taboola|zergnet|"
    r"teads|jp-relatedposts|teaser-?list|linklist|link-?list|"
    # newsletter, subscription, account
    r"newsletter\w*|subscri\w*|suscri\w*|abonn\w*|sign-?up|signup|sign-?in|login|register|registration|"
    r"paywall-?(?:overlay|prompt|banner|message|offer|cta|promo|teaser|notice|barrier|box)|regwall|premium-?(?:box|teaser)|member-?(?:ship|promo)|donat\w*|support-?us|"
    # sharing, following
    r"share\w*|sharing|sharedaddy|sociali?\w*|addthis\w*|addtoany\w*|follow-?(?:us|me|on)?|teilen|"
    r"partage\w*|compartir|compartilh\w*|condividi|paylas\w*|whatsapp|"
    # advertising
    r"ad|ads|advert\w*|adslot|ad-?(?:slot|container|wrapper|unit|label|box)|anzeige\w*|werbung|"
    r"publicid\w*|publicit\w*|reklam\w*|annons\w*|sponsor\w*|promo|promos|promotion\w*|promobox|affiliate\w*|"
    # comments
    r"comments?|comment-?(?:list|form|respond|section|area|count|link)|commentlist|disqus\w*|respond|"
    r"kommentar\w*|comentario\w*|commentaires?|"
    # page furniture
    r"breadcrumb\w*|sidebar\w*|side-?bar|toolbar\w*|navbar|nav|navigation|menu|pagination|pager|"
    r"cookie\w*|consent\w*|gdpr|popup\w*|pop-?up|modal\w*|lightbox\w*|tooltip\w*|toast|"
    r"site-?(?:header|footer)|page-?footer|article-?footer|post-?footer|entry-?footer|footer|"
    r"tags?|tag-?list|taglist|tags-?links|cat-?links|topics?|keywords|categories|etiquetas|"
    r"skip-?link|screen-?reader\w*|sr-?only|visually-?hidden|visuallyhidden|hidden-?print|print-?only|"
    r"feedback|survey|poll|quiz|vote|voting|rating|ratings|reactions?|print-?(?:link|button)|"
    r"app-?(?:promo|banner|download)|download-?app|push-?notification\w*|google-?news|"
    # authors
    r"author-?(?:bio|box|info|card|description|profile|about|details|block)|about-?(?:the-)?author|"
    r"bio|biography|byline\w*|autor-?(?:box|info)|post-?author|article-?author\w*|"
    # about the article
    r"entry-?meta|post-?meta|article-?meta|meta-?data|timestamp|dateline|reading-?time|read-?time|"
    r"post-?date|publish\w*-?date|last-?updated|copyright|"
    # media
    r"caption\w*|figcaption|image-?credit|photo-?credit|media-?caption|wp-caption-text|"
    r"carousel\w*|slider|player|video-?(?:player|list|playlist|title|meta|caption)|podcast-?\w*|"
    r"fact-?box|factbox|info-?box|infobox|fakta-?(?:boks|ruta|box)|infokasten|"
    r"absatzbild|bild-?(?:info|text|unterschrift|quelle)|bildunterschrift|image-?(?:info|text|description)|"
    r"playlist|jw-?player|brightcove|embed\w*"
)
# Of a lower-case name: alternatives that ignore case take several times as long.
_NAME = re.compile(rf"(?<![^\s_-])(?:{_WORDS})(?![^\s_-])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CAPTION = re.compile(r"caption|image-?|photo-?credit|bild", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*0", re.IGNORECASE
)
# ", opens new tab" in the middle of a sentence is read out, not seen. What is shorter may be the
# initial that a large picture of it stands for.
_READ_OUT = re.compile(r"\b(?:screen-?reader|sr-?only|visually-?hidden)", re.IGNORECASE)
_MIN_READ_OUT_CHARS = 8
_MAX_READ_OUT_CHARS = 60


def drop_dead(root: HtmlElement) -> None:
    """Take out, for good, what never holds text of the article, of a tree that is unfolded."""
    for span in list(root.iter("span")):
        if _is_read_out(span) and _in_sentence(span):
            span.tag = _DEAD_TAG
    # In C, and without joining the texts around each element: thousands in one paragraph would
    # take time by their square.
    etree.strip_elements(root, *_DEAD, _DEAD_TAG, with_tail=False)


def drop_marked(root: HtmlElement, marks: Marks) -> None:
    """Take the marked elements out of their tree; the text behind them stays."""
    tags = [(element, element.tag) for element in marks]
    for element in marks:
        element.tag = _DEAD_TAG
    etree.strip_elements(root, _DEAD_TAG, with_tail=False)
    for element, tag in tags:
        with suppress(ValueError):  # a parser gives names that nobody may set
            element.tag = tag


def find_furniture(root: HtmlElement, url: str = "") -> Marks:
    """Mark the elements that may hold furniture, each with its rule.

    >>> from extract.tree import parse
    >>> root = parse("<div class='c-relatedLinks'><a>More</a></div><p>" + "Prose. " * 30)
    >>> list(find_furniture(root).values())
    ["class 'related'"]
    """
    marks: Marks = dict.fromkeys(find_comment_forms(root), "comment form")
    boxes = find_boxes(root, host_of(url))
    marks |= dict.fromkeys((box for box in boxes if box not in marks), "form or choice")
    small = _Small(root)
    outside: set[HtmlElement] = set()
    for element in root.iter(etree.Element):
        rule = None if element.tag in _NEVER else _rule(element)
        if rule is None or element in marks or _is_inside(element, marks, outside):
            continue
        if (element.tag == "span" and _in_sentence(element)) or _tells(element, rule):
            continue
        is_free = _BOX.match(rule) or (_NOTICE.match(rule) and not _has_headline(element))
        if is_free or small.holds(element):
            marks[element] = rule
    return marks


def guard(marks: Marks, lines: list[Line]) -> Marks:
    """Take back the marks that would cost the article: what they take against what is left.

    Of a rule that hits many elements, each small, the sum counts: a guide of forty products, each
    in a "slideshow" of its own, is the article. The lines of marks taken back lose their rule.
    """
    told = [line for line in lines if line.is_told]
    held: Counter[HtmlElement] = Counter()
    by_rule: Counter[str] = Counter()
    for line in told:
        if line.marked is not None:
            held[line.marked] += line.chars
            by_rule[marks[line.marked]] += line.chars
    total = sum(line.chars for line in told) or 1
    left = sum(line.chars for line in told if line.marked is None)
    back = {
        element
        for element, rule in marks.items()
        if held[element] and _costs(rule, held[element], by_rule[rule], total=total, left=left)
    }
    for line in lines:
        if line.marked in back:
            line.rule = line.marked = None
    return {element: rule for element, rule in marks.items() if element not in back}


def _costs(rule: str, held: int, by_rule: int, *, total: int, left: int) -> bool:
    """Tell whether a mark would cost the article, by weighed characters of running text.

    Args:
        rule: the mark's.
        held: what the element holds.
        by_rule: what all elements of the rule hold.
        total: what the page holds.
        left: what stands in no mark.
    """
    if rule.startswith("outlet "):
        return False
    if _BOX.match(rule):
        return total - by_rule < MIN_STORY_CHARS
    if _NOTICE.match(rule):
        return left < max(MIN_LEFT_CHARS, MIN_LEFT_SHARE * held)
    share = MAX_CAPTION_SHARE if is_caption(rule) else MAX_PROSE_SHARE
    return rule == "hidden" or held > share * total or by_rule > MAX_RULE_SHARE * total


def _tells(element: HtmlElement, rule: str) -> bool:
    """Tell whether an element holds what its name does not say: a folded text, a table."""
    if _UNFOLDING.match(rule):
        told, chars = unlinked(element), weigh(element.text_content())
        return told >= MIN_PROSE_CHARS and told >= MIN_TOLD_SHARE * chars
    return bool(_EMBEDDING.match(rule)) and next(element.iter("table"), None) is not None


def _in_sentence(span: HtmlElement) -> bool:
    parent = span.getparent()
    return (
        bool((span.tail or "").strip())
        or (parent is not None and bool((parent.text or "").strip()))
        or (parent is not None and parent.tag in {"p", "li", "a", "span", "h1", "h2", "h3"})
    )


def _is_read_out(span: HtmlElement) -> bool:
    named = _READ_OUT.search(span.get("class") or "")
    clipped = _HIDDEN.search(span.get("style") or "")
    chars = len(span.text_content()) if named or clipped else 0
    return _MIN_READ_OUT_CHARS <= chars <= _MAX_READ_OUT_CHARS


def _is_inside(element: HtmlElement, marks: Marks, outside: set[HtmlElement]) -> bool:
    """Tell whether an ancestor is marked; ``outside`` remembers those that are not in any."""
    passed = []
    for parent in element.iterancestors():
        if parent in marks:
            return True
        if parent in outside:
            break
        passed.append(parent)
    outside.update(passed)
    return False


def _rule(element: HtmlElement) -> str | None:
    if NOTES.search(f"{element.get('role')} {element.get('class')} {element.get('id')}"):
        return None
    if rule := _BY_TAG.get(element.tag):
        return rule
    name = element.get("class") or ""
    identity = element.get("id")
    # Ids of headings and sections are often slugs of their text: "how-to-follow-the-vote".
    # Others are random: "block-id-n1AuAdJlVL" holds no advertisement.
    is_slug = identity and (identity.count("-") >= 3 or any(map(str.isdigit, identity)))
    if identity and not is_slug and element.tag not in _HEADINGS:
        name = f"{name} {identity}"
    if name and (word := _named(name)):
        return f"class '{word}'"
    role = element.get("role")
    if role in {"navigation", "complementary", "contentinfo", "search", "dialog", "banner"}:
        return f"role '{role}'"
    return "hidden" if is_hidden(element) else None


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether an element itself says that it is not shown."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return bool((style := element.get("style")) and _HIDDEN.search(style))


@lru_cache(maxsize=8192)
def _named(name: str) -> str | None:
    match = _NAME.search(_CAMEL.sub("-", name).lower())
    return match[0] if match else None


def _has_headline(element: HtmlElement) -> bool:
    return next(element.iter("h1"), None) is not None


class _Small:
    """Tells which elements hold little of the page's prose, and no h1.

    Prose is what stands in paragraphs; on a page that has most of its text elsewhere (line breaks,
    divisions), what stands in no link.
    """

    def __init__(self, root: HtmlElement) -> None:
        prose = sum(weigh(p.text_content()) for p in root.iter("p"))
        # With its links first: where that is little enough, they need not be weighed.
        self._by_paragraphs = 2 * prose >= (told := weigh(root.text_content())) or (
            2 * prose >= (told := unlinked(root))
        )
        self._limit = MAX_PROSE_SHARE * ((prose if self._by_paragraphs else told) or 1)
        self._steps = MAX_PARAGRAPHS_READ

    def holds(self, element: HtmlElement) -> bool:
        if _has_headline(element):
            return False
        if not self._by_paragraphs:
            self._steps -= len(element)
            return self._steps >= 0 and unlinked(element) <= self._limit
        left = self._limit
        for p in (element,) if element.tag == "p" else element.iter("p"):
            left -= weigh(p.text_content())
            self._steps -= 1
            if left < 0 or self._steps < 0:
                return False
        return True


def is_caption(rule: str | None) -> bool:
    """Tell whether a rule names a caption, which is kept as one.

    >>> is_caption("class 'wp-caption-text'"), is_caption("class 'share'")
    (True, False)
    """
    return rule is not None and bool(_CAPTION.search(rule))
