"""Numbers and names in the sentences that are printed for people."""

from collections.abc import Iterable
from difflib import get_close_matches


def counted(count: int, thing: str, things: str = "") -> str:
    """How many of a thing there are, as people say it.

    >>> counted(1, "capture"), counted(2_000, "capture"), counted(0, "entry", "entries")
    ('1 capture', '2,000 captures', '0 entries')
    """
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What was probably meant by a name that nothing has, as the end of a sentence.

    >>> did_you_mean("serach", ["index", "search"]), did_you_mean("x", ["index", "search"])
    ("; did you mean 'search'?", '')
    """
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
