"""What an answer leads to: entries for the frontier.

Pure and slow (feedparser takes a second for a large feed), so it is run in a thread.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.urls import host_of
from crawler.answers import Answer
from crawler.discovery.content import gunzip
from crawler.discovery.found import Found, Listing, absolute
from crawler.discovery.markup import iter_tags
from crawler.discovery.pages import (
    ALL_TAGS,
    ARTICLE_TAGS,
    NoMarkup,
    ScannedPage,
    find_refresh,
    iter_announced_feeds,
    iter_links,
    read_page,
    read_refresh,
)
from crawler.discovery.readers import Document, read_listing
from crawler.discovery.requisites import iter_css, iter_requisites
from crawler.discovery.sniff import DocumentKind
from crawler.fetch import Fetch
from crawler.frontier import Lane, NewUrl
from crawler.frontier.rows import lane_of
from crawler.outcomes import LISTINGS, Kind, NotFollowed, Silence, Why
from crawler.prose import fingerprint
from crawler.schedule import MIN_HONEST_RECHECK_S, MIN_RECHECK_S, REQUISITE_S
from crawler.scope import Scope, may_be_page
from crawler.twins import find_mark, story_address

#: What is read of one document. The protocol allows a sitemap 50 MB; no feed or page needs it.
MAX_LISTING_BYTES = 64_000_000
MAX_PAGE_BYTES = 16_000_000
#: A page that sends its reader on by a meta element is at most this long, coded or not.
MAX_REFRESH_BYTES = 16_384
# A sitemap that changed, or an article that was published, longer ago is no news.
_RECENT_S = 3 * 86400.0
# No article is taken to be listed for longer.
_MAX_SPAN_S = 2 * 86400.0
# The protocol has indexes name sitemaps; those that name indexes are read this many levels deep.
_MAX_DEPTH = 3
_HEAD_BYTES = 131_072
_CANONICAL = re.compile(rb"<link\b[^<>]{0,400}\bcanonical\b[^<>]{0,2000}>", re.IGNORECASE)
_MAY_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)


@dataclass(slots=True)
class Leads:
    """Entries to add, and how many addresses were not followed for which reason."""

    entries: list[NewUrl] = field(default_factory=list)
    not_followed: Counter[NotFollowed] = field(default_factory=Counter)
    readable: bool = True
    """False: it should have been a listing, and is none."""
    named: int = 0
    """Of a listing: the addresses it names, followed or not."""
    strangers: Counter[str] = field(default_factory=Counter)
    """Hosts that are not the source's, and how many addresses there a listing has named."""
    span: float = 0.0
    """Of a listing with dates: the age in seconds of the oldest article it still names."""
    text: int | None = None
    """Of an article: a fingerprint of its text."""
    canonical: str | None = None
    """Of an article: the address it says is its own, where that is another."""

    @property
    def silence(self) -> Silence | None:
        """Why a listing yields nothing; None: it does, or what it names is only too old."""
        if not self.readable:
            return Silence.UNREADABLE
        if not self.named:
            return Silence.EMPTY
        if self.entries or self.not_followed[NotFollowed.TOO_OLD]:
            return None
        strange = self.not_followed[NotFollowed.OUT_OF_SCOPE]
        return Silence.OUT_OF_SCOPE if strange * 2 >= self.named else Silence.EXCLUDED


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a source when one of its documents is read.

    Attributes:
        now: The moment.
        scope: Of the source.
        idle: Marks of addresses that mean nothing at its hosts.
        trusted: Its dates have announced changes: they are believed sooner.
        believed: False: they have announced changes that were none.
        wants_feeds: A feed of it has died: what its pages announce is looked at.
    """

    now: float
    scope: Scope
    idle: frozenset[str] = frozenset()
    trusted: bool = False
    believed: bool = True
    wants_feeds: bool = False


def find_leads(fetch: Fetch, answer: Answer, context: Context) -> Leads:
    """Read what a successful answer names, according to what it was fetched as."""
    reader = _Reader(fetch, answer, context)
    if fetch.kind in LISTINGS:
        reader.read_listing()
    elif fetch.kind is Kind.ARTICLE:
        reader.read_article()
    elif fetch.kind is Kind.REQUISITE and answer.media_type == "text/css":
        reader.read_style()
    return reader.leads


def may_lead_on(fetch: Fetch, answer: Answer) -> bool:
    """Tell whether there is anything to read in a successful answer."""
    if fetch.kind in LISTINGS:
        return True
    if fetch.kind is Kind.REQUISITE:
        return answer.media_type == "text/css"
    return answer.is_html


class _Reader:
    def __init__(self, fetch: Fetch, answer: Answer, context: Context) -> None:
        self._fetch, self._answer, self._context = fetch, answer, context
        self._scope, self._now = context.scope, context.now
        known = fetch.known
        self._lane = known.lane if known else lane_of(fetch.kind)
        self._is_first_look = known is None or known.last_fetched is None
        self.leads = Leads()

    def read_listing(self) -> None:
        body = gunzip(self._answer.content(MAX_LISTING_BYTES), max_bytes=MAX_LISTING_BYTES)
        document = Document(body, self._answer.url, self._answer.headers)
        is_section = self._fetch.kind is Kind.SECTION
        # A page of plain text may start with an address.
        is_text = is_section and document.kind is DocumentKind.URL_LIST
        if not is_text and (listing := read_listing(document)) is not None:
            self._listing(listing)
        elif is_section and self._answer.is_html:
            self._section(body)
        else:
            self.leads.readable = False

    def read_article(self) -> None:
        if not self._answer.is_html:
            return
        body = self._answer.content(MAX_PAGE_BYTES)
        self.leads.text = fingerprint(body)
        self._canonical(body)
        if target := read_refresh(self._answer.headers.get("refresh", ""), self._answer.url):
            self._follow(target)
            return
        wanted = self._fetch.source.requisites == "page"
        short = len(body) <= MAX_REFRESH_BYTES
        moved = short and _MAY_REFRESH.search(body) is not None
        page = self._page(body, ARTICLE_TAGS) if wanted or moved else None
        if page is None:
            return
        if moved and (target := find_refresh(page)):
            self._follow(target)
        if wanted:
            self._page_requisites(page)

    def _canonical(self, body: bytes) -> None:
        """What a page says is its own address, where it differs by what may mean nothing."""
        for link in _CANONICAL.findall(body[:_HEAD_BYTES])[:2]:
            tag = next(
                iter_tags(link.decode("utf-8", "replace"), {"link"}, mentioning="href"), None
            )
            href = tag.attributes().get("href", "") if tag else ""
            if href == self._answer.url:
                continue  # as nearly every page says
            named = absolute(self._answer.url, href)
            if named is None or named == self._answer.url:
                continue
            named = story_address(named, self._context.idle)
            own = story_address(self._answer.url)
            if find_mark(own, named) and self._scope.refusal(named, Kind.ARTICLE) is None:
                self.leads.canonical = named

    def read_style(self) -> None:
        css = self._answer.content(MAX_PAGE_BYTES)
        found = iter_css(css, self._answer.url)
        known = self._fetch.known
        page = known.page if known else ""
        self._add_requisites(found, page=page, hops=self._fetch.hops + 1)

    def _listing(self, listing: Listing) -> None:
        self._add_articles(listing.pages, Why.SITEMAP if listing.is_complete else Why.FEED)
        hops = self._fetch.hops + 1
        for found in listing.listings:
            self.leads.named += 1
            if hops > _MAX_DEPTH:
                self.leads.not_followed[NotFollowed.TOO_DEEP] += 1
            elif found.url != self._answer.url and self._is_followed(found, Kind.SITEMAP):
                stale_before = min(found.modified, self._now) if found.modified else None
                lane = self._lane_of_sitemap(found)
                self._add(found, Kind.SITEMAP, Why.SITEMAP, stale_before, lane, hops=hops)

    def _lane_of_sitemap(self, found: Found) -> Lane:
        if self._lane is Lane.BACKFILL:
            return Lane.BACKFILL
        if found.modified is None:
            return Lane.CHECK
        return Lane.LISTING if self._now - found.modified < _RECENT_S else Lane.BACKFILL

    def _lane_of_article(self, found: Found, why: Why) -> Lane:
        """News, or what a listing has kept from long ago."""
        if self._lane is Lane.BACKFILL:
            return Lane.BACKFILL
        newest = found.modified or found.published
        if newest is not None:
            return Lane.NEWS if self._now - newest < _RECENT_S else Lane.BACKFILL
        # The first look at a sitemap shows all there ever was; at a feed or a page, the newest.
        old = why is Why.SITEMAP and self._is_first_look
        return Lane.BACKFILL if old else Lane.NEWS

    def _section(self, body: bytes) -> None:
        page = self._page(body[:MAX_PAGE_BYTES], ALL_TAGS)
        if page is None:
            self.leads.readable = False
            return
        if self._context.wants_feeds:
            self._announced(page)
        links = (found for found in iter_links(page) if may_be_page(found.url))
        self._add_articles(links, Why.SECTION)
        if self._fetch.source.requisites == "page":
            self._page_requisites(page)

    def _announced(self, page: ScannedPage) -> None:
        """The feeds that a page says its site has, where those we know of have died."""
        for feed in iter_announced_feeds(page):
            if self._is_followed(Found(feed.url), Kind.FEED):
                self._add(Found(feed.url), Kind.FEED, Why.ANNOUNCED, None, Lane.LISTING)

    def _page_requisites(self, page: ScannedPage) -> None:
        found = iter_requisites(page, media=self._fetch.source.media)
        self._add_requisites(found, page=self._answer.url)

    def _page(self, body: bytes, names: frozenset[str]) -> ScannedPage | None:
        answer = self._answer
        try:
            return read_page(body, answer.url, content_type=answer.content_type, names=names)
        except NoMarkup:
            return None

    def _add_articles(self, entries: Iterable[Found], why: Why) -> None:
        # A listing that says "changed a moment ago" every time is believed once an hour.
        wait = MIN_HONEST_RECHECK_S if self._context.trusted else MIN_RECHECK_S
        for found in entries:
            self.leads.named += 1
            url = story_address(found.url, self._context.idle)
            plain = Found(url, found.published, found.modified)
            if self._is_followed(plain, Kind.ARTICLE):
                modified = found.modified
                if modified:
                    age = self._now - (found.published or modified)
                    self.leads.span = max(self.leads.span, min(age, _MAX_SPAN_S))
                told = modified is not None and self._context.believed
                stale_before = min(modified, self._now - wait) if modified and told else None
                lane = self._lane_of_article(found, why)
                self._add(plain, Kind.ARTICLE, why, stale_before, lane)

    def _follow(self, target: str) -> None:
        """Go where a page sends its reader by itself."""
        hops = self._fetch.hops + 1
        if hops > self._scope.max_redirects:
            self.leads.not_followed[NotFollowed.TOO_MANY_REDIRECTS] += 1
        elif self._is_followed(Found(target), Kind.ARTICLE):
            source_id, via = self._fetch.source_id, self._answer.url
            lane = Lane.NEWS if self._lane is Lane.LISTING else self._lane
            entry = NewUrl(
                target, source_id, Kind.ARTICLE, Why.REDIRECT, via=via, hops=hops, lane=lane
            )
            self.leads.entries.append(entry)

    def _add_requisites(self, entries: Iterable[Found], *, page: str, hops: int = 0) -> None:
        for found in entries:
            if hops <= self._scope.max_redirects and self._is_followed(found, Kind.REQUISITE):
                self.leads.entries.append(
                    NewUrl(
                        found.url,
                        self._fetch.source_id,
                        Kind.REQUISITE,
                        Why.REQUISITE,
                        via=self._answer.url,
                        page=page,
                        hops=hops,
                        stale_before=self._now - REQUISITE_S,
                        lane=self._lane.of_requisites,
                    )
                )

    def _add(
        self,
        found: Found,
        kind: Kind,
        why: Why,
        stale_before: float | None,
        lane: Lane,
        *,
        hops: int = 0,
    ) -> None:
        self.leads.entries.append(
            NewUrl(
                found.url,
                self._fetch.source_id,
                kind,
                why,
                via=self._answer.url,
                hops=hops,
                published=found.published,
                stale_before=stale_before,
                lane=lane,
                modified=found.modified,
            )
        )

    def _is_followed(self, found: Found, kind: Kind) -> bool:
        # What was asked for by name is wanted whatever its age.
        max_age = None if self._lane is Lane.BACKFILL else self._fetch.source.max_age
        newest = found.modified or found.published
        refusal = self._scope.refusal(found.url, kind)
        if refusal is None and max_age and newest and self._now - newest > max_age.total_seconds():
            refusal = NotFollowed.TOO_OLD
        if refusal is not None:
            self.leads.not_followed[refusal] += 1
            if refusal is NotFollowed.OUT_OF_SCOPE and kind is Kind.ARTICLE:
                self.leads.strangers[host_of(found.url)] += 1
        return refusal is None
