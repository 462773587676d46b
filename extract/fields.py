"""The fields of an article that the page states, each with its evidence."""

from dataclasses import dataclass, replace
from datetime import date

from lxml.html import HtmlElement

from extract.article import Evidence, When
from extract.authors import find_authors, find_byline
from extract.dates import find_dates
from extract.facts import (
    find_canonical,
    find_declared_language,
    find_image,
    find_section,
    find_tags,
)
from extract.headline import find_title
from extract.lines import Line
from extract.structured import Structured
from extract.title import fold, title_parts


@dataclass(frozen=True, slots=True)
class Fields:
    """What the head of the page and its markup state, before its text is read."""

    title: str | None
    authors: tuple[str, ...]
    published: When | None
    modified: When | None
    declared_language: str | None
    section: str | None
    tags: tuple[str, ...]
    image: str | None
    canonical_url: str | None
    evidence: tuple[Evidence, ...]

    @property
    def titles(self) -> frozenset[str]:
        """The title, its rivals and their parts, folded, to know them again in the body."""
        rivals = [
            text for item in self.evidence if item.field == "title" for _, text in item.rivals
        ]
        texts = [self.title or "", *rivals]
        parts = [part for text in texts for part in title_parts(text)]
        return frozenset(fold(text) for text in [*texts, *parts]) - {""}


def read_fields(root: HtmlElement, said: Structured, *, url: str, latest: date) -> Fields:
    """Read the fields of a parsed page; the tree is not changed.

    Args:
        root: the page.
        said: its structured statements.
        url: its address.
        latest: the day of the capture.
    """
    title, title_evidence = find_title(root, said, url)
    authors, authors_evidence = find_authors(root, said, url)
    (published, published_evidence), (modified, modified_evidence) = find_dates(
        root, said, url=url, latest=latest
    )
    declared, declared_evidence = find_declared_language(root, said)
    section, section_evidence = find_section(said)
    tags, tags_evidence = find_tags(said)
    image, image_evidence = find_image(said, url)
    canonical, canonical_evidence = find_canonical(root, said, url)
    evidence = (
        *(title_evidence, authors_evidence, published_evidence, modified_evidence),
        *(declared_evidence, section_evidence, tags_evidence, image_evidence, canonical_evidence),
    )
    return Fields(
        title=title,
        authors=authors,
        published=published,
        modified=modified,
        declared_language=declared,
        section=section,
        tags=tags,
        image=image,
        canonical_url=canonical,
        evidence=tuple(item for item in evidence if item is not None),
    )


def with_byline(fields: Fields, lines: list[Line]) -> Fields:
    """Add the authors that only the text names."""
    evidence = next((item for item in fields.evidence if item.field == "authors"), None)
    found = find_byline(lines, evidence)
    if found is None:
        return fields
    names, new = found
    others = tuple(item for item in fields.evidence if item.field != "authors")
    return replace(fields, authors=names, evidence=(*others, new))
