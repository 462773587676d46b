"""What commands that read the index share: finding the article a person names, safe printing."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Console
from rich.text import Text
from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.articles import ArticleRow, find_article, get_article
from archive.index.stories import Story
from archive.search.dates import span
from archive.times import to_timestamp


def console() -> Console:
    """stdout: colours on a terminal only, no wrapping into a pipe's imagined width."""
    return Console(highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    r"""Archived text must not steer the terminal it is printed on.

    >>> printable("a\x1b[31mb")
    'a [31mb'
    """
    return "".join(character if character.isprintable() else " " for character in text)


def line(text: str, style: str = "") -> Text:
    """One line, safe to print."""
    return Text(printable(text), style=style)


def moment(stamp: str) -> str:
    """A timestamp for people.

    >>> moment("20260102030405")
    '2026-01-02 03:04:05'
    """
    date = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
    return f"{date} {stamp[8:10]}:{stamp[10:12]}:{stamp[12:]}"


def first_moment(date: str) -> str | None:
    """The timestamp at which a date as people write it begins; None for no date.

    >>> first_moment("2026-02")
    '20260201000000'
    """
    found: tuple[datetime, datetime] | None = span(date)
    return to_timestamp(found[0]) if found else None


def story_lines(story: Story) -> Iterator[str]:
    """A line for each article of a story: when, where, and whom it was taken from."""
    names = {member.article_id: member.source_name for member in story.members}
    for member in story.members:
        when = member.published or moment(member.first_captured)
        if member.taken_from is None:
            source = "first in this archive"
        else:
            how = "credits" if member.by_credit else "after"
            source = f"{how} {names[member.taken_from]}"
        yield f"{when}  {member.source_name}  {source}  {member.title}  [{member.article_id}]"


def named_article(db: Database, name: str) -> ArticleRow:
    """The article of an id, the start of one, or an address.

    Raises:
        NotFound: none or several.
    """
    found = find_article(db, name)
    if found is None:
        raise NotFound(
            f"{name!r}: no article of that address, and no id or several begin so; expected "
            "an address or at least 6 characters of an id, as `microfiche search` prints them"
        )
    return get_article(db, found)
