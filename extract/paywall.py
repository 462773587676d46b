"""How much of its article a page gave away."""

import re

from extract.article import Evidence, Paywall
from extract.lines import Line, weigh
from extract.refusals import Words, load_offers
from extract.structured import Structured, as_list, as_text
from extract.title import fold

# A text cut off by a paywall is a few paragraphs; with less there is nothing to read.
_CLOSED_CHARS = 250
# An offer stands where the text ends: below it are its terms, or the name of another story.
_END_CHARS = 600
_MAX_BEHIND = 200
_REACH = 15
_MAX_OFFER_CHARS = 400
_RULE = "paywall words: the text ends in an offer"
# Of what is furniture by its markup, only what sells: to comment may need a subscription, too.
_SELLS = re.compile(
    r"paywall|regwall|premium|subscri|suscri|abonn|abo\b|member|promo|donat|sign-?(?:in|up)|login|"
    r"register|registration|modal|popup|form",
    re.IGNORECASE,
)


def drop_offer(lines: list[Line]) -> bool:
    """Take the offer of a paywall out of the end of the body; tell whether one stands there.

    A page with its whole article may have such an offer in its menu or among its stories: only
    what stands by the last paragraphs counts, and a line that sells is short and no link.
    """
    words = load_offers()
    near = _near_the_end(lines)
    offers = {i for i in near if _may_sell(lines[i]) and words.heads.find(fold(lines[i].text))}
    behind = {i: weigh(lines[i].text) for i in near if lines[i].chosen and i not in offers}
    offers = {i for i in offers if sum(w for j, w in behind.items() if j > i) <= _MAX_BEHIND}
    if not offers:
        return False
    first = min(offers)
    for i in near:
        if lines[i].chosen and (i in offers or (i > first and _is_term(lines[i], words))):
            lines[i].drop(_RULE)
    return True


def _near_the_end(lines: list[Line]) -> range:
    """Give the places of the last lines of the body and of what follows them."""
    chosen = [i for i, line in enumerate(lines) if line.chosen]
    last = first = chosen[-1] if chosen else 0
    left = _END_CHARS
    for i in reversed(chosen):
        left -= weigh(lines[i].text)
        if left < 0:
            break
        first = i
    return range(first if left < 0 else 0, min(len(lines), last + _REACH))


def _may_sell(line: Line) -> bool:
    if line.marked is not None and not _SELLS.search(line.rule or ""):
        return False
    return weigh(line.text) <= _MAX_OFFER_CHARS and 2 * line.link_chars <= line.chars


def _is_term(line: Line, words: Words) -> bool:
    """Tell whether a line below an offer is one of its terms: a price, a login."""
    return weigh(line.text) <= _MAX_OFFER_CHARS and bool(words.lines.find(fold(line.text)))


def find_paywall(
    said: Structured, chars: int, *, ends_in_offer: bool
) -> tuple[Paywall, Evidence | None]:
    """Tell how much of the article the page gave away.

    Args:
        said: its statements; ``isAccessibleForFree`` and content tiers count first.
        chars: length of the body.
        ends_in_offer: whether the text ends in the offer of a paywall, which counts second.
    """
    free, rule = _stated_free(said)
    if free is None and ends_in_offer:
        free, rule = False, _RULE
    if free is None:
        return Paywall.UNKNOWN, None
    state = Paywall.OPEN
    if not free:
        state = Paywall.CLOSED if chars < _CLOSED_CHARS else Paywall.PARTIAL
    return state, Evidence("paywall", state.value, rule)


def _stated_free(said: Structured) -> tuple[bool | None, str]:
    parts = [p for p in as_list(said.article.get("hasPart")) if isinstance(p, dict)]
    for node in (said.article, *parts):
        value = node.get("isAccessibleForFree")
        if value is not None:
            word = str(value if not isinstance(value, (list, dict)) else as_text(value)).lower()
            return "false" not in word and word != "no", "json-ld isAccessibleForFree"
    tier = (said.find_meta("article:content_tier", "content_tier") or "").lower()
    if tier:
        return tier == "free", "meta content_tier"
    return None, ""
