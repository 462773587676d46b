"""Whether one of two texts is a copy of the other, by the words in a row they share."""

import re
from collections import defaultdict
from collections.abc import Iterator

SHARED = 0.5
"""Share of the shorter text's runs of words that the longer one must have."""

SHARED_AT_HOME = 0.8
"""The same within a source, whose own notices, forecasts and results are much alike.

There the longer one must have every number of the shorter, too: tide tables differ in nothing else.
"""

MIN_LENGTH = 0.2
"""A text shorter than this share of the longer one is quoted in it, and no copy."""

_RUN = 4
# Of the four runs that a figure is in: with two, "of 15 was not" would be enough.
_SAME_AROUND = 3
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
    >>> other = text.replace("the new bridge", "7 new bridges")
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
    """Whether the same words stand around another figure: another day's results, another toll."""
    there = {masked for run in longer - shorter for masked, _, _ in _masked(run)}
    places: dict[str, set[int]] = defaultdict(set)
    for run in shorter - longer:
        for masked, figure, place in _masked(run):
            if masked in there:
                places[figure].add(place)
    return any(len(found) >= _SAME_AROUND for found in places.values())


def _masked(run: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """A run with each of its figures left open, the figure, and its place in the run."""
    for place, word in enumerate(run):
        if word.isdecimal():
            yield (*run[:place], "", *run[place + 1 :]), word, place
