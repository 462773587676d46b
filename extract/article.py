"""What a page says, as values: the article, its blocks, and the evidence for each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Self


class BlockKind(Enum):
    """What a block of the body is."""

    PARAGRAPH = "paragraph"
    SUBHEAD = "subhead"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CAPTION = "caption"
    ENTRY = "entry"


class PageKind(Enum):
    """What sort of page this is; the last four stand in place of what was asked for."""

    ARTICLE = "article"
    INDEX = "index"
    LIVE_BLOG = "live_blog"
    VIDEO = "video"
    GALLERY = "gallery"
    DOCUMENT = "document"
    ERROR = "error"
    """Not found, gone, not in this country, too many requests, maintenance, parked."""
    CHALLENGE = "challenge"
    """A wall for robots."""
    CONSENT = "consent"
    """A gate that wants consent, money or an age."""
    LOGIN = "login"


OTHER_KINDS = frozenset(
    kind.value
    for kind in (
        *(PageKind.INDEX, PageKind.ERROR),
        *(PageKind.CHALLENGE, PageKind.CONSENT, PageKind.LOGIN),
    )
)
"""Kinds of pages that are no articles: a plain search leaves them out."""


class Paywall(Enum):
    """How much of the article the page gave away."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, or a month of a year, where a page says no more: no day is made up.

    >>> str(PartialDate(1987, 3)), PartialDate.fromisoformat("1987")
    ('1987-03', PartialDate(year=1987, month=None))
    """

    year: int
    month: int | None = None

    def __post_init__(self) -> None:
        date(self.year, self.month or 1, 1)

    def isoformat(self) -> str:
        """Give the date as ISO 8601 of its own precision."""
        return f"{self.year:04}" + (f"-{self.month:02}" if self.month else "")

    __str__ = isoformat

    @classmethod
    def fromisoformat(cls, text: str) -> Self:
        """Read what ``isoformat`` wrote.

        Raises:
            ValueError: ``text`` is no year and no month of a year.
        """
        year, _, month = text.partition("-")
        return cls(int(year), int(month) if month else None)


When = datetime | date | PartialDate
"""A date as printed: an aware moment, a day, a month or a year."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the body, in reading order.

    ``text`` has no line break except between the items of a list, the rows of a table (cells joined
    by `` | ``) and the paragraphs of an entry. An ``ENTRY`` is one entry of a live blog, its
    headline and paragraphs a line each, and ``at`` the time it was posted. ``page`` is the page of
    a document it begins on, from 1; 0 in what has no pages.
    """

    kind: BlockKind
    text: str
    level: int = 0
    at: datetime | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field has its value: the rule that gave it, and what other rules offered."""

    field: str
    value: str
    rule: str
    rivals: tuple[tuple[str, str], ...] = ()
    """Pairs of rule and value, best first."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Text that stood in the body and was taken out, with the rule that did it."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Link:
    """An outgoing link of the text: an absolute address without its fragment, and its words."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes were decoded: WHATWG name of the encoding, and who said so."""

    name: str
    source: str
    """``bom``, ``header``, ``meta``, ``xml``, ``content`` or ``default``."""
    replaced: int = 0
    """Characters that could not be decoded and became U+FFFD."""


