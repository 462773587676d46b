"""What reading one page gave, as the index keeps it. Workers import this: keep it light."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum

from archive.index.ids import digest_number, number_id
from archive.index.layout import write_layout
from archive.index.segments import searchable
from extract.article import Article, PageKind, text_of

_ARTICLE_KINDS = {
    *(PageKind.ARTICLE, PageKind.LIVE_BLOG, PageKind.VIDEO, PageKind.GALLERY, PageKind.DOCUMENT)
}
# Shorter titles ("News", "Live") agree by accident.
_MIN_TITLE_LETTERS = 6


class FailureReason(Enum):
    """Why a page gave no reading; stored in ``extraction_failures.reason``."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be read: why, one line of detail, by which extractor."""

    reason: FailureReason
    detail: str
    extractor: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One page read; fields are those of the table ``versions``.

    ``digest`` tells versions apart: title, standfirst and text without white space, punctuation
    and quote styles. ``title_digest`` and ``text_digest`` are None where there is too little to
    compare. ``is_article`` is False for section pages, error pages and bot walls. ``indexed`` has
    text, title, standfirst and asides as the full text holds them, where that is not the same.
    """

    digest: int
    title: str
    standfirst: str
    text: str
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
    is_article: bool
    indexed: tuple[str, str, str, str] | None


def reading_of(article: Article) -> Reading:
    """What the index keeps of an article.

    >>> reading = reading_of(Article("https://x.test/", "1", title="A dog’s life",))
    >>> reading.is_article, reading.title
    (False, 'A dog’s life')
    """
    title, standfirst = (clean(part or "") for part in (article.title, article.standfirst))
    blocks = [replace(block, text=clean(block.text)) for block in article.blocks]
    text = text_of(blocks)
    layout, asides = write_layout(blocks)
    plain_title = letters(title)
    text_digest = digest_number(article.text_digest) if text.strip() else None
    is_read = bool(text.strip() or standfirst or article.kind is not PageKind.ARTICLE)
    return Reading(
        digest=number_id(plain_title, letters(standfirst), article.text_digest),
        title=title,
        standfirst=standfirst,
        text=text,
        layout=layout,
        asides=asides,
        authors=_json_list(article.authors),
        published=iso(article.published),
        modified=iso(article.modified),
        language=article.language,
        section=_cleaned(article.section),
        tags=_json_list(article.tags),
        image=_cleaned(article.image),
        canonical_url=_cleaned(article.canonical_url),
        credit=_cleaned(article.credit),
        paywall=article.paywall.value,
        kind=article.kind.value,
        words=len(text.split()),
        title_digest=number_id(plain_title) if len(plain_title) >= _MIN_TITLE_LETTERS else None,
        text_digest=text_digest,
        fingerprint=signed(article.fingerprint),
        extractor=article.read_by,
        is_article=article.kind in _ARTICLE_KINDS and is_read,
        indexed=indexed_if_other(text, title, standfirst, asides),
    )


def indexed_if_other(
    text: str, title: str, standfirst: str, asides: str
) -> tuple[str, str, str, str] | None:
    """The texts as the full text holds them; None where that is the same.

    The workers do it, beside each other: a text of Han characters takes as long to cut as to index.

    >>> indexed_if_other("One.", "A", "", "") is None, indexed_if_other("東京", "A", "", "")[1:]
    (True, ('A', '', ''))
    """
    texts = (text, title, standfirst, asides)
    indexed = (searchable(text), searchable(title), searchable(standfirst), searchable(asides))
    return None if indexed == texts else indexed


def letters(text: str) -> str:
    """The letters and digits of a text: what counts when two texts are compared.

    >>> letters("„Nein“, sagt sie …") == letters('"Nein"  sagt sie')
    True
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def clean(text: str) -> str:
    r"""The text without what SQLite and JSON cannot hold: NUL and lone surrogates.

    >>> clean("a\x00b\ud800c")
    'ab?c'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def iso(moment: datetime | date | None) -> str | None:
    """ISO 8601: a moment in UTC to the second, or a plain date.

    >>> iso(date(2026, 1, 2)), iso(datetime.fromisoformat("2026-01-02T03:00:00+01:00"))
    ('2026-01-02', '2026-01-02T02:00:00+00:00')
    """
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return moment.isoformat()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:  # the first and the last day there are
        return moment.date().isoformat()


def signed(number: int) -> int:
    """A 64-bit number as SQLite holds it.

    >>> signed(2**64 - 1), signed(5)
    (-1, 5)
    """
    return number - (1 << 64) if number >= 1 << 63 else number


def _cleaned(text: str | None) -> str | None:
    return clean(text) if text else None


def _json_list(names: Iterable[str]) -> str:
    kept = dict.fromkeys(clean(" ".join(name.split())) for name in names if name.strip())
    return json.dumps(list(kept), ensure_ascii=False)
