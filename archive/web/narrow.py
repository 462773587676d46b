"""Links that narrow a search by one more condition."""

from dataclasses import dataclass

from archive.web.holdings import Holdings

_MAX_SOURCES = 12


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One link: what it says, the query it leads to, and the articles of a source where known."""

    label: str
    query: str
    articles: int | None = None


def with_condition(query: str, condition: str) -> str:
    """The query under one more condition.

    >>> with_condition("quay", "source:post"), with_condition("quay OR pier", "source:post")
    ('quay source:post', '(quay OR pier) source:post')
    """
    bare = query.strip()
    return f"({bare}) {condition}" if " OR " in bare else f"{bare} {condition}".strip()


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


def by_fate(query: str, holdings: Holdings) -> list[Narrowing]:
    """Links to what was edited or removed, where there is such."""
    if "status:" in query:
        return []
    found = []
    if any(source.edited for source in holdings.sources):
        found.append(Narrowing("Edited after publication", with_condition(query, "status:edited")))
    if any(source.removed for source in holdings.sources):
        found.append(Narrowing("Removed by the site", with_condition(query, "status:removed")))
    return found
