"""Whose story it is: the agency or outlet a text was taken from.

"Source: CNN" under a republished story, "(Reuters)" in its dateline, "dpa" under its last line:
data for an archivist, noise for a reader. It becomes the ``credit`` field and leaves the text.
"""

import re
from dataclasses import dataclass

from extract.article import Block
from extract.words import credit_words

# How far from either end of the body a credit stands.
_TAIL_BLOCKS = 4
_MAX_CREDIT_CHARS = 60
_MAX_CREDIT_WORDS = 7

_AGENCIES = (
    r"AFP|AP|Associated Press|Reuters|Thomson Reuters|dpa(?:-AFX)?|APA(?:-OTS)?|EFE|ANSA|LUSA|Lusa|ANP|"
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
_DATELINE = re.compile(rf"^[^()]{{0,60}}\(({_LIST})\)\s*[-–—:]")
# A line of its own: "dpa", "(AFP/Reuters)", "© 2024 AFP", "© dpa-infocom, dpa:240430-99".
_ALONE = re.compile(rf"^[(\[]?(?:©|\(c\)|Copyright)?\s*(?:\d{{4}}\s+)?({_LIST})[)\]]?(?:\s*[,/].{{0,40}})?\.?$")
_CLOSING = re.compile(rf"\(({_LIST})\)\.?$")


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit found in the body: its text, the rule, and the block that is nothing else."""

    name: str
    rule: str
    block: int | None = None


def find_credit(blocks: list[Block]) -> Credit | None:
    """Find the credit of a body, from its end, then in its dateline.

    >>> from extract.article import BlockKind
    >>> def body(*lines): return [Block(BlockKind.PARAGRAPH, line) for line in lines]
    >>> find_credit(body("He has gone.", "Source: CNN"))
    Credit(name='CNN', rule='credit label', block=1)
    >>> find_credit(body("BERLIN (dpa) - Er ist weg.", "Und kam nie zurück.")).name
    'dpa'
    """
    tail = range(len(blocks) - 1, max(-1, len(blocks) - 1 - _TAIL_BLOCKS), -1)
    for index in tail:
        if found := _whole_line(blocks[index].text, index):
            return found
    for block in blocks[:2]:
        if match := _DATELINE.match(block.text):
            return Credit(match[1], "credit dateline")
    for index in tail:
        if match := _CLOSING.search(blocks[index].text):
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
