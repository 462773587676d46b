"""Which addresses belong to a source, and which are traps."""

import re
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from archive.config import Config, CrawlTable, Source
from archive.urls import host_of, is_http, registered_domain
from crawler.outcomes import Kind, NotFollowed

# Deeper paths, or one segment this often, are links that feed on themselves (a relative link on
# a page served under any path). Of the 249 article addresses in our corpus none has more than
# 8 segments, and none has the same one twice.
_MAX_SEGMENTS = 16
_MAX_REPEATS = 3
_MAX_PARAMETERS = 12
# Calendars have a page for every month there ever will be.
_CALENDAR = re.compile(r"(?:calendar|kalender|calendrier|calendario|agenda)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(19\d\d|2\d\d\d)(?!\d)")
_YEARS_AHEAD = 1
# What blogs put beside every article: forms, replies, printed twins, feeds of comments, APIs.
_FURNITURE = re.compile(
    r"[?&](?:replytocom|share|print|add-to-cart|like_comment)=|/wp-(?:login|json|admin|cron)\b"
    r"|/(?:xmlrpc\.php|trackback/?|comments/feed/?)$|/feed/?$",
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|json|woff2?|ttf|mp[34]|m4[av]|webm|ogg|wav|avi|mov"
    r"|zip|gz|tar|rar|7z|exe|dmg|apk|iso|docx?|xlsx?|pptx?|epub|ics|vcf)$",
    re.IGNORECASE,
)


class Scope:
    """Says of an address why it is not followed; None: it is."""

    def __init__(self, source: Source, crawl: CrawlTable) -> None:
        self._hosts = tuple(host.lower() for host in source.scope)
        self._include = tuple(re.compile(pattern) for pattern in source.include)
        self._exclude = tuple(re.compile(pattern) for pattern in source.exclude)
        self._max_length = crawl.max_url_length
        self.max_redirects = crawl.max_redirects

    def refusal(self, url: str, kind: Kind) -> NotFollowed | None:
        """Why an address is not followed as what it would be fetched as; None: it is.

        A requisite may lie anywhere on the web. The patterns speak of pages; what leads to pages
        only has to lie on the source's hosts.
        """
        if not is_http(url):
            return NotFollowed.NOT_HTTP
        if len(url) > self._max_length:
            return NotFollowed.TOO_LONG
        if kind is Kind.REQUISITE:
            return None
        if not self.has_host(url):
            return NotFollowed.OUT_OF_SCOPE
        return self._page_refusal(url) if kind is Kind.ARTICLE else None

    def _page_refusal(self, url: str) -> NotFollowed | None:
        included = not self._include or any(pattern.search(url) for pattern in self._include)
        if not included or any(pattern.search(url) for pattern in self._exclude):
            return NotFollowed.EXCLUDED
        return NotFollowed.TRAP if is_trap(url) else None

    def has_host(self, url: str) -> bool:
        """Tell whether an address lies on a host of the source or a subdomain of one."""
        host = host_of(url)
        name = urlsplit(url).hostname or ""
        return any(_is_within(host if ":" in own else name, own) for own in self._hosts)


def is_trap(url: str, *, this_year: int | None = None) -> bool:
    """Tell whether an address looks like one of endlessly many.

    >>> is_trap("https://a.example/news/2026/11/22/harbour-reopens")
    False
    >>> is_trap("https://a.example/a/b/a/b/a/b/a/b"), is_trap("https://a.example/x?share=email")
    (True, True)
    >>> is_trap("https://a.example/calendar/2031/05", this_year=2026)
    True
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > _MAX_SEGMENTS or max(Counter(segments).values(), default=0) > _MAX_REPEATS:
        return True
    parameters = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=1000)
    if len(parameters) > _MAX_PARAMETERS or _FURNITURE.search(url):
        return True
    if _CALENDAR.search(url):
        limit = (this_year or datetime.now(UTC).year) + _YEARS_AHEAD
        return any(int(year) > limit for year in _YEAR.findall(url))
    return False


def may_be_page(url: str) -> bool:
    """Tell whether a link may lead to a page, by the ending of its path.

    >>> may_be_page("https://a.example/story.html"), may_be_page("https://a.example/photo.JPG")
    (True, False)
    """
    return not _NO_PAGE.search(urlsplit(url).path)


def is_host_of(source: Source, name: str) -> bool:
    """Tell whether a host, named without its port, is one of a source's own."""
    return any(_is_within(name, own.partition(":")[0].lower()) for own in source.scope)


def _is_within(host: str, own: str) -> bool:
    return host == own or host.endswith(f".{own}")


def owner_of(url: str, config: Config) -> tuple[str, Source]:
    """The source in whose scope an address lies; one made for its domain where there is none.

    >>> config = Config(layout=1, archive={"contact": "mailto:a@b.example"})
    >>> owner_of("https://www.gazette.co.uk/a", config)[0]
    'gazette.co.uk'
    """
    for source_id, source in config.sources.items():
        if source.enabled and Scope(source, config.crawl).has_host(url):
            return source_id, source
    parts = urlsplit(url)
    domain = registered_domain(url)
    home = f"{parts.scheme}://{parts.netloc}/"
    return domain, Source(name=domain, url=home, hosts=(domain,), recheck=())
