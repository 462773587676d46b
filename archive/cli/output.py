"""What commands that read the index share: finding the article a person names, safe printing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import click
from rich.text import Text
from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.articles import ArticleRow, VersionRow, find_article, get_article
from archive.index.stories import Story
from archive.indexer.events import Kind
from archive.search.dates import span
from archive.text.counting import is_estimate
from archive.times import utc_now
from archive.wording import counted


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


def date_span(date: str) -> tuple[str, str]:
    """The first and the last timestamp of a date as people write it.

    Raises:
        click.BadParameter: it is no date.

    >>> date_span("2026-02")
    ('20260201000000', '20260228999999')
    """
    found = span(date, utc_now().date())
    if found is None:
        raise click.BadParameter(f"expected a date such as 2026-01-31 or 2026-01, got {date!r}")
    first = f"{found.first:%Y%m%d}000000" if found.first else ""
    return first, f"{found.end - timedelta(days=1):%Y%m%d}999999" if found.end else "9"


class _Happened(Protocol):
    """An event, of one article or of all."""

    @property
    def at(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def silent(self) -> bool: ...
    @property
    def flips(self) -> int: ...
    @property
    def detail(self) -> str | None: ...


def event_words(event: _Happened, about: str = "", *, source: str = "") -> str:
    """One event for people.

    Args:
        event: What happened.
        about: To what, where what happened does not say so itself.
        source: Where.
    """
    says_all = event.kind in (Kind.RETITLED, Kind.MOVED, Kind.REPLACED)
    detail = event.detail or ""
    what = detail if says_all or not about else f"{about} ({detail})" if detail else about
    if event.kind == Kind.PUBLISHED and about:
        what = about
    silently = " silently" if event.silent else ""
    turns = f", and {counted(event.flips, 'time')} back or again" if event.flips else ""
    where = f"{source}: " if source else ""
    return f"{event.kind}{silently}  {where}{what}{turns}".rstrip()


def words_of(version: VersionRow) -> str:
    """How long a text is; an estimate in scripts without spaces."""
    about = "about " if is_estimate(version.language) else ""
    return about + counted(version.words, "word")


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
            f"{name!r}: no article of that address, and no id or several start with it; expected "
            "an address or at least 6 characters of an id, as `microfiche search` prints them"
        )
    return get_article(db, found)
