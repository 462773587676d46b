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


def ago(at: float | None, now: float) -> str:
    """A moment beside the present.

    >>> ago(40.0, 100.0), ago(7300.0, 100.0), ago(None, 100.0)
    ('1 min ago', 'in 2 h', 'never')
    """
    if at is None:
        return "never"
    seconds = abs(now - at)
    unit, size = next(
        (unit, size) for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
        if seconds >= size or size == 1
    )  # fmt: skip
    count = f"{seconds / size:.0f} {unit}"
    return f"{count} ago" if at <= now else f"in {count}"
