"""The rows that the indexer computes; docs/schema.md tells what each column means."""

from dataclasses import dataclass, fields

from archive.index.table import Table


@dataclass(frozen=True, slots=True)
class CdxFields:
    """What a record says of itself; fields as in a CDX.

    ``digest`` is that of the entity (``sha1:`` and base 32); ``offset`` and ``length`` count
    compressed bytes. A ``metadata`` record is a request that got no response: it has no status, and
    ``failure`` says why. ``refers_to`` is the WARC-Record-ID a revisit names. ``method`` is that of
    the request; None for GET, or where it is not known.
    """

    record_id: str
    urlkey: str
    timestamp: str
    uri: str
    mime: str | None
    status: int | None
    digest: str | None
    offset: int
    length: int
    record_type: str
    refers_to: str | None
    refers_to_uri: str | None
    refers_to_date: str | None
    redirect: str | None
    truncated: str | None
    source: str
    kind: str | None
    failure: str | None
    method: str | None


@dataclass(frozen=True, slots=True)
class StoredCapture(CdxFields):
    """A row of ``captures``."""

    id: int
    warc: int
    page_kind: str | None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A row of ``pages``."""

    capture: int
    kind: str
    language: str | None
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """Facts of a page that are kept as they are printed, each a text or None.

    A field of this class is one of `extract.Article`, a column of ``versions``, a field of the
    query language, and a field of exports and of the API (docs/architecture.md has the recipe).
    """

    dateline: str | None


PRINTED = tuple(field.name for field in fields(Printed))


@dataclass(frozen=True, slots=True)
class Said(Printed):
    """What a page says, as ``versions`` keeps it; lists are JSON, digests 63 bits.

    ``digest`` tells versions apart (`archive.indexer.reading.reading_of`). ``title_digest`` and
    ``text_digest`` are None where there is too little to compare.
    """

    digest: int
    title: str
    standfirst: str
    layout: str
    asides: str
    authors: str
    published: str | None
    modified: str | None
    language: str | None
    section: str | None
    tags: str
    image: str | None
    canonical_url: str | None
    credit: str | None
    paywall: str
    kind: str
    words: int
    title_digest: int | None
    text_digest: int | None
    fingerprint: int
    extractor: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredVersion(Said):
    """A row of ``versions``; ``id`` is the number of its first capture."""

    id: int
    article: int
    last_capture: int
    captures: int
    shown_as: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """A row of ``articles``."""

    number: int
    id: int
    source: str
    url: str
    title: str
    current_version: int
    published: str | None
    dated: str
    first_captured: str
    last_captured: str
    versions: int
    captures: int
    kind: str
    language: str | None
    section: str | None
    credit: str | None
    paywall: str
    words: int
    edited: str | None
    removed: str | None
    earlier_text: str
    editions_text: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A row of ``events``; versions by their digests."""

    capture: int
    kind: str
    at: str
    article: int
    version_before: int | None = None
    version_after: int | None = None
    silent: bool = False
    flips: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A row of ``links``."""

    version: int
    place: int
    urlkey: str
    url: str
    words: str


CAPTURES = Table("captures", StoredCapture)
PAGES = Table("pages", StoredPage)
VERSIONS = Table("versions", StoredVersion)
ARTICLES = Table("articles", StoredArticle)
EVENTS = Table("events", StoredEvent)
LINKS = Table("links", StoredLink, conflict="ON CONFLICT DO NOTHING")
