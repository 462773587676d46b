"""Chosen lines that are no part of the story: one rule a function, each switchable."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from extract.article import BlockKind
from extract.body import find_container
from extract.furniture import find_furniture_rule
from extract.hosts import host_of
from extract.lines import MIN_LINK_ONLY, Line
from extract.names import is_person
from extract.outskirts import find_outskirts
from extract.repeats import find_repeats
from extract.services import leads_home, leads_to_account, leads_to_sharing
from extract.slides import find_slides
from extract.title import fold
from extract.words import caption_words

_ENDS = frozenset('.!?…。！？؟।"”’»)]')
_ADDRESS = re.compile(
    r"^(?:https?://\S+|www\.\S+|\S+@\S+\.\w+|(?:twitter|facebook|x|instagram)\.com/\S+|@\w+|\d{4}-\d\d-\d\dT\S+)$"
)
_COPYRIGHT = re.compile(
    r"^(?:©|ⓒ|\(c\)\s|copyright\b|все права|all rights reserved)", re.IGNORECASE
)
_WHEN = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+年\d+月|\d+월\s*\d+일|\d+月\d+日"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules know of the page besides its lines."""

    titles: frozenset[str] = frozenset()
    """The title and its rivals, folded."""
    authors: tuple[str, ...] = ()
    url: str = ""
    """The address of the page."""


_INITIALS = re.compile(r"^\(\w{2,4}(?:[/,]\s*\w{2,8})*\)$")
_SHORTCODE = re.compile(r"^\[(\w+)\b[^\]]*\].*\[/\1\]$")
# What the words of captions need: looked for first, since there are hundreds of them.
_LABEL = re.compile("[:：/=]|by", re.IGNORECASE)
_LABEL_END = re.compile("[:：/]")
_CLOCK = re.compile(r"^\d{1,2}[:.h]\d\d\b|^\d{1,2}[:.]\d\d")

MAX_TITLE_LINE = 300
# A line that asks for something is short, and its link is no aside in a sentence.
MAX_SERVICE_CHARS = 200
MIN_SERVICE_SHARE = 0.08
MIN_SHARING_SHARE = 0.25
# In a sentence of the story; no line of the development pages lies between.
MIN_SHARE_IN_PROSE = 0.6
# A link in a list that is longer is a headline; one that is shorter names a thing.
MIN_HEADLINE_CHARS = 45
_NAMING = frozenset({BlockKind.LIST, BlockKind.SUBHEAD})
MAX_LINK_LINE = 250
LABELLED = "label and link"
RELATED = "related"
# Shares of digits: an item of a list may be a title with its year.
MIN_DIGITS, MIN_DIGITS_OF_ITEM = 0.15, 0.3
# More than this share of the text is no kicker.
MAX_ABOVE_SHARE = 0.3

# "Our correspondent in Berlin Jo Bloggs has ..." begins a note, too.
MAX_NOTE_LEAD = 40

Rule = Callable[[list[Line], Context], None]


def sift(lines: list[Line], context: Context, rules: Iterable[Rule] | None = None) -> None:
    """Run the rules over the chosen lines, in order."""
    for rule in RULES if rules is None else rules:
        rule(lines, context)


def drop_titles(lines: list[Line], context: Context) -> None:
    """Drop the title where the body repeats it, in one line or in two."""
    before: Line | None = None
    for line in _chosen(lines):
        if line.chars < MAX_TITLE_LINE and fold(line.text) in context.titles:
            line.drop("title again")
        elif before is not None and _is_title(before, line, context):
            before.drop("title again")
            line.drop("title again")
        before = line


def _is_title(kicker: Line, line: Line, context: Context) -> bool:
    short = kicker.chars + line.chars < MAX_TITLE_LINE
    return short and fold(f"{kicker.text} {line.text}") in context.titles


def drop_words(lines: list[Line], _context: Context) -> None:
    """Drop what the word lists know; a sentence of the story may begin as furniture does."""
    said = _find_said(lines)
    for line in _chosen(lines):
        if line.kind is BlockKind.TABLE:
            continue
        # "Read more about the war." is said with its link, "Sign up for letters." is not.
        is_said = id(line) in said
        rule = find_furniture_rule(line.text, is_said=is_said and not line.link_chars)
        if rule and is_said and line.is_stopped and rule.startswith(RELATED):
            rule = find_furniture_rule(line.text, is_said=True)
        if rule:
            line.drop(rule)


def drop_related_lists(lines: list[Line], _context: Context) -> None:
    """Drop the list of links right below a line that said that it is one of related stories."""
    headed = False
    for line in lines:
        if line.rule is not None:
            headed = line.marked is None and line.rule.startswith(RELATED)
        elif headed and line.chosen and _is_listed_link(line):
            line.drop("related list")
        elif line.chosen:
            headed = False


