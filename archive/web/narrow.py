"""Links that narrow a search by one more condition."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from archive.search.facets import Facets, Value, shares
from archive.search.query import as_searched
from archive.web.holdings import Holdings
from archive.web.render import language_name

_MAX_SOURCES = 12
# A parenthesis or a quotation mark may stand beside it.
_EITHER = re.compile(r"\bOR\b")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One link: what it says, the query it leads to, and the articles of a source where known."""

    label: str
    query: str
    articles: int | None = None


def with_condition(query: str, condition: str) -> str:
    """The query, as it is searched, under one more condition.

    >>> with_condition("quay", "source:post"), with_condition("quay OR pier", "source:post")
    ('quay source:post', '(quay OR pier) source:post')
    >>> with_condition("quay OR(pier dock)", "source:post")
    '(quay OR(pier dock)) source:post'
    >>> with_condition('quay OR "pier', "source:post")
    'quay pier source:post'
    """
    bare = as_searched(query).strip()
    return f"({bare}) {condition}" if _EITHER.search(bare) else f"{bare} {condition}".strip()


def by_source(query: str, holdings: Holdings) -> list[Narrowing]:
    """One link for each of the largest sources; none where there is nothing to choose from."""
    filled = sorted(
        (source for source in holdings.sources if source.articles),
        key=lambda source: (-source.articles, source.name.lower()),
    )
    if len(filled) < 2 or "source:" in query:
        return []
    return [
        Narrowing(source.name, with_condition(query, f"source:{source.id}"), source.articles)
        for source in filled[:_MAX_SOURCES]
    ]


@dataclass(frozen=True, slots=True)
class Group:
    """Links of one kind, below a heading."""

    heading: str
    links: tuple[Narrowing, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram: ``height`` in hundredths of the highest; no link where empty."""

    label: str
    articles: int
    height: int
    query: str | None


def by_facets(query: str, facets: Facets) -> list[Group]:
    """Links for what the hits have in common; no group where there is nothing to choose from."""
    groups = (
        ("Source", "source", facets.sources),
        ("Language", "lang", facets.languages),
        ("Section", "section", facets.sections),
        ("Author", "author", facets.authors),
        ("Taken from", "credit", facets.credits),
    )
    made = (
        Group(heading, tuple(_narrowings(query, field, values)))
        for heading, field, values in groups
    )
    return [
        group
        for group in made
        if len(group.links) > 1 or (group.links and group.links[0].articles != facets.total)
    ]


def _narrowings(query: str, field: str, values: Iterable[Value]) -> Iterable[Narrowing]:
    for value in values:
        condition = f"{field}:{quoted(value.value)}"
        label = language_name(value.label) if field == "lang" else value.label
        yield Narrowing(label, with_condition(query, condition), value.count)


def quoted(value: str) -> str:
    """A value as it is written behind a field: in quotation marks where it is several words.

    >>> quoted("bbc.co.uk"), quoted('World "News"')
    ('bbc.co.uk', '"World  News "')
    """
    bare = value.replace('"', " ")
    return bare if bare and all(c.isalnum() or c in "._-" for c in bare) else f'"{bare}"'


def bars_of(query: str, facets: Facets) -> list[Bar]:
    """The histogram; none where all hits are of one day, month or year."""
    if len(facets.histogram) < 2:
        return []
    return [
        Bar(
            _period(bar.on),
            bar.count,
            max(round(share * 100), 2) if bar.count else 0,
            with_condition(query, f"on:{bar.on}") if bar.count else None,
        )
        for bar, share in zip(facets.histogram, shares(facets.histogram), strict=True)
    ]


def _period(on: str) -> str:
    """A day, month or year for people.

    >>> _period("2026-01-31"), _period("2026-01"), _period("2026")
    ('31 January 2026', 'January 2026', '2026')
    """
    if len(on) == 4:
        return on
    first = date.fromisoformat(on if len(on) == 10 else f"{on}-01")
    return f"{first.day} {first:%B} {first.year}" if len(on) == 10 else f"{first:%B} {first.year}"


FATES = (
    ("Edited after publication", "status:edited"),
    ("Removed by the site", "status:removed"),
)
"""What may have become of an article: in words, and as a condition."""


def by_fate(query: str, counts: Iterable[int]) -> list[Narrowing]:
    """Links to what was edited or removed, by how many there are of each of `FATES`.

    >>> by_fate("quay", (2, 0))
    [Narrowing(label='Edited after publication', query='quay status:edited', articles=2)]
    """
    return [
        Narrowing(label, with_condition(query, condition), count)
        for (label, condition), count in zip(FATES, counts, strict=True)
        if count
    ]
