"""What a rule is about and whom it keeps out: values and functions, nothing else.

Of several rules the first that fits a capture decides; what none fits is open. So an exception
stands before the rule that it is an exception from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from archive.urls import is_http, urlkey

_LAST = "\U0010ffff"

Span = tuple[str, str]
"""Urlkeys from the first to the last, both included."""


class Access(StrEnum):
    """Who may see what a rule is about."""

    OPEN = "open"
    EMBARGO = "embargo"
    STAFF = "staff"
    BLOCKED = "blocked"


class Audience(Enum):
    """Who is looking.

    ``OWNER`` is who looks after the files (`check`, the indexer, `backup`): nothing is kept out.
    """

    READERS = "readers"
    STAFF = "staff"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; what is empty or None is no condition.

    Attributes:
        access: Who may see it.
        spans: Urlkeys that it is about, in one of these spans.
        source: The id of a source.
        since: First timestamp, inclusive; may be cut short.
        until: Last timestamp, inclusive, 14 digits.
        record: A WARC-Record-ID, without angle brackets.
        article: The number of an article's id.
        over: When an embargo ends.
        reason: Shown to whoever asks.
    """

    access: Access
    spans: tuple[Span, ...] = ()
    source: str = ""
    since: str = ""
    until: str = ""
    record: str = ""
    article: int | None = None
    over: datetime | None = None
    reason: str = ""

    def fits(self, subject: "Subject") -> bool:
        """Whether it is about a capture: all its conditions hold."""
        return (
            (not self.spans or any(low <= subject.urlkey <= high for low, high in self.spans))
            and self.source in ("", subject.source)
            and subject.timestamp >= self.since
            and (not self.until or subject.timestamp <= self.until)
            and self.record in ("", subject.record_id)
            and (self.article is None or self.article == subject.article)
        )

    def keeps_out(self, audience: Audience, now: datetime) -> bool:
        """Whether somebody may not see what it is about.

        >>> Rule(access=Access.STAFF).keeps_out(Audience.STAFF, datetime(2026, 1, 1))
        False
        >>> Rule(access=Access.BLOCKED).keeps_out(Audience.STAFF, datetime(2026, 1, 1))
        True
        """
        if audience is Audience.OWNER or self.access is Access.OPEN:
            return False
        if self.access is Access.BLOCKED:
            return True
        is_over = self.access is Access.EMBARGO and self.over is not None and now >= self.over
        return audience is Audience.READERS and not is_over


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules are asked about: a capture, and the article that is at its address, if any."""

    urlkey: str
    source: str
    timestamp: str
    record_id: str
    article: int | None = None


def decide(rules: Sequence[Rule], subject: Subject) -> int | None:
    """The place of the rule that decides, from 0; None where none fits.

    >>> rules = [Rule(access=Access.OPEN, source="post"), Rule(access=Access.STAFF)]
    >>> [decide(rules, Subject("a", source, "2026", "")) for source in ("post", "daily")]
    [0, 1]
    """
    return next((place for place, rule in enumerate(rules) if rule.fits(subject)), None)


def spans_of(address: str) -> tuple[Span, ...]:
    """The urlkeys of an address, of all that start with it (``*``), or of a whole domain.

    >>> spans_of("https://a.example/b")
    (('example,a)/b', 'example,a)/b'),)
    >>> [low for low, _ in spans_of("a.example/b/*")]
    ['example,a)/b', 'example,a)/b/', 'example,a)/b?']
    >>> [low for low, _ in spans_of("*.a.example")]
    ['example,a)', 'example,a:', 'example,a,']

    Raises:
        ValueError: it is none of these.
    """
    if address.startswith("*."):
        host = urlkey(_whole(address[2:])).partition(")")[0]
        return tuple((host + sign, host + sign + _LAST) for sign in "):,")
    key = urlkey(_whole(address.removesuffix("*")))
    if not address.endswith("*"):
        return ((key, key),)
    if not address.endswith("/*") or key.endswith(")/"):
        return ((key, key + _LAST),)
    return ((key, key), *((key + sign, key + sign + _LAST) for sign in "/?"))


def _whole(text: str) -> str:
    whole = text if "://" in text else f"http://{text}"
    if not is_http(whole) or "*" in text or any(c.isspace() for c in text):
        raise ValueError("expected an address, one that ends with *, or *.example.org")
    return whole
