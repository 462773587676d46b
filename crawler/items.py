"""What the `news` spider keeps, as items for pipelines, feed exports and signals of Scrapy's."""

from dataclasses import dataclass
from typing import Self

from pydispatch import dispatcher  # type: ignore[import-untyped] # Scrapy's signals
from scrapy import signals
from scrapy.crawler import Crawler

from crawler.answers import Answer
from crawler.fetch import Fetch

_ABOUT_ITEMS = (signals.item_scraped, signals.item_dropped, signals.item_error)


@dataclass(frozen=True, slots=True)
class Kept:
    """One response whose record is on the disk.

    Attributes:
        url: What was asked for.
        source: Id of its source.
        kind: What it was fetched as: ``article``, ``feed``, ``sitemap``, ``section``,
            ``requisite`` or ``robots``.
        via: Where its address was found.
        status: Of the response.
        content_type: As it was sent; empty where it was not.
        record_id: ``WARC-Record-ID``.
        record_type: ``response`` or ``revisit``.
        filename: Relative to ``warcs/``, as it will be when it is sealed.
        offset: Of the record, in compressed bytes.
        entity_digest: ``sha1:`` and base 32, over the entity.
        date: ``WARC-Date``.
    """

    url: str
    source: str
    kind: str
    via: str
    status: int
    content_type: str
    record_id: str
    record_type: str
    filename: str
    offset: int
    entity_digest: str | None
    date: str

    @classmethod
    def of(cls, fetch: Fetch, answer: Answer) -> Self:
        """The item of an answer."""
        written = answer.written
        return cls(
            url=fetch.url,
            source=fetch.source_id,
            kind=str(fetch.kind),
            via=fetch.via or "",
            status=answer.status,
            content_type=answer.content_type,
            record_id=written.record_id,
            record_type=written.record_type,
            filename=written.filename,
            offset=written.offset,
            entity_digest=written.entity_digest,
            date=written.date,
        )


def is_heard(crawler: Crawler) -> bool:
    """Tell whether there is a pipeline, or anybody who waits for a signal about items."""
    assert crawler.engine is not None
    if crawler.engine.scraper.itemproc.middlewares:
        return True
    return any(dispatcher.getReceivers(crawler, signal) for signal in _ABOUT_ITEMS)
