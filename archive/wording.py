"""Numbers in the sentences that are printed for people."""


def counted(count: int, thing: str) -> str:
    """How many of a thing there are, as people say it.

    >>> counted(1, "capture"), counted(2_000, "capture")
    ('1 capture', '2,000 captures')
    """
    return f"{count:,} {thing if count == 1 else thing + 's'}"
