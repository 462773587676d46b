"""Links that narrow a search by one more condition."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archive.search.facets import Facets, Value
from archive.search.query import as_searched
from archive.web.holdings import Holdings
from archive.web.language import marked
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
    """Links of one kind, below a heading; ``field`` is what the query language calls it."""

    heading: str
    field: str
    links: tuple[Narrowing, ...]


HEADINGS = {
    "source": marked("Source"),
    "lang": marked("Language"),
    "section": marked("Section"),
    "author": marked("Author"),
    "credit": marked("Taken from"),
}
"""What each facet is called, by its field in the query language."""


def by_facets(query: str, facets: Facets) -> list[Group]:
    """Links for what the hits have in common; no group where there is nothing to choose from."""
    values = (facets.sources, facets.languages, facets.sections, facets.authors, facets.credits)
    made = (
        Group(heading, field, narrowings(query, field, found))
        for (field, heading), found in zip(HEADINGS.items(), values, strict=True)
    )
    return [
        group
        for group in made
        if len(group.links) > 1 or (group.links and group.links[0].articles != facets.total)
    ]


def narrowings(query: str, field: str, values: Iterable[Value]) -> tuple[Narrowing, ...]:
    """A link for each value of a field."""
    return tuple(
        Narrowing(
            language_name(value.label) if field == "lang" else value.label,
            with_condition(query, f"{field}:{quoted(value.value)}"),
            value.count,
        )
        for value in values
    )


def quoted(value: str) -> str:
    """A value as it is written behind a field: in quotation marks where it is several words.

    >>> quoted("bbc.co.uk"), quoted('World "News"')
    ('bbc.co.uk', '"World  News "')
    """
    bare = value.replace('"', " ")
    return bare if bare and all(c.isalnum() or c in "._-" for c in bare) else f'"{bare}"'


FATES = (
    (marked("Edited after publication"), "status:edited"),
    (marked("Removed by the site"), "status:removed"),
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
