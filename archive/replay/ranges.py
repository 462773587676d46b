"""One byte range of a body, for players that seek.

Source: RFC 9110, 14.1.2 and 14.2: a header that is not understood is ignored.
"""

import re

_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)


class Unsatisfiable(ValueError):
    """The range lies wholly outside the body: 416."""


def parse_range(header: str | None, length: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of the range asked for; None: give the whole body.

    >>> parse_range("bytes=0-99", 1000), parse_range("bytes=-10", 1000), parse_range("lines=1", 9)
    ((0, 100), (990, 1000), None)

    Raises:
        Unsatisfiable: it starts behind the end.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, length - int(last)), length
    else:
        start, end = int(first), min(length, int(last) + 1 if last else length)
        if last and int(last) < start:
            return None
    if start >= length:
        raise Unsatisfiable(f"{header}: the body has {length} bytes")
    return start, end
