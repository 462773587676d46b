"""Remarks on a query, for the reader: typed, made where they arise, with the place they mean."""

from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """What a remark is about."""

    AS_WORDS = "as_words"
    """The query does not parse, and is searched as its words."""
    LEFT_OUT = "left_out"
    """A part that cannot be read: more is found than was asked for."""
    NO_FIELD = "no_field"
    """A name before a colon is none of ours, and is searched as a word."""
    NO_SOURCE = "no_source"
    """There is no such source."""
    OPERATOR = "operator"
    """A word looks like an operator."""
    WILDCARD = "wildcard"
    """Not all words that fit are searched."""
    NEAREST = "nearest"
    """No article has a word: its nearest words are searched instead."""
    SOME_WORDS = "some_words"
    """No article has all the words: these have some of them."""
    NOT_ARTICLES = "not_articles"
    """What was asked for are pages that are no articles."""
    PLACE = "place"
    """The place to continue from is unknown."""
    NOTHING = "nothing"
    """There is nothing to look for."""


@dataclass(frozen=True, slots=True)
class Note:
    """One remark.

    Attributes:
        kind: What it is about.
        text: In words.
        at: Where in the query, from 1; None: all of it.
        query: Another query that may be meant.
    """

    kind: NoteKind
    text: str
    at: int | None = None
    query: str | None = None

    def __str__(self) -> str:
        return self.text if self.at is None else f"at {self.at}: {self.text}"
