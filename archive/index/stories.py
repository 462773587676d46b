"""Stories: the articles that are copies of each other, and who took them from whom."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.index.ids import find_id
from archive.text.fold import tokens


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a story.

    ``first_captured`` is a timestamp, ``published`` ISO 8601, a plain date where only the day is
    known. ``taken_from`` is the article this one was taken from, as far as can be told: the one of
    the source that its ``credit`` names (``by_credit``), else the first there was. None for that
    first one itself.
    """

    number: int
    article_id: str
    source: str
    source_name: str
    url: str
    title: str
    published: str | None
    dated: str
    first_captured: str
    credit: str | None
    taken_from: str | None = None
    by_credit: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that are copies of each other, the first one first, then in order of publication."""

    id: int
    members: tuple[Member, ...]

    @property
    def first(self) -> Member:
        """Where it appeared first: of those that credit no other of them, the earliest."""
        return self.members[0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources, in order."""
        return tuple(dict.fromkeys(member.source for member in self.members))


_MEMBERS = """
SELECT s.story, a.number, a.hex, a.source, n.name, a.url, a.title, a.published, a.dated,
       a.first_captured, a.credit
FROM story_articles s JOIN articles a ON a.number = s.article JOIN sources n ON n.id = a.source
WHERE s.story = ? ORDER BY a.dated, a.id
"""


def find_story(db: Database, article_id: str) -> Story | None:
    """The story an article belongs to; None where the archive has no copy of it."""
    row = db.execute(
        "SELECT s.story FROM articles a JOIN story_articles s ON s.article = a.number "
        "WHERE a.id = ?",
        (find_id(article_id),),
    ).fetchone()
    if row is None:
        return None
    members = [Member(*found[1:]) for found in db.execute(_MEMBERS, (row[0],))]
    return Story(row[0], told(members)) if len(members) > 1 else None


def stories_of(db: Database, numbers: Iterable[int]) -> dict[int, int]:
    """The story of each of these articles that is in one, by ``articles.number``."""
    return dict(
        db.execute(
            "SELECT article, story FROM story_articles "
            "WHERE article IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
    )


def told(members: Iterable[Member]) -> tuple[Member, ...]:
    """Tell who took the story from whom, and put the first one first.

    A member whose credit names the source of another has it from there. Of those who credit none
    of the others the earliest is the first; everybody else has it from that one.

    >>> def member(number, source, credit=None):
    ...     said = ("", "", None, f"202{number}", "", credit)
    ...     return Member(number, source[0], source, source, *said)
    >>> found = told([member(1, "Blog", "CNN"), member(2, "CNN"), member(3, "Daily")])
    >>> [(one.source, one.taken_from, one.by_credit) for one in found]
    [('CNN', None, False), ('Blog', 'C', True), ('Daily', 'C', False)]
    """
    ordered = sorted(members, key=lambda member: (member.dated, member.article_id))
    credited = {member.number: _credited(member, ordered) for member in ordered}
    first = next((one for one in ordered if credited[one.number] is None), ordered[0])
    rest = [one for one in ordered if one is not first]
    return (first, *(_taken(one, credited[one.number], first) for one in rest))


def _taken(member: Member, credited: Member | None, first: Member) -> Member:
    source = credited or first
    return replace(member, taken_from=source.article_id, by_credit=credited is not None)


def _credited(member: Member, others: Iterable[Member]) -> Member | None:
    """The first member of another source that the credit of this one names."""
    if not member.credit:
        return None
    said = _words(member.credit)
    named = (one for one in others if one.source != member.source)
    return next((one for one in named if _names(said, one)), None)


def _names(said: tuple[str, ...], member: Member) -> bool:
    """Whether a credit has the name of the source in it, word for word, "the" left aside."""
    for name in (_words(member.source_name), _words(member.source)):
        places = range(len(said) - len(name) + 1)
        if name and any(said[at : at + len(name)] == name for at in places):
            return True
    return False


def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in tokens(name) if word != "the")
