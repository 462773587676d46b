"""The pipeline: from the bytes of one page to its article."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from extract.article import Article, Evidence, text_of
from extract.assemble import assemble
from extract.body import choose_body
from extract.credit import drop_credit
from extract.decode import Headers, decode
from extract.errors import ExtractError, UnreadableError
from extract.facts import detect_language
from extract.fields import Fields, read_fields, with_byline
from extract.fingerprint import simhash, text_digest
from extract.kind import find_kind, find_paywall
from extract.lines import Line, read_lines
from extract.links import base_of, find_links
from extract.live import mark_entries
from extract.outlets import OutletRules, find_rules
from extract.own import apply_rules, find_own_marks
from extract.prune import drop_dead, drop_marked, find_furniture, guard
from extract.sift import Context, sift
from extract.sniff import refuse_other_files
from extract.standfirst import find_standfirst
from extract.structured import Structured, read_structured
from extract.template import SiteTemplate, apply
from extract.tree import parse

VERSION = "1.2"
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
    rules: OutletRules | None = None,
) -> Article:
    """Read the article out of a page.

    Args:
        html: the page, content codings undone.
        url: its address.
        headers: of the response; the character set and the date are taken from them.
        captured_at: when the response was received; no date found is later.
        template: what the site repeats, see ``extract.template``.
        rules: to read the page by, in place of those that ``extract.outlets`` has for it.

    Raises:
        ExtractError: the bytes hold no page, or it cannot be read.

    >>> page = b"<h1>A short tale</h1><article>" + b"<p>It was told well, and ended.</p>" * 9
    >>> extract(page, url="https://x.test/tale").title
    'A short tale'
    """
    try:
        day = latest_day(captured_at, headers)
        article = _extract(html, url, headers, latest=day, rules=rules or find_rules(url, day))
        return apply(article, template)
    except ExtractError:
        raise
    except Exception as error:
        # One page, whatever broke on it; the caller records the reason.
        reason = " ".join(str(error).split())
        raise UnreadableError(f"{url}: {type(error).__name__}: {reason}") from error


def _extract(
    html: bytes, url: str, headers: Headers | None, *, latest: date, rules: OutletRules | None
) -> Article:
    refuse_other_files(html)
    text, encoding = decode(html, headers)
    root = parse(text)
    said = read_structured(root)
    fields = read_fields(root, said, url=url, latest=latest)
    base = base_of(root, url)
    lines = read_body(root, url, rules)
    mark_entries(lines, said)
    standfirst, standfirst_evidence = _take_standfirst(lines, said, fields)
    sift(lines, Context(fields.titles, fields.authors, url))
    fields = with_byline(fields, lines)
    credit, credit_evidence = drop_credit(lines)
    blocks, removed = assemble(lines)
    links = find_links(lines, base, url)
    plain = text_of(blocks)
    language, language_evidence = detect_language(plain, fields.declared_language)
    kind, kind_evidence = find_kind(said, fields.title, blocks, lines, url)
    paywall, paywall_evidence = find_paywall(said, lines, len(plain))
    found = (standfirst_evidence, credit_evidence, language_evidence)
    evidence = (*found, kind_evidence, paywall_evidence)
    return replace(
        _with_fields(url, fields),
        standfirst=standfirst,
        blocks=blocks,
        language=language,
        credit=credit,
        paywall=paywall,
        kind=kind,
        evidence=(*fields.evidence, *(item for item in evidence if item is not None)),
        removed=removed,
        links=links,
        encoding=encoding,
        fingerprint=simhash(plain),
        text_digest=text_digest(plain),
    )


def _with_fields(url: str, fields: Fields) -> Article:
    """Begin an article with what the page states of it."""
    return Article(
        url=url,
        extractor=VERSION,
        title=fields.title,
        authors=fields.authors,
        published=fields.published,
        modified=fields.modified,
        declared_language=fields.declared_language,
        section=fields.section,
        tags=fields.tags,
        image=fields.image,
        canonical_url=fields.canonical_url,
    )


def read_body(root: HtmlElement, url: str, rules: OutletRules | None = None) -> list[Line]:
    """Read the lines of a page and choose its body; the tree is cut on the way.

    The rules of the outlet come last and have the last word.
    """
    drop_dead(root)
    own = find_own_marks(root, rules)
    marks = find_furniture(root, url)
    lines = read_lines(root, marks | own)
    drop_marked(root, guard(marks | own, lines) | own)
    choose_body(root, lines, url)
    apply_rules(root, lines, rules)
    return lines


def _take_standfirst(
    lines: list[Line], said: Structured, fields: Fields
) -> tuple[str | None, Evidence | None]:
    found = find_standfirst(lines, said, fields.titles)
    if found is None:
        return None, None
    for line in found.lines:
        line.drop("standfirst")
    return found.text, Evidence("standfirst", found.text, found.rule)


def latest_day(captured_at: datetime | None, headers: Headers | None) -> date:
    """Give the day of the capture, the latest that may be found on the page.

    >>> latest_day(None, {"Date": "Tue, 12 Jul 2016 06:11:32 GMT"})
    datetime.date(2016, 7, 12)
    """
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
