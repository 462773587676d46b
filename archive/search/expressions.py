"""Expressions of FTS5, put together."""

from collections.abc import Iterable, Sequence


def in_column(column: str | None, expression: str) -> str:
    """An expression that counts in one column alone; in all of them without one."""
    if column == "earlier":
        # What articles said, and do not say any more.
        return f"(earlier : ({expression}) NOT {{text title standfirst asides}} : ({expression}))"
    return f"{column} : ({expression})" if column else expression


def quoted(word: str) -> str:
    """One word, which is no operator."""
    return f'"{word}"'


def all_of(words: Sequence[str], star: str = "") -> str:
    """All of some words, in any order.

    >>> all_of(["old", "bri"], " *")
    '("old") AND ("bri" *)'
    """
    *first, last = map(quoted, words)
    return joined([*first, last + star], " AND ")


def joined(parts: Iterable[str], way: str) -> str:
    """Expressions with an operator between them, each in parentheses."""
    found = list(parts)
    return found[0] if len(found) == 1 else way.join(f"({part})" for part in found)
