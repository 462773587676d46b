"""What came back for one request, and what may be concluded from it alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from archive.warc.exchange import PayloadRef, Written
from archive.warc.message import REDIRECTS
from crawler.discovery.content import Undecodable, decode_content
from crawler.discovery.found import absolute
from crawler.outcomes import Outcome

_PERMANENT = frozenset({301, 308})
_RATE_LIMITS = frozenset({403, 429, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose records are durable."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header the last value."""
    body: bytes
    """Transfer-decoded, content-coded."""
    written: Written
    set_cookies: tuple[str, ...] = ()
    """Each ``Set-Cookie`` line: of use only while a redirect is followed."""
    reserved: tuple[str, ...] = ()
    """What it says against being kept, found or mined."""

    @property
    def content_type(self) -> str:
        """``Content-Type`` as it was sent, or an empty string."""
        return self.headers.get("content-type", "")

    @property
    def media_type(self) -> str:
        """The type without parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Tell whether it is a page, by its type; one without a type may be."""
        return self.media_type in ("text/html", "application/xhtml+xml", "")

    @property
    def location(self) -> str | None:
        """Where a redirect leads; None where it is none, or leads nowhere on the web."""
        if self.status not in REDIRECTS:
            return None
        return absolute(self.url, self.headers.get("location", ""))

    @property
    def is_permanent_redirect(self) -> bool:
        """Tell whether the address has moved for good."""
        return self.status in _PERMANENT

    @property
    def outcome(self) -> Outcome:
        """What the response amounts to, whatever is in it."""
        if self.written.truncated in ("disconnect", "time"):
            return Outcome.TRUNCATED
        if self.status in _RATE_LIMITS:
            return Outcome.RATE_LIMITED
        if self.location is not None:
            return Outcome.REDIRECTED
        named = {304: Outcome.UNCHANGED, 404: Outcome.GONE, 410: Outcome.GONE}
        if self.status in named:
            return named[self.status]
        if 200 <= self.status < 300:
            return Outcome.CAPTURED
        return Outcome.SERVER_ERROR if self.status >= 500 else Outcome.CLIENT_ERROR

    @property
    def asks_for_rest(self) -> bool:
        """Tell whether the host wants to be left alone, and not only this address."""
        return self.status == 429 or (self.status == 503 and "retry-after" in self.headers)

    @property
    def ref(self) -> PayloadRef | None:
        """The record that holds this payload; None for a payload that is not whole."""
        written = self.written
        if written.truncated or written.record_type not in ("response", "revisit"):
            return None
        return written.refers_to or PayloadRef(
            written.record_id, written.target_uri, written.date, written.entity_digest
        )

    def content(self, max_bytes: int) -> bytes:
        """The body, content-decoded, at most ``max_bytes`` of it.

        In a coding nobody knows (``utf-8``, ``none``) it is taken as it stands, as browsers do: a
        robots.txt so labelled still says what it says.
        """
        try:
            codings = self.headers.get("content-encoding", "")
            return decode_content(self.body, codings, max_bytes=max_bytes)
        except Undecodable:
            return self.body[:max_bytes]
