"""Articles of a title, from the stories and the quirks given to each of them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal
from urllib.parse import quote

from tests.site.prose_files import continued, stories
from tests.site.titles import Title

Day = Literal[1, 2]

LAYOUTS = ("semantic", "divs", "wordpress", "siblings")
CODINGS = ("", "gzip", "br", "deflate", "zstd", "deflate-raw")
# Bank paragraphs an article goes on with: 250 to 900 words in all, in no order.
CONTINUATIONS = (5, 9, 6, 7, 5, 11, 5, 8)


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it stands on one day; times are aware UTC."""

    number: int
    slug: str
    section: str
    path: str
    headline: str
    standfirst: str
    paragraphs: tuple[str, ...]
    author: str
    published: datetime
    modified: datetime
    tags: tuple[str, ...]
    agency: str
    layout: str
    coding: str
    chunked: bool
    comments: int
    quirks: frozenset[str]
    removed: bool

    @property
    def text(self) -> str:
        """Paragraphs as a reader sees them, one a line."""
        return "\n".join(self.paragraphs)


def with_curly_quotes(text: str) -> str:
    r"""Set English typewriter quotes as a printer would.

    >>> with_curly_quotes('"It\'s late," she said.')
    '“It’s late,” she said.'
    """
    return re.sub(r'(^|(?<=\s))"', "“", text).replace('"', "”").replace("'", "’")


@cache
def articles(title: Title, day: Day, opened: datetime) -> tuple[Article, ...]:
    """All articles of a title on a day, newest first; ``opened`` is the start of day one.

    Removed ones are in it (their page answers 410); those of the second day only then.
    """
    made = [_article(title, number, day, opened) for number in range(len(stories(title.language)))]
    shown = [article for article in made if day == 2 or "second-day" not in article.quirks]
    return tuple(sorted(shown, key=lambda article: article.published, reverse=True))


def _article(title: Title, number: int, day: Day, opened: datetime) -> Article:
    story = stories(title.language)[number]
    facts = story.facts
    # Five hours apart, in an order that mixes the sections.
    published = opened - timedelta(hours=2 + 5 * (number * 7 % 20), minutes=number)
    modified = published + timedelta(minutes=25) if number % 3 == 0 else published
    paragraphs = story.paragraphs
    headline = story.headline
    changed = day == 2 and bool(story.edited or story.retitled)
    if changed:
        modified = opened + timedelta(minutes=1)
        paragraphs = (
            (*paragraphs[:2], story.edited, *paragraphs[3:]) if story.edited else paragraphs
        )
        headline = story.retitled or headline
    if "second-day" in story.quirks:
        published = modified = opened + timedelta(seconds=30)
    paragraphs += continued(
        story, title.language, at=3 * number, count=CONTINUATIONS[number % len(CONTINUATIONS)]
    )
    if number % 2 or "windows-1252" in story.quirks:
        paragraphs = tuple(with_curly_quotes(paragraph) for paragraph in paragraphs)
    separator = "-" if title.key == "a" else ","
    return Article(
        number=number,
        slug=story.slug,
        section=story.section,
        path=quote(
            f"/{story.section}/{story.slug}{separator}{10_100 + 7 * number}.html", safe="/,"
        ),
        headline=headline,
        standfirst=story.standfirst,
        paragraphs=paragraphs,
        author="" if story.agency else title.authors[number % len(title.authors)],
        published=published,
        modified=modified,
        tags=tuple(facts[key] for key in ("place", "ort", "name") if key in facts),
        agency=story.agency,
        layout=LAYOUTS[number % len(LAYOUTS)],
        coding=CODINGS[number % len(CODINGS)],
        chunked=number % 3 == 1,
        comments=number % 5,
        quirks=story.quirks,
        removed=day == 2 and "removed" in story.quirks,
    )
