"""What reading one page gave, as the index keeps it. Workers import this: keep it light."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from archive.index.ids import digest_number, number_id
from archive.index.layout import write_layout
from archive.index.rows import PRINTED, Said
from archive.text.counting import count_words
from archive.text.fold import fold_text
from archive.text.forms import forms_of
from archive.urls import urlkey
from extract.article import OTHER_KINDS, Article, PageKind, When, text_of
from extract.fingerprint import essence, text_digest
from extract.passing import without_passing

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
class FullText:
    """An article as the full text holds it: folded texts, and its forms."""

    text: str
    title: str
    standfirst: str
    asides: str
    earlier: str
    forms: str


@dataclass(frozen=True, slots=True)
class Reading(Said):
    """One page read.

    ``is_article`` is False for section pages, error pages and bot walls; ``is_error`` for a page
    that says that nothing is there. ``links`` are urlkey, address and words of each outgoing link.
    """

    is_article: bool
    is_error: bool
    links: tuple[tuple[str, str, str], ...]
    full_text: FullText


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
    language = article.language
    plain_title = essence(title)
    digest = digest_of(text, language)
    is_read = bool(text.strip() or standfirst or article.kind is not PageKind.ARTICLE)
    is_article = article.kind.value not in OTHER_KINDS and is_read
    return Reading(
        **{name: _cleaned(getattr(article, name)) for name in PRINTED},
        digest=number_id(plain_title, essence(without_passing(standfirst, language)), str(digest)),
        title=title,
        standfirst=standfirst,
        layout=layout,
        asides=asides,
        authors=_json_list(article.authors),
        published=iso(article.published),
        modified=iso(article.modified),
        language=language,
        section=_cleaned(article.section),
        tags=_json_list(article.tags),
        image=_cleaned(article.image),
        canonical_url=_cleaned(article.canonical_url),
        credit=_cleaned(article.credit),
        paywall=article.paywall.value,
        kind=article.kind.value,
        words=count_words(text),
        title_digest=number_id(plain_title) if len(plain_title) >= _MIN_TITLE_LETTERS else None,
        text_digest=digest,
        fingerprint=signed(article.fingerprint),
        extractor=article.read_by,
        text=text,
        is_article=is_article,
        is_error=article.kind is PageKind.ERROR,
        links=tuple(
            (clean(urlkey(to.url)), clean(to.url), clean(to.words)) for to in article.links
        ),
        full_text=full_text(text, title, standfirst, asides, language=language)
        if is_article
        else FullText("", "", "", "", "", ""),
    )


def digest_of(text: str, language: str | None) -> int | None:
    r"""What texts are told apart by; None where there is nothing to compare.

    >>> digest_of("One.\n3 views", "en") == digest_of("One.\n4 views", "en")
    True
    """
    lasting = without_passing(text, language)
    return digest_number(text_digest(lasting)) if lasting.strip() else None


def full_text(
    text: str,
    title: str,
    standfirst: str,
    asides: str,
    earlier: str = "",
    *,
    language: str | None,
) -> FullText:
    """The texts of an article as the full text holds them.

    The workers do it for new articles, beside each other.
    """
    return FullText(
        text=fold_text(text, language),
        title=fold_text(title, language),
        standfirst=fold_text(standfirst, language),
        asides=fold_text(asides, language),
        earlier=fold_text(earlier, language),
        forms=forms_of(f"{title}\n{standfirst}\n{text}", language),
    )


def clean(text: str) -> str:
    r"""The text without what SQLite and JSON cannot hold: NUL and lone surrogates.

    >>> clean("a\x00b\ud800c")
    'ab?c'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def iso(when: When | None) -> str | None:
    """ISO 8601 as printed: in its own precision, a moment with its zone, to the second.

    >>> from datetime import date
    >>> iso(date(2026, 1, 2)), iso(datetime.fromisoformat("2026-01-02T03:00:00.5+01:00"))
    ('2026-01-02', '2026-01-02T03:00:00+01:00')
    """
    if when is None:
        return None
    return when.isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()


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
