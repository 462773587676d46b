"""What one group of WARC records says: a row for ``captures``, and a page to be read, if any."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from archive.index.ids import capture_number
from archive.index.rows import CdxFields
from archive.indexer.reading import clean
from archive.indexer.worker import Page
from archive.times import to_timestamp
from archive.urls import is_http, registered_domain, urlkey
from archive.warc.digests import plain_digest
from archive.warc.message import REDIRECTS
from archive.warc.reader import CAPTURE_TYPES, Group, Record
from archive.warc.stored import StoredHttp
from archive.warc.tombstone import erased_by
from extract.sniff import is_pdf

_PAGES = ("text/html", "application/xhtml+xml", "application/pdf", "application/x-pdf")
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)", re.IGNORECASE
)
# What these kinds of request bring is never an article; foreign records have no kind.
_NO_ARTICLE = frozenset({"requisite", "robots", "feed", "sitemap", "section"})
_NO_PAGE = re.compile(
    r"\.(?:js|mjs|css|json|xml|rss|txt|ico|png|jpe?g|gif|webp|avif|svg|bmp|woff2?|ttf|otf|eot"
    r"|mp[34]|m4[av]|webm|ogg|m3u8|ts|zip|gz|map|wasm)$",
    re.IGNORECASE,
)
GONE = frozenset({404, 410})
# Articles are answered with 200, walls and gates with one of the others, too.
_READ = frozenset({200, 401, 402, 403, 429, 451, 503})


@dataclass(frozen=True, slots=True)
class FoundCapture(CdxFields):
    """A capture as it was met; ``wanted_by`` is the address of the page that a requisite is for."""

    id: int
    filename: str
    wanted_by: str | None
    captured_at: datetime

    @property
    def is_page(self) -> bool:
        """Whether an article may live at this address."""
        return self.kind not in _NO_ARTICLE and (
            self.kind is not None or not _NO_PAGE.search(self.uri.partition("?")[0])
        )

    @property
    def is_gone(self) -> bool:
        """Whether the server said that nothing is there."""
        return self.is_page and self.status in GONE

    @property
    def is_moved(self) -> bool:
        """Whether the server sent the reader to another address."""
        return self.is_page and self.redirect is not None

    @property
    def is_same(self) -> bool:
        """Whether this says: the same page as in the record it refers to."""
        return self.is_page and self.record_type == "revisit" and self.status in (200, 304)


@dataclass(frozen=True, slots=True)
class Found:
    """A group as far as the index is concerned; ``end`` is where the next one begins."""

    filename: str
    end: int
    capture: FoundCapture | None
    page: Page | None


def found_in(group: Group) -> Found:
    """What a group says. A group with nothing to index has no capture.

    Raises:
        WarcError: its date cannot be read.
    """
    record = group.main
    if not is_http(record.target_uri) or (
        record.type not in CAPTURE_TYPES and record is not group.metadata
    ):
        return Found(record.filename, group.end, None, None)
    http = _http(group)
    # One that describes another record says nothing alone: damage took the one it describes.
    if record is group.metadata and (not group.facts or record.find("WARC-Refers-To")):
        return Found(record.filename, group.end, None, None)
    capture = _capture(record, http, dict(group.facts), group.method)
    page = None
    if http is not None and _is_article_page(capture, http):
        page = Page(capture.uri, http, capture.captured_at)
    return Found(record.filename, group.end, capture, page)


def _http(group: Group) -> StoredHttp | None:
    record = group.main
    if record.type in ("response", "revisit"):
        return group.http()
    if record.type == "resource" and (record.find("Content-Type") or "").startswith(_PAGES):
        # A page that another program kept without the answer it came in.
        stated = (("Content-Type", record.find("Content-Type") or ""),)
        return StoredHttp(200, "OK", stated, record.content)
    return None


def _capture(
    record: Record, http: StoredHttp | None, facts: dict[str, Any], method: str
) -> FoundCapture:
    uri, kind = clean(record.target_uri), _text(facts.get("kind"))
    record_id = clean(record.capture_id)
    erased = erased_by(record.content) if record.type == "metadata" else None
    digest = (
        _text(facts.get("entity_digest"))
        or record.find("WARC-Payload-Digest")
        or _text((erased or {}).get("payload_digest"))
    )
    captured_at = record.date
    status = http.status if http else 200 if record.type in ("resource", "conversion") else None
    location = http.get("Location") if http and http.status in REDIRECTS else None
    return FoundCapture(
        id=capture_number(captured_at, record_id),
        record_id=record_id,
        urlkey=clean(urlkey(uri)),
        timestamp=to_timestamp(captured_at),
        uri=uri,
        mime=_mime(record, http),
        status=status,
        digest=plain_digest(digest) if digest else None,
        filename=record.filename,
        offset=record.offset,
        length=record.length,
        record_type=record.type,
        refers_to=_bare(record.find("WARC-Refers-To")) or None,
        refers_to_uri=record.find("WARC-Refers-To-Target-URI"),
        refers_to_date=record.find("WARC-Refers-To-Date"),
        redirect=_target(uri, location),
        truncated=record.truncated or _cut_short(record, http),
        source=_text(facts.get("source")) or registered_domain(uri) or "unknown",
        kind=kind,
        failure=_failure(facts) if record.type == "metadata" else None,
        method=clean(method) if method != "GET" else None,
        wanted_by=_text(facts.get("page")) if kind == "requisite" else None,
        captured_at=captured_at,
    )


def _is_article_page(capture: FoundCapture, http: StoredHttp) -> bool:
    if (
        capture.record_type not in ("response", "resource")
        or http.status not in _READ
        or not capture.is_page
    ):
        return False
    if is_pdf(http.body):
        return True
    if capture.mime is None:
        return bool(_LOOKS_LIKE_HTML.match(http.body[:512]))
    return capture.mime in _PAGES and bool(http.body)


def _mime(record: Record, http: StoredHttp | None) -> str | None:
    stated = http.get("Content-Type") if http else record.find("Content-Type")
    if record.type == "metadata" or not stated:
        return None
    return clean(stated.partition(";")[0].strip().lower()) or None


def _cut_short(record: Record, http: StoredHttp | None) -> str | None:
    """Whether less has come than was announced, where nobody noted why.

    A body kept decoded is longer than announced, as a rule, never shorter.
    """
    announced = http.get("Content-Length") if http and record.type == "response" else None
    if http is None or not announced or not announced.strip().isdecimal():
        return None
    has_coding = http.get("Content-Encoding") or http.get("Transfer-Encoding")
    return "unspecified" if not has_coding and len(http.body) < int(announced) else None


def _target(uri: str, location: str | None) -> str | None:
    if not location:
        return None
    try:
        # Servers send UTF-8 here, whatever the standard says; we read headers as Latin-1.
        raw = location.encode("latin-1", "replace").decode("utf-8", "replace")
        target = urljoin(uri, raw.strip())
    except ValueError:
        return None
    return clean(target) if is_http(target) else None


def _failure(facts: dict[str, Any]) -> str:
    return _text(facts.get("error")) or _text(facts.get("outcome")) or "no response"


def _text(value: object) -> str | None:
    return clean(value) if isinstance(value, str) and value else None


def _bare(record_id: str | None) -> str:
    return clean((record_id or "").strip().strip("<>"))
