"""The host of an address, as rules and lists of services name it."""

from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Name the host by which rules are chosen.

    >>> host_of("https://www.x.test:8080/a"), host_of("file:///a.html")
    ('x.test', '')
    """
    return (urlsplit(url).hostname or "").removeprefix("www.")
