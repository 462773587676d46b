"""Candidates of a ``srcset`` attribute.

Source: WHATWG HTML, "Parse a srcset attribute".
"""

import re
from collections.abc import Callable, Iterator

# An address has no white space and may hold commas, but neither starts nor ends with one; its
# descriptors end at a comma outside parentheses.
# Possessive at the start: thousands of commas must not be tried in every way.
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])(,*)((?:[^,(]|\([^)]*\)?)*)", re.DOTALL)


def rewrite_srcset(value: str, locate: Callable[[str], str | None]) -> str:
    """Rewrite the address of each candidate; one without a new address is left out.

    >>> rewrite_srcset("a.png 1x, b,c.png 2x ,data:x,y 3x", lambda url: "/" + url)
    '/a.png 1x, /b,c.png 2x, /data:x,y 3x'
    >>> rewrite_srcset("a.png, b.png", lambda url: None)
    ''
    """
    kept = []
    for url, descriptors in iter_candidates(value):
        located = locate(url)
        if located is not None:
            kept.append(f"{located} {descriptors}".strip())
    return ", ".join(kept)


def iter_candidates(value: str) -> Iterator[tuple[str, str]]:
    """The address of each candidate, with its descriptors.

    >>> list(iter_candidates("a,b.png 1x, c.png,d.png"))
    [('a,b.png', '1x'), ('c.png,d.png', '')]
    """
    position = 0
    while match := _CANDIDATE.match(value, position):
        url, comma, descriptors = match.groups()
        # A comma at the end of the address ends the candidate: it has no descriptor.
        position = match.end(2) if comma else match.end()
        yield url, "" if comma else descriptors.strip()
