"""What a search gives back, as values; nothing in them is HTML."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from archive.search.notes import Note


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article of the same story."""

    article_id: str
    source: str
    source_name: str
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """What a hit shares its text with.

    Attributes:
        articles: How many articles the story has, the hit among them.
        sources: At how many sources.
        copies: The first few of the others, in order of publication.
    """

    articles: int
    sources: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of plain text, and whether the query found it."""

    text: str
    marked: bool


def plain(segments: Iterable[Segment]) -> str:
    """The text of segments.

    >>> plain((Segment("the ", False), Segment("bridge", True)))
    'the bridge'
    """
    return "".join(segment.text for segment in segments)


def marks(segments: Iterable[Segment]) -> list[tuple[int, int]]:
    """Where the marked segments begin and end in that text.

    >>> marks((Segment("the ", False), Segment("bridge", True)))
    [(4, 10)]
    """
    found, at = [], 0
    for segment in segments:
        if segment.marked:
            found.append((at, at + len(segment.text)))
        at += len(segment.text)
    return found


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that was found.

    ``title`` and ``snippet`` come in segments whose texts, joined, are the plain text.
    ``timestamp`` is the first capture of the version named, for replay: with ``url`` it makes
    the address of that page in the archive. ``score`` is higher for a better match (0.0 where
    the order is by date). ``published`` is ISO 8601 or None; ``captured_at`` a timestamp of
    14 digits: when the article was first captured. ``dated`` is what hits are ordered by in time.
    ``kind`` is one of `extract.article.PageKind`; a hit of `extract.article.OTHER_KINDS` is a
    capture: ``article_id`` is a number of its own and ``version_id`` empty. ``in_earlier``: the
    words are in an earlier version alone; then title, dates, length and the other facts are of that
    version. ``story`` names the copies of it, where there are any.
    """

    article_id: str
    version_id: str
    kind: str
    title: tuple[Segment, ...]
    standfirst: str
    snippet: tuple[Segment, ...]
    source: str
    source_name: str
    url: str
    published: str | None
    dated: str
    captured_at: str
    timestamp: str
    language: str | None
    authors: tuple[str, ...]
    words: int
    edited: str | None
    removed: str | None
    in_earlier: bool
    score: float
    story: Story | None = None


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as JSON: title and snippet as plain text, what was found in them beside it."""
    row = asdict(hit)
    for name, segments in (("title", hit.title), ("snippet", hit.snippet)):
        row[name] = plain(segments)
        row[f"{name}_marks"] = marks(segments)
    return row


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits.

    ``total`` is the number of articles found, or a lower bound of it where ``exact`` is False.
    ``ranking`` says how the order was made: ``bm25``, ``bm25 of the last, then newest``, ``some of
    the words``, ``newest``, ``oldest``. ``notes`` are remarks on the query for the reader.
    ``after`` continues where this page ends; None on the last page.
    """

    query: str
    total: int
    exact: bool
    ranking: str
    hits: tuple[Hit, ...]
    notes: tuple[Note, ...] = ()
    after: str | None = None
