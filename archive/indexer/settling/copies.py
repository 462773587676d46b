"""Whether one of two texts is a copy of the other, by the words in a row they share."""

import re

SHARED = 0.5
"""Share of the shorter text's runs of words that the longer one must have."""

SHARED_AT_HOME = 0.8
"""The same within a source, whose own notices, forecasts and results are much alike.

There the longer one must have every number of the shorter, too: tide tables differ in nothing else.
"""

MIN_LENGTH = 0.2
"""A text shorter than this share of the longer one is quoted in it, and no copy."""

_RUN = 4
_WORD = re.compile(r"\w+")

Runs = frozenset[tuple[str, ...]]


def runs_of(text: str) -> Runs:
    """All runs of four words of a text.

    >>> sorted(runs_of("One two, three: four five"))
    [('one', 'two', 'three', 'four'), ('two', 'three', 'four', 'five')]
    """
    words = _WORD.findall(text.casefold())
    return frozenset(zip(*(words[n:] for n in range(_RUN)), strict=False))


def is_copy(one: Runs, other: Runs, *, at_home: bool) -> bool:
    """Whether the shorter is a copy of the longer, whole or cut; either may have lines added.

    Where the same words stand around other figures, it is none.

    Args:
        one: the runs of words of one text.
        other: those of the other.
        at_home: both appeared at the same source.

    >>> text = "the council has voted for the new bridge over the harbour after seven hours"
    >>> is_copy(runs_of(text), runs_of("(Reuters) - " + text), at_home=False)
    True
    >>> other = text.replace("seven", "7")
    >>> is_copy(runs_of(other), runs_of(other.replace("7", "8")), at_home=False)
    False
    >>> other = "the council put off the new bridge over the harbour after all"
    >>> is_copy(runs_of(text), runs_of(other), at_home=False)
    False
    """
    shorter, longer = sorted((one, other), key=len)
    if not shorter or len(shorter) < MIN_LENGTH * len(longer):
        return False
    needed = SHARED_AT_HOME if at_home else SHARED
    if len(shorter & longer) < needed * len(shorter):
        return False
    if at_home and not _numbers(shorter) <= _numbers(longer):
        return False
    return not _says_otherwise(shorter, longer)


def _numbers(runs: Runs) -> set[str]:
    return {word for run in runs for word in run if word.isdecimal()}


def _says_otherwise(shorter: Runs, longer: Runs) -> bool:
    """Whether the same words stand around other figures: another day's results, another toll."""
    own = {_masked(run) for run in shorter - longer} - {None}
    return not own.isdisjoint(_masked(run) for run in longer - shorter)


def _masked(run: tuple[str, ...]) -> tuple[str, ...] | None:
    """A run with its figures left open; None where there are none, or little else."""
    words = tuple("0" if word.isdecimal() else word for word in run)
    return words if words != run and words.count("0") < len(run) - 1 else None