@dataclass(frozen=True, slots=True)
class Article:
    """One page read: fields, body, and the evidence for them.

    Dates are aware datetimes, plain dates where only the day is known, or a ``PartialDate``.
    ``fingerprint`` is an unsigned 64-bit simhash of ``text``; ``text_digest`` is the SHA-256 (hex)
    of the text as far as an archivist would call it changed (``extract.fingerprint.essence``).
    ``links`` are those of the text itself. ``needs_script`` tells that there is no text, and a
    script that would bring it. ``rules`` is the digest of the outlet's rules that the page was read
    by; None where there were none.
    """

    url: str
    extractor: str
    title: str | None = None
    standfirst: str | None = None
    blocks: tuple[Block, ...] = ()
    authors: tuple[str, ...] = ()
    published: When | None = None
    modified: When | None = None
    language: str | None = None
    declared_language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    canonical_url: str | None = None
    credit: str | None = None
    dateline: str | None = None
    paywall: Paywall = Paywall.UNKNOWN
    kind: PageKind = PageKind.ARTICLE
    needs_script: bool = False
    rules: str | None = None
    evidence: tuple[Evidence, ...] = ()
    removed: tuple[Removed, ...] = ()
    links: tuple[Link, ...] = ()
    encoding: Encoding = Encoding("utf-8", "default")
    fingerprint: int = 0
    text_digest: str = ""

    @property
    def text(self) -> str:
        """The running text, a paragraph a line; see ``text_of`` for what stands beside it."""
        return text_of(self.blocks)

    @property
    def all_text(self) -> str:
        """Everything that can be read in the body: with captions and tables."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def read_by(self) -> str:
        """What has read the page: the extractor's version, and the digest of the outlet's rules.

        >>> Article("https://x.test/", "1", rules="3a26").read_by
        '1+3a26'
        """
        return f"{self.extractor}+{self.rules}" if self.rules else self.extractor

    def to_dict(self) -> dict[str, Any]:
        """Give the article as JSON-ready values; ``text`` is included, for readers.

        >>> Article("https://x.test/", "1", published=date(2026, 1, 2)).to_dict()["published"]
        '2026-01-02'
        """
        row: dict[str, Any] = {f.name: _plain(getattr(self, f.name)) for f in fields(self)}
        return row | {"text": self.text}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` wrote; unknown keys are ignored, missing ones take defaults.

        Raises:
            KeyError: ``url`` or ``extractor`` is missing.
            ValueError: a date or an enumeration holds something else.

        >>> a = Article("https://x.test/", "1", blocks=(Block(BlockKind.QUOTE, "Yes"),))
        >>> Article.from_dict(a.to_dict()) == a
        True
        """
        names = {f.name for f in fields(cls)}
        given = {name: value for name, value in row.items() if name in names}
        for name, read in _READERS.items():
            if given.get(name) is not None:
                given[name] = read(given[name])
        return cls(**{"url": row["url"], "extractor": row["extractor"], **given})


# A table longer than the text beside it, when that is a story, is an annex to it.
_MIN_STORY_CHARS = 250


def find_asides(blocks: Sequence[Block]) -> frozenset[int]:
    """Find the places of the blocks that stand beside the running text.

    They are captions, and tables that are longer than all of the running text that is no table.

    >>> find_asides([Block(BlockKind.TABLE, "a | b"), Block(BlockKind.CAPTION, "Photo")])
    frozenset({1})
    """
    told = sum(
        len(block.text)
        for block in blocks
        if block.kind not in {BlockKind.CAPTION, BlockKind.TABLE}
    )
    most = told if told >= _MIN_STORY_CHARS else sum(len(block.text) for block in blocks)
    return frozenset(
        place
        for place, block in enumerate(blocks)
        if block.kind is BlockKind.CAPTION
        or (block.kind is BlockKind.TABLE and len(block.text) > most)
    )


def text_of(blocks: Sequence[Block]) -> str:
    r"""Join the running text, a paragraph a line; a list is one line, its items parted by ``;``.

    What stands beside it (see ``find_asides``) is left out; it is a block, so nothing is lost.

    >>> text_of([Block(BlockKind.PARAGRAPH, "One."), Block(BlockKind.CAPTION, "Photo")])
    'One.'
    >>> text_of([Block(BlockKind.LIST, "tea\nmilk"), Block(BlockKind.TABLE, "a | b\nc | d")])
    'tea; milk\na | b\nc | d'
    """
    asides = find_asides(blocks)
    return "\n".join(
        block.text.replace("\n", "; ") if block.kind is BlockKind.LIST else block.text
        for place, block in enumerate(blocks)
        if place not in asides
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of an article
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date, PartialDate)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (Block, Evidence, Removed, Link, Encoding)):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


def _read_when(text: str) -> When:
    if len(text) < len("2026-01-01"):
        return PartialDate.fromisoformat(text)
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _read_block(row: Mapping[str, Any]) -> Block:
    at = row.get("at")
    return Block(
        BlockKind(row["kind"]),
        row["text"],
        row.get("level", 0),
        datetime.fromisoformat(at) if at else None,
        row.get("page", 0),
    )


def _read_evidence(row: Mapping[str, Any]) -> Evidence:
    rivals = tuple((rule, value) for rule, value in row.get("rivals", ()))
    return Evidence(row["field"], row["value"], row["rule"], rivals)


_READERS: dict[str, Any] = {
    "blocks": lambda rows: tuple(_read_block(row) for row in rows),
    "authors": tuple,
    "tags": tuple,
    "published": _read_when,
    "modified": _read_when,
    "paywall": Paywall,
    "kind": PageKind,
    "evidence": lambda rows: tuple(_read_evidence(row) for row in rows),
    "removed": lambda rows: tuple(Removed(**row) for row in rows),
    "links": lambda rows: tuple(Link(**row) for row in rows),
    "encoding": lambda row: Encoding(**row),
}