def _is_listed_link(line: Line) -> bool:
    return line.kind is BlockKind.LIST and line.link_share >= MIN_LINK_ONLY


def _find_said(lines: list[Line]) -> set[int]:
    """Find the sentences of the story, by ``id``: between its paragraphs, or set as they are."""
    chosen = _chosen(lines)
    prose = [i for i, line in enumerate(chosen) if line.is_prose]
    if not prose:
        return {id(line) for line in chosen if line.text[-1] in _ENDS}
    signatures = {chosen[i].signature for i in prose}
    return {
        id(line)
        for i, line in enumerate(chosen)
        if line.text[-1] in _ENDS and (prose[0] < i < prose[-1] or line.signature in signatures)
    }


def drop_links(lines: list[Line], context: Context) -> None:
    """Drop lines that are links to other pages of the site and no sentence.

    Not where links are the story; and links to other sites, subheads of a text and short items of
    lists, which name what they lead to, are the story's anywhere, as are labelled links that are
    set as its paragraphs.
    """
    chosen = _chosen(lines)
    total = sum(line.chars for line in chosen) or 1
    if sum(line.link_chars for line in chosen) > 0.3 * total:
        return
    host = host_of(context.url)
    signatures = _signatures([line for line in chosen if line.is_prose])
    for line, below in zip(chosen, [*chosen[1:], None], strict=False):
        rule = _link_rule(line)
        if rule == LABELLED and line.kind is BlockKind.PARAGRAPH and line.signature in signatures:
            continue
        names_a_thing = line.chars < MIN_HEADLINE_CHARS and line.kind in _NAMING
        heads = line.kind is BlockKind.SUBHEAD and below is not None and below.is_told
        if rule and not names_a_thing and not heads and _leads_home(line, host):
            line.drop(rule)


def _link_rule(line: Line) -> str | None:
    """Name the rule that a line fits which is mostly a link, and no sentence."""
    if line.chars >= MAX_LINK_LINE or line.kind is BlockKind.TABLE:
        return None
    if line.is_sentence or line.is_stopped:
        return None
    if line.link_share >= MIN_LINK_ONLY:
        return "link only"
    return LABELLED if line.link_share >= 0.5 and line.text[-1] not in _ENDS else None


def _leads_home(line: Line, host: str) -> bool:
    """Tell whether the first link of a line leads to another page of its site."""
    targets = (link.get("href") or "" for link in line.element.iter("a"))
    first = next((t for t in targets if t and not t.startswith("#")), "")
    return leads_home(first, host)


def drop_services(lines: list[Line], context: Context) -> None:
    """Drop short lines that lead to the reader's account, a letter, an app, or a way to share."""
    said, host = _find_said(lines), host_of(context.url)
    for line in _chosen(lines):
        if line.kind is BlockKind.TABLE or not line.link_chars or line.chars > MAX_SERVICE_CHARS:
            continue
        share = line.link_share
        if id(line) in said and share < MIN_SHARE_IN_PROSE:
            continue
        targets = [link.get("href") or "" for link in line.element.iter("a")]
        asks = share >= MIN_SERVICE_SHARE and any(leads_to_account(t, host) for t in targets)
        shares = share >= MIN_SHARING_SHARE and any(map(leads_to_sharing, targets))
        if asks or shares:
            line.drop("link to a service")


def drop_marks(lines: list[Line], _context: Context) -> None:
    """Drop addresses, handles, copyright lines, lines without a letter."""
    for line in _chosen(lines):
        if _ADDRESS.match(line.text):
            line.drop("address")
        elif _COPYRIGHT.match(line.text) and line.chars < 250:
            line.drop("copyright")
        elif _INITIALS.match(line.text) or _SHORTCODE.match(line.text):
            line.drop("initials or shortcode")
        elif not any(map(str.isalnum, line.text)):
            line.drop("no word")


def drop_bylines(lines: list[Line], context: Context) -> None:
    """Drop lines that are an author's name, and the authors' notes on themselves at the end.

    A note that is set as the story's last paragraph is one.
    """
    names = [fold(name) for name in context.authors if " " in fold(name)]
    if not names:
        return
    chosen = _chosen(lines)
    prose = [line for line in chosen if line.is_prose]
    container, signatures = find_container(prose[:-1]), _signatures(prose[:-1])
    for position, line in enumerate(chosen):
        key = fold(line.text)
        named = next((name for name in names if name in key), None)
        if named is None or line.kind in {BlockKind.SUBHEAD, BlockKind.LIST}:
            continue
        words = len(key.split()) - len(named.split())
        if words <= 4 and line.text[-1] not in _ENDS:
            line.drop("byline")
        elif line.signature in signatures and container in line.element.iterancestors():
            continue
        elif position >= len(chosen) - 4 and position > 2 and key.find(named) <= MAX_NOTE_LEAD:
            line.drop("author's note")


