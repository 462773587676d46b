"""What a query asks the database for, as expressions and conditions."""

from dataclasses import dataclass

from archive.search.fields import Condition
from archive.search.marks import Pattern
from archive.search.notes import Note

_NOTHING = Pattern(())


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of a query, as what is asked for it.

    Attributes:
        exact: The full-text expression of the very words.
        loose: The same without the order of words: what it costs to look for them.
        forms: The expression of its forms; empty where it has none.
        pattern: What to mark of it.
        is_near: Whether nearest words stand for it.
    """

    exact: str
    loose: str
    forms: str = ""
    pattern: Pattern = _NOTHING
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask the database.

    Attributes:
        match: The full-text expression of the very words; None where none are asked for.
        loose: The same without the order of words in phrases.
        forms: The expression, in `article_forms`, of the words that have forms; None: none have.
        beside: The full-text expression of what has none and has to be there all the same.
        without: What must not be so, beside ``forms``.
        conditions: On fields, all of them wanted.
        words: What is wanted, word by word.
        notes: For the reader.
    """

    match: str | None = None
    loose: str | None = None
    forms: str | None = None
    beside: str | None = None
    without: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    words: tuple[Word, ...] = ()
    notes: tuple[Note, ...] = ()
