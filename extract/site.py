"""What a site calls itself: its name in titles and bylines is neither headline nor author."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from extract.structured import Structured, as_list, as_text, types_of
from extract.title import SiteNames

_OF_SITES = frozenset({"WebSite", "Organization", "NewsMediaOrganization"})
# Shorter, a label of a host name is a country or a habit: "co", "m".
_MIN_LABEL_CHARS = 3


def read_site(said: Structured, url: str) -> SiteNames:
    """Read the names of a site from its statements and the host of its address.

    >>> read_site(Structured(), "https://www.the-paper.test/a").have("The Paper")
    True
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = [label for label in host.split(".")[:-1] if len(label) >= _MIN_LABEL_CHARS]
    return SiteNames((host, *labels, *_iter_stated(said)), labels)


def _iter_stated(said: Structured) -> Iterator[str]:
    yield from said.metas.get("og:site_name", ())
    yield from said.metas.get("application-name", ())
    for key in ("publisher", "sourceOrganization"):
        yield from filter(None, map(as_text, as_list(said.article.get(key))))
    for node in said.nodes:
        if types_of(node) & _OF_SITES and (name := as_text(node.get("name"))):
            yield name
