"""One article, one address: what in an address changes nothing of what it leads to.

Session ids never do. Everything else is learned host by host from what was fetched: the same text
under both addresses, or a page that names its other address as the canonical one.
"""

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit, urlunsplit

from archive.urls import SESSION_IN_PATH, SESSION_IN_QUERY, without_tracking
from crawler.frontier.rows import KnownUrl
from crawler.outcomes import Kind, Why

# Beside what the index leaves out: counters of advertisers and of readers' ways.
_COUNTERS = re.compile(
    r"srsltid|(?:mtm|pk|matomo|piwik|hsa)_\w+|_hs\w+|vero_id|mkt_tok", re.IGNORECASE
)
#: Endings under which sites keep a second copy of an article.
_ENDINGS = ("/amp", "/amp/", ".amp", "/print", "/print/", "/index.html", "/index.php")
_MAX_PARAMETERS = 8
# Somebody has said that this spelling is the one to ask for.
_STATED = frozenset({Why.REDIRECT, Why.CANONICAL, Why.TWIN, Why.SAVED})


def story_address(url: str, idle: Collection[str] = ()) -> str:
    """An address without what is known to change nothing.

    >>> story_address("https://a.example/s.html;jsessionid=0A1B?utm_source=x&id=1")
    'https://a.example/s.html?id=1'
    >>> story_address("https://a.example/s/amp?v=1&id=1", {"?v", "/amp"})
    'https://a.example/s?id=1'

    Args:
        url: Absolute.
        idle: Marks learned for its host: ``?name`` of a parameter, or an ending of the path.
    """
    parts = urlsplit(without_tracking(url))
    path = SESSION_IN_PATH.sub("", parts.path)
    query = SESSION_IN_QUERY.sub("", parts.query).strip("&")
    query = "&".join(p for p in query.split("&") if not _COUNTERS.fullmatch(p.partition("=")[0]))
    if idle:
        path = next(
            (_without(path, end) for end in _ENDINGS if end in idle and _ends(path, end)), path
        )
        query = "&".join(part for part in query.split("&") if not _names(part) & set(idle))
    return urlunsplit(parts._replace(path=path, query=query))


def is_other_spelling(known: KnownUrl, idle: Collection[str]) -> bool:
    """Tell whether a new address is by now known to be another spelling of one.

    Args:
        known: The address.
        idle: Marks learned for its host.
    """
    if known.kind is not Kind.ARTICLE or known.last_fetched is not None or known.failures:
        return False
    if known.why in _STATED:
        return False
    return bool(idle) and story_address(known.url, idle) != known.url


def iter_plainer(url: str) -> Iterator[tuple[str, str]]:
    """Each mark of an address that may mean nothing, and the address without it.

    >>> list(iter_plainer("https://a.example/s/amp?v=1"))
    [('?v=1', 'https://a.example/s/amp'), ('/amp', 'https://a.example/s?v=1')]
    """
    parts = urlsplit(url)
    pairs = parts.query.split("&") if parts.query else []
    for pair in pairs[:_MAX_PARAMETERS]:
        name = pair.partition("=")[0]
        kept = "&".join(other for other in pairs if other.partition("=")[0] != name)
        yield f"?{pair}", urlunsplit(parts._replace(query=kept))
    for end in _ENDINGS:
        if _ends(parts.path, end):
            yield end, urlunsplit(parts._replace(path=_without(parts.path, end)))


def find_mark(url: str, canonical: str) -> str | None:
    """The mark by which an address differs from the canonical one; None: by more, or by nothing.

    >>> find_mark("https://a.example/s?ref=rss", "https://a.example/s")
    '?ref=rss'
    """
    return next((mark for mark, plainer in iter_plainer(url) if plainer == canonical), None)


def _names(part: str) -> set[str]:
    """The marks that may stand for a parameter: with its value, and whatever its value."""
    return {f"?{part}", f"?{part.partition('=')[0]}"}


def _ends(path: str, end: str) -> bool:
    # The root of a site is no second copy of anything.
    return path.endswith(end) and len(path) > len(end) and path != "/"


def _without(path: str, end: str) -> str:
    return path.removesuffix(end) or "/"
