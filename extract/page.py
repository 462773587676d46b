"""The pipeline: from the bytes of one page to its article."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from extract.article import Article, Block, BlockKind, Evidence, Removed
from extract.authors import find_authors
from extract.body import read_body
from extract.credit import find_credit
from extract.dates import find_modified, find_published
from extract.decode import decode
from extract.errors import ExtractError, UnreadableError
from extract.fingerprint import simhash, text_digest
from extract.forms import find_comment_forms
from extract.structured import read_structured
from extract.template import SiteTemplate, apply
from extract.title import find_title, fold
from extract.tree import parse

VERSION = "0.1"
"""Changes whenever the same bytes may give another article."""

# Later than any capture: for callers that do not know when the page was captured.
_END_OF_TIME = date(2100, 1, 1)


def extract(
    html: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
    captured_at: datetime | None = None,
    template: SiteTemplate | None = None,
) -> Article:
    """Read the article out of a page.

    Args:
        html: the page, content codings undone.
        url: its address.
        headers: of the response; the character set and the date are taken from them.
        captured_at: when the response was received; no date found is later.
        template: what the site repeats, see ``extract.template``.

    Raises:
        ExtractError: the bytes hold no page, or it cannot be read.

    >>> page = b"<h1>A short tale</h1><article>" + b"<p>It was told well, and ended.</p>" * 9
    >>> extract(page, url="https://x.test/tale").title
    'A short tale'
    """
    try:
        article = _extract(html, url=url, headers=headers, captured_at=captured_at)
        return apply(article, template)
    except ExtractError:
        raise
    except Exception as error:
        # One page, whatever broke on it; the caller records the reason.
        raise UnreadableError(f"{url}: {type(error).__name__}: {error}") from error


def _extract(
    html: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None,
    captured_at: datetime | None,
) -> Article:
    text, encoding = decode(html, headers)
    root = parse(text)
    said = read_structured(root)
    latest = _latest_day(captured_at, headers)
    title, title_evidence = find_title(root, said)
    published, published_evidence = find_published(root, said, url=url, latest=latest)
    modified, modified_evidence = find_modified(said, published, latest=latest)
    authors, authors_evidence = find_authors(root, said)
    for form in find_comment_forms(root):
        form.drop_tree()
    blocks = _without_title(read_body(root, url), title)
    credit = find_credit(blocks)
    if credit is not None and credit.block is not None:
        removed = (Removed(blocks.pop(credit.block).text, credit.rule),)
    else:
        removed = ()
    plain = "\n".join(b.text for b in blocks if b.kind is not BlockKind.CAPTION)
    credit_evidence = Evidence("credit", credit.name, credit.rule) if credit else None
    evidence = (
        title_evidence,
        published_evidence,
        modified_evidence,
        authors_evidence,
        credit_evidence,
    )
    return Article(
        url=url,
        extractor=VERSION,
        title=title,
        blocks=tuple(blocks),
        authors=authors,
        published=published,
        modified=modified,
        evidence=_present(evidence),
        credit=credit.name if credit else None,
        removed=removed,
        encoding=encoding,
        fingerprint=simhash(plain),
        text_digest=text_digest(plain),
    )


def _present(evidence: Sequence[Evidence | None]) -> tuple[Evidence, ...]:
    return tuple(item for item in evidence if item is not None)


def _without_title(blocks: list[Block], title: str | None) -> list[Block]:
    key = fold(title or "")
    return [block for block in blocks if not key or fold(block.text) != key]


def _latest_day(
    captured_at: datetime | None, headers: Mapping[str, str] | Sequence[tuple[str, str]] | None
) -> date:
    if captured_at is not None:
        return captured_at.date()
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    for name, value in pairs:
        if name.lower() == "date":
            try:
                return parsedate_to_datetime(value).date()
            except ValueError:
                break
    return _END_OF_TIME
