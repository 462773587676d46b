"""Whose story it is: the agency or outlet a text was taken from.

"Source: CNN" under a republished story, "(Reuters)" in its dateline, "dpa" under its last line:
data for an archivist, noise for a reader. It becomes the ``credit`` field and leaves the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.article import Block, BlockKind, Evidence
from extract.lines import Line
from extract.prune import is_caption
from extract.words import credit_words

# How far from either end of the body a credit stands.
_TAIL_BLOCKS = 4
# Behind the body: beyond a line of tags and a row of buttons it belongs to something else.
_LINES_BEHIND = 6
_MAY_CREDIT = frozenset({"initials or shortcode", "copyright"})
_MAX_CREDIT_CHARS = 60
_MAX_CREDIT_WORDS = 7

_AGENCIES = (
    r"AFP|AP|Associated Press|Reuters|Thomson Reuters|dpa(?:-AFX)?|APA(?:-OTS)?|EFE|ANSA|LUSA|"
    r"Lusa|ANP|"
    r"PAP|TT|NTB|Ritzau|STT|Belga|AGI|Adnkronos|LaPresse|Europa Press|EP|Keystone-SDA|SDA|sda|"
    r"epd|KNA|SID|sid|AFX|dts|IANS|PTI|ANI|UNI|Xinhua|Yonhap|Kyodo|Jiji|TASS|ТАСС|РИА Новости|"
    r"Интерфакс|Anadolu Ajansı|Anadolu Agency|AA|DHA|İHA|Antara|Bernama|Bloomberg|UPI|CNN|BBC|PA|"
    r"PA Media|Press Association|AAP|NZME|RNZ|Canadian Press|The Canadian Press|"
    r"时事通信|共同通信|共同|時事|新华社|新華社|中新社|中新网|연합뉴스|뉴시스|뉴스1|"
    r"رويترز|أ ف ب|فرانس برس|د ب أ|भाषा|पीटीआई|एएनआई"
)
_AGENCY = re.compile(rf"(?:{_AGENCIES})")
_LIST = rf"(?:{_AGENCIES})(?:\s*[/,&+]\s*(?:{_AGENCIES}|[a-z]{{2,4}}))*"
# "(Reuters) - ", "BERLIN (dpa) - ", "(AFP)": in the first lines, after at most a few words.
_PLACE = re.compile(rf"([^()\n]{{2,60}}?)\s*\((?:{_LIST})\)\s*(?:[-–—]|--)\s")
_MAX_PLACE_WORDS = 5
_DATELINE = re.compile(rf"^[^()]{{0,60}}\(({_LIST})\)\s*[-–—:]")
# A line of its own: "dpa", "(AFP/Reuters)", "© 2024 AFP", "© dpa-infocom, dpa:240430-99".
_ALONE = re.compile(
    rf"^[(\[]?(?:©|\(c\)|Copyright)?\s*(?:\d{{4}}\s+)?({_LIST})[)\]]?(?:\s*[,/].{{0,40}})?\.?$"
)
# A button in the same line: "Source: F.A.Z.Buy this article".
_GLUED = re.compile(r"(?<=\.)(?=[A-Z][a-z]+\s)")
_CLOSING = re.compile(rf"\(({_LIST})\)\.?$")


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit found in the body: its name, the rule, and which text says nothing else."""

    name: str
    rule: str
    index: int | None = None


def find_dateline(blocks: Sequence[Block]) -> tuple[str | None, Evidence | None]:
    """Find the place that is printed before the text, with an agency: it stays in the text.

    >>> find_dateline([Block(BlockKind.PARAGRAPH, "ROME, March 3 (Reuters) - It rained.")])[0]
    'ROME'
    >>> find_dateline([Block(BlockKind.PARAGRAPH, "WASHINGTON, D.C. (AP) — Votes.")])[0]
    'WASHINGTON, D.C.'
    >>> find_dateline([Block(BlockKind.PARAGRAPH, "The bank said (Reuters) - it rained.")])[0]
    """
    first = next((b.text for b in blocks if b.kind is BlockKind.PARAGRAPH), "")
    found = _PLACE.match(first)
    if found is None:
        return None, None
    # The day of the report stands behind the place.
    named = (part.strip() for part in found[1].split(","))
    place = ", ".join(part for part in named if part and not re.search(r"\d", part))
    words = re.findall(r"[^\W\d_]+", place)
    if not words or len(words) > _MAX_PLACE_WORDS or re.search(r"[!?:;\"“”„]", place):
        return None, None
    if any(word[0].islower() and len(word) > 3 for word in words) or words[0][0].islower():
        return None, None
    return place, Evidence("dateline", place, "place before an agency")


def drop_credit(lines: list[Line]) -> tuple[str | None, Evidence | None]:
    """Find the credit of the chosen lines; a line that is nothing else leaves the body."""
    # A line that looked like initials or a copyright may still name the source.
    chosen = [
        line
        for line in lines
        if (line.chosen and line.kind is not BlockKind.CAPTION) or line.rule in _MAY_CREDIT
    ]
    found = find_credit([line.text for line in chosen])
    if found is None:
        found = _find_label_behind(lines)
    elif found.index is not None:
        chosen[found.index].drop(found.rule)
    return (found.name, Evidence("credit", found.name, found.rule)) if found else (None, None)


def _find_label_behind(lines: list[Line]) -> Credit | None:
    """Find a labelled credit that stands behind the body, in whatever element.

    Nothing but a whole line with a label counts there: a menu may name agencies too.
    """
    last = max((i for i, line in enumerate(lines) if line.chosen), default=len(lines))
    labels, _ = credit_words()
    for line in lines[last + 1 : last + 1 + _LINES_BEHIND]:
        if line.element.tag == "h1":
            break
        match = None if _is_caption(line) else labels.match(line.text)
        if match and line.chars <= _MAX_CREDIT_CHARS and _is_name(match[1]):
            name = _GLUED.split(match[1])[0].strip(" .)]")
            return Credit(name, "credit label behind the body")
    return None


def _is_caption(line: Line) -> bool:
    return line.kind is BlockKind.CAPTION or is_caption(line.rule)


def find_credit(texts: list[str]) -> Credit | None:
    """Find the credit of a body, from its end, then in its dateline.

    >>> find_credit(["He has gone.", "Source: CNN"])
    Credit(name='CNN', rule='credit label', index=1)
    >>> find_credit(["BERLIN (dpa) - Er ist weg.", "Und kam nie zurück."]).name
    'dpa'
    """
    tail = range(len(texts) - 1, max(-1, len(texts) - 1 - _TAIL_BLOCKS), -1)
    for index in tail:
        if found := _whole_line(texts[index], index):
            return found
    for text in texts[:2]:
        if match := _DATELINE.match(text):
            return Credit(match[1], "credit dateline")
    for index in tail:
        if match := _CLOSING.search(texts[index]):
            return Credit(match[1], "credit in brackets")
    return None


def _whole_line(text: str, index: int) -> Credit | None:
    if len(text) > 2 * _MAX_CREDIT_CHARS:
        return None
    labels, withs = credit_words()
    if (match := labels.match(text)) and _is_name(match[1]):
        return Credit(match[1].strip(" .)]"), "credit label", index)
    if match := _ALONE.match(text):
        return Credit(match[1], "credit line", index)
    if (match := withs.match(text)) and _AGENCY.search(match[1]):
        return Credit(match[1].strip(" .)]"), "credit line", index)
    return None


def _is_name(text: str) -> bool:
    return len(text) <= _MAX_CREDIT_CHARS and len(text.split()) <= _MAX_CREDIT_WORDS
