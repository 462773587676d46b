"""What an answer leads to: entries for the frontier.

Pure and slow (feedparser takes a second for a large feed), so it is run in a thread.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.urls import without_tracking
from crawler.answers import Answer
from crawler.discovery.content import gunzip
from crawler.discovery.found import Found
from crawler.discovery.pages import (
    ALL_TAGS,
    ARTICLE_TAGS,
    NoMarkup,
    Page,
    find_refresh,
    iter_links,
    read_page,
)
from crawler.discovery.requisites import iter_css, iter_requisites
from crawler.discovery.sitemaps import Sitemap, read_sitemap, read_url_list
from crawler.discovery.sniff import Document, sniff
from crawler.frontier import Entry
from crawler.outcomes import LISTINGS, Kind, NotFollowed, Why
from crawler.queue import Fetch
from crawler.schedule import MIN_RECHECK_S, REQUISITE_S
from crawler.scope import Scope, may_be_page

#: What is read of one document. The protocol allows a sitemap 50 MB; no feed or page needs it.
MAX_LISTING_BYTES = 64_000_000
MAX_PAGE_BYTES = 16_000_000
#: A page that sends its reader on by a meta element is at most this long, coded or not.
MAX_REFRESH_BYTES = 16_384
_MAY_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)


@dataclass(slots=True)
class Leads:
    """Entries to add, and how many addresses were not followed for which reason."""

    entries: list[Entry] = field(default_factory=list)
    not_followed: Counter[NotFollowed] = field(default_factory=Counter)
    readable: bool = True
    """False: it should have been a listing, and is none."""


def find_leads(fetch: Fetch, answer: Answer, scope: Scope, *, now: float) -> Leads:
    """Read what a successful answer names, according to what it was fetched as."""
    reader = _Reader(fetch, answer, scope, now)
    if fetch.kind in LISTINGS:
        reader.read_listing()
    elif fetch.kind is Kind.ARTICLE:
        reader.read_article()
    elif fetch.kind is Kind.REQUISITE and answer.media_type == "text/css":
        reader.read_style()
    return reader.leads


class _Reader:
    def __init__(self, fetch: Fetch, answer: Answer, scope: Scope, now: float) -> None:
        self._fetch, self._answer, self._scope, self._now = fetch, answer, scope, now
        self.leads = Leads()

    def read_listing(self) -> None:
        body = gunzip(self._answer.content(MAX_LISTING_BYTES), max_bytes=MAX_LISTING_BYTES)
        document = sniff(body)
        if document is Document.FEED:
            self._feed(body)
        elif document is Document.JSON_FEED:
            from crawler.discovery.feeds import read_json_feed  # noqa: PLC0415

            self._add_articles(read_json_feed(body, self._answer.url), Why.FEED)
        elif document is Document.SITEMAP:
            self._sitemap(read_sitemap(body, self._answer.url))
        elif document is Document.URL_LIST and self._fetch.kind is not Kind.SECTION:
            self._sitemap(read_url_list(body, self._answer.url))
        elif self._fetch.kind is Kind.SECTION and self._answer.is_html:
            self._section(body)
        else:
            self.leads.readable = False

    def read_article(self) -> None:
        if not self._answer.is_html:
            return
        body = self._answer.content(MAX_PAGE_BYTES)
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

    def read_style(self) -> None:
        css = self._answer.content(MAX_PAGE_BYTES)
        found = iter_css(css, self._answer.url)
        known = self._fetch.known
        page = known.page if known else ""
        self._add_requisites(found, page=page, hops=self._fetch.hops + 1)

    def _feed(self, body: bytes) -> None:
        # Sources without a feed do not pay for feedparser.
        from crawler.discovery.feeds import read_feed  # noqa: PLC0415

        found = read_feed(body, self._answer.url, content_type=self._answer.content_type)
        self._add_articles(found, Why.FEED)

    def _sitemap(self, sitemap: Sitemap) -> None:
        self._add_articles(sitemap.pages, Why.SITEMAP)
        for found in sitemap.sitemaps:
            if self._is_followed(found, Kind.SITEMAP):
                stale_before = min(found.modified, self._now) if found.modified else None
                self._add(found, Kind.SITEMAP, Why.SITEMAP, stale_before=stale_before)

    def _section(self, body: bytes) -> None:
        page = self._page(body[:MAX_PAGE_BYTES], ALL_TAGS)
        if page is None:
            self.leads.readable = False
            return
        links = (found for found in iter_links(page) if may_be_page(found.url))
        self._add_articles(links, Why.SECTION)
        if self._fetch.source.requisites == "page":
            self._page_requisites(page)

    def _page_requisites(self, page: Page) -> None:
        found = iter_requisites(page, media=self._fetch.source.media)
        self._add_requisites(found, page=self._answer.url)

    def _page(self, body: bytes, names: frozenset[str]) -> Page | None:
        answer = self._answer
        try:
            return read_page(body, answer.url, content_type=answer.content_type, names=names)
        except NoMarkup:
            return None

    def _add_articles(self, entries: Iterable[Found], why: Why) -> None:
        for found in entries:
            plain = Found(without_tracking(found.url), found.published, found.modified)
            if self._is_followed(plain, Kind.ARTICLE):
                # A listing that says "changed a moment ago" every time is believed once an hour.
                modified = found.modified
                limit = self._now - MIN_RECHECK_S
                stale_before = min(modified, limit) if modified else None
                self._add(plain, Kind.ARTICLE, why, stale_before=stale_before)

    def _follow(self, target: str) -> None:
        hops = self._fetch.hops + 1
        if hops > self._scope.max_redirects:
            self.leads.not_followed[NotFollowed.TOO_MANY_REDIRECTS] += 1
        elif self._is_followed(Found(target), Kind.ARTICLE):
            source_id, via = self._fetch.source_id, self._answer.url
            entry = Entry(target, source_id, Kind.ARTICLE, Why.REDIRECT, via=via, hops=hops)
            self.leads.entries.append(entry)

    def _add_requisites(self, entries: Iterable[Found], *, page: str, hops: int = 0) -> None:
        for found in entries:
            if hops <= self._scope.max_redirects and self._is_followed(found, Kind.REQUISITE):
                self.leads.entries.append(
                    Entry(
                        found.url,
                        self._fetch.source_id,
                        Kind.REQUISITE,
                        Why.REQUISITE,
                        via=self._answer.url,
                        page=page,
                        hops=hops,
                        stale_before=self._now - REQUISITE_S,
                    )
                )

    def _add(self, found: Found, kind: Kind, why: Why, *, stale_before: float | None) -> None:
        self.leads.entries.append(
            Entry(
                found.url,
                self._fetch.source_id,
                kind,
                why,
                via=self._answer.url,
                published=found.published,
                stale_before=stale_before,
            )
        )

    def _is_followed(self, found: Found, kind: Kind) -> bool:
        max_age = self._fetch.source.max_age
        newest = found.modified or found.published
        refusal = self._scope.refusal(found.url, kind)
        if refusal is None and max_age and newest and self._now - newest > max_age.total_seconds():
            refusal = NotFollowed.TOO_OLD
        if refusal is not None:
            self.leads.not_followed[refusal] += 1
        return refusal is None
