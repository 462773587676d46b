"""Where a page of hits ended, as the text that is given back for the next page.

By relevance hits come in tiers, and how many match decides which tiers there are. While a crawl
writes, that may change between two pages: so a place keeps the tiers of the first page.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

# SQLite's integers have 64 bits.
LOWEST = -(1 << 63)
NOBODY = -1
"""No article has this id."""


class Tiers(StrEnum):
    """Which tiers the hits of a query come in; `archive.search.rank` makes them."""

    EXACT = "exact"
    """All by score."""
    WORDS = "words"
    """All by the score of the words beside phrases that are too dear to score."""
    TITLES = "titles"
    """Titles by score, then the others by date."""
    TITLES_BY_DATE = "titles_by_date"
    """Titles, then the others, all by date."""
    TITLES_WITHIN = "titles_within"
    """Titles of the part that phrases are ranked in, then the others of it, then what is older."""
    BY_DATE = "by_date"
    """All by date, other forms of the words last."""
    WHOLE = "whole"
    """All by date, other forms of the words among them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tiers of a search.

    Attributes:
        tiers: Which.
        since: Of `Tiers.TITLES` and `Tiers.TITLES_WITHIN`: articles from this number on are ranked.
    """

    tiers: Tiers
    since: int = LOWEST


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article found.

    Attributes:
        number: Its number.
        score: Lower is better; 0 by date.
        tier: Which tier it is of, from 0.
        by_date: Whether that tier went by date: of other forms, that is told when it is reached.
    """

    number: int
    score: float = 0.0
    tier: int = 0
    by_date: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The last hit of a page, and the tiers there were.

    Numbers change when others come on the same day, so it keeps whose they were.

    Attributes:
        last: The last hit.
        layout: The tiers.
        article: The id of the last hit; `NOBODY` for none.
        since: The id of the article that had the number ``layout.since``; `NOBODY` for none.
        total: How many hits were told of on the page.
        exact: Whether these were all, not a lower bound.
    """

    last: Ranked
    layout: Layout
    article: int = NOBODY
    since: int = NOBODY
    total: int = 0
    exact: bool = False


def write_place(order: str, place: Place) -> str:
    """A place as text.

    >>> write_place("relevance", Place(Ranked(7, -1.5), Layout(Tiers.TITLES, 3), 11, 12))
    'relevance:7:-1.5:0:score:titles:3:11:12:0:least'
    """
    last, layout = place.last, place.layout
    way = "date" if last.by_date else "score"
    ranked = f"{last.number}:{last.score!r}:{last.tier}:{way}"
    found = f"{place.total}:{'all' if place.exact else 'least'}"
    return f"{order}:{ranked}:{layout.tiers}:{layout.since}:{place.article}:{place.since}:{found}"


def read_place(text: str | None, order: str) -> Place | None:
    """The place a page ended; None for none, for one of another order, for one that cannot be.

    >>> read_place("relevance:7:-1.5:0:score:titles:3:11:12:0:least", "relevance").layout
    Layout(tiers=<Tiers.TITLES: 'titles'>, since=3)
    >>> read_place("relevance:7:nan:0:score:titles:3:11:12:0:least", "relevance") is None
    True
    """
    name, *rest = (text or "").split(":")
    try:
        number, score, tier, way, tiers, since, *told, how_many = rest
        last = Ranked(int(number), float(score), int(tier), way == "date")
        layout = Layout(Tiers(tiers), int(since))
        article, since_article, total = map(int, told)
    except ValueError:
        return None
    numbers = (last.number, layout.since, article, since_article)
    exact = how_many == "all"
    is_sound = (
        name == order
        and (way == "date" or (way == "score" and order == "relevance"))
        and all(LOWEST <= found < -LOWEST for found in numbers)
        and last.tier >= 0
        and 0 <= total < -LOWEST
        and how_many in ("all", "least")
        and isfinite(last.score)
    )
    return Place(last, layout, article, since_article, total, exact) if is_sound else None