def _signatures(lines: list[Line]) -> set[tuple[str | None, ...]]:
    return {line.signature for line in lines}


def drop_leading_name(lines: list[Line], _context: Context) -> None:
    """Drop a name that stands alone above the first paragraph, in the place of a byline."""
    for line in _chosen(lines):
        if line.is_prose or line.entry >= 0:
            return
        if line.kind is BlockKind.PARAGRAPH and is_person(line.text):
            line.drop("name above the text")


def drop_stamps(lines: list[Line], _context: Context) -> None:
    """Drop dates and times before the first and after the last paragraph."""
    chosen = _chosen(lines)
    prose = [i for i, line in enumerate(chosen) if line.is_prose]
    if not prose:
        return
    for index, line in enumerate(chosen):
        outside = index < prose[0] or index > prose[-1]
        is_head = line.kind is BlockKind.SUBHEAD
        least = MIN_DIGITS_OF_ITEM if line.kind is BlockKind.LIST else MIN_DIGITS
        if outside and not is_head and line.chars <= 60 and _is_stamp(line.text, least):
            line.drop("date line")


def _is_stamp(text: str, least: float) -> bool:
    digits = sum(map(str.isdigit, text))
    return bool(_WHEN.search(text)) and digits >= least * len(text) and not text.endswith(".")


def drop_captions(lines: list[Line], _context: Context) -> None:
    """Take captions out of the running text; they are kept as captions."""
    whole, ending = caption_words()
    for line in _chosen(lines):
        if line.kind is BlockKind.CAPTION:
            line.drop("caption")
        elif (
            line.chars < 300
            and line.kind is not BlockKind.LIST
            and (
                (_LABEL.search(line.text) and whole.match(line.text))
                or (_LABEL_END.search(line.text) and ending.search(line.text))
            )
        ):
            line.drop("caption words")


def drop_slides(lines: list[Line], _context: Context) -> None:
    """Take the captions of a slideshow out of the running text; they are kept as captions."""
    for line in find_slides(lines):
        line.drop("caption of a slide")


def drop_kickers(lines: list[Line], context: Context) -> None:
    """Drop the short lines above the headline, and the headline with its kicker."""
    prose = (i for i, line in enumerate(lines) if line.chosen and line.is_prose)
    body = next(prose, None)
    heads = [
        i
        for i, line in enumerate(lines[: None if body is None else body + 1])
        if line.element.tag == "h1" or line.rule == "title again" or _holds_title(line, context)
    ]
    if not heads:
        return
    # Without a paragraph to stand before, what names the title farther down is no headline.
    head = heads[0] if body is None else heads[-1]
    above = sum(line.chars for line in lines[:head] if line.chosen)
    if above > MAX_ABOVE_SHARE * sum(line.chars for line in lines if line.chosen):
        return
    for index, line in enumerate(lines[: head + 1]):
        if line.chosen and (not line.is_prose or _holds_title(line, context)):
            line.drop("above the headline" if index < head else "title again")


def _holds_title(line: Line, context: Context) -> bool:
    if line.chars > 200:
        return False
    key = fold(line.text)
    # A title that is a phrase may stand in a first paragraph; with its kicker it fills the line.
    return any(len(title) > max(15, len(key) // 2) and title in key for title in context.titles)


def drop_entry_stamps(lines: list[Line], _context: Context) -> None:
    """Drop the line of an entry that is its time and author; the time is the entry's own."""
    for line in _chosen(lines):
        if line.entry >= 0 and line.chars < 40 and _CLOCK.match(line.text):
            line.drop("entry's time")


def drop_repeats(lines: list[Line], _context: Context) -> None:
    """Drop paragraphs that stood before, but for refrains."""
    for line in find_repeats(lines):
        line.drop("repeated")


def drop_outskirts(lines: list[Line], _context: Context) -> None:
    """Drop what stands after the last line that looks like the body."""
    for line in find_outskirts(lines):
        line.drop("after the body")


def drop_trailing_heads(lines: list[Line], _context: Context) -> None:
    """Drop subheads that head nothing, but for sentences: some sites set their paragraphs so."""
    for line in reversed(_chosen(lines)):
        if line.kind is not BlockKind.SUBHEAD or line.is_sentence:
            return
        line.drop("subhead of nothing")


def _chosen(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.chosen]


RULES: tuple[Rule, ...] = (
    drop_titles,
    drop_kickers,
    drop_captions,
    drop_slides,
    drop_entry_stamps,
    drop_words,
    drop_related_lists,
    drop_marks,
    drop_services,
    drop_links,
    drop_bylines,
    drop_leading_name,
    drop_repeats,
    drop_stamps,
    drop_outskirts,
    drop_trailing_heads,
)
