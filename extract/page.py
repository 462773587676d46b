"""The pipeline: from the bytes of one page, or of a PDF, to its article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from extract.article import Article, Block, BlockKind, Evidence, Link, Removed, text_of
from extract.assemble import assemble
from extract.body import choose_below_headline, choose_body
from extract.credit import drop_credit, find_dateline
from extract.decode import Headers, decode
from extract.errors import ExtractError, UnreadableError
from extract.facts import detect_language
from extract.fields import Fields, read_fields, with_byline
from extract.fingerprint import simhash, text_digest
from extract.kind import Page, find_kind
from extract.lines import Line, read_lines
from extract.links import base_of, find_links
from extract.live import mark_entries
from extract.own import apply_rules, find_own_marks
from extract.paywall import drop_offer, find_paywall
from extract.prune import drop_dead, drop_marked, find_furniture, guard
from extract.rules import OutletRules, find_rules
from extract.sift import Context, sift
from extract.sniff import is_pdf, refuse_other_files
from extract.standfirst import find_standfirst
from extract.statement import Statement, find_statement
from extract.stored import add_stored, find_states
from extract.structured import Structured, read_structured
from extract.template import SiteTemplate, apply
from extract.tree import parse
from extract.unfold import unfold

VERSION = "1.5"
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
    status: int | None = None,
) -> Article:
    """Read the article out of a page.

    Args:
        html: the page or PDF, content codings undone.
        url: its address.
        headers: of the response; the character set and the date are taken from them.
        captured_at: when the response was received; no date found is later.
        template: what the site repeats, see ``extract.template``.
        rules: of its outlet, in place of those that come with ``extract``: see `extract.rules`.
        status: HTTP status of the response, where it is known: a short page with 404 is an error.

    Raises:
        ExtractError: the bytes hold no page, or it cannot be read.

    >>> page = b"<h1>A short tale</h1><article>" + b"<p>It was told well, and ended.</p>" * 9
    >>> extract(page, url="https://x.test/tale").title
    'A short tale'
    """
    try:
        day = latest_day(captured_at, headers)
        response = _Response(url, status, headers)
        article = _extract(html, response, latest=day, rules=rules or find_rules(url, day))
        return apply(article, template)
    except ExtractError:
        raise
    except Exception as error:
        # One page, whatever broke on it; the caller records the reason.
        reason = " ".join(str(error).split())
        raise UnreadableError(f"{url}: {type(error).__name__}: {reason}") from error


@dataclass(frozen=True, slots=True)
class _Response:
    """What came with the page."""

    url: str
    status: int | None
    headers: Headers | None

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The headers, in lower case."""
        given = self.headers.items() if isinstance(self.headers, Mapping) else self.headers or ()
        return tuple((name.lower(), value.lower()) for name, value in given)


def _extract(
    html: bytes, response: _Response, *, latest: date, rules: OutletRules | None
) -> Article:
    if is_pdf(html):
        # Loaded when the first one comes: a quarter of a second that most processes never need.
        from extract.pdf import read_pdf  # noqa: PLC0415

        document = read_pdf(html, url=response.url, latest=latest, extractor=VERSION)
        # They say nothing of it, but are those that it was read under.
        return replace(document, rules=_digest(rules))
    refuse_other_files(html)
    text, encoding = decode(html, response.headers)
    stated = _read_stated(parse(text), response.url, latest)
    told = _read_told(stated, response.url, rules)
    plain = text_of(told.blocks)
    language, language_evidence = detect_language(plain, stated.fields.declared_language)
    kind = find_kind(_page(text, response, stated, told))
    paywall, paywall_evidence = find_paywall(
        stated.said, len(plain), ends_in_offer=told.ends_in_offer
    )
    found = (*told.evidence, language_evidence, *kind.iter_evidence(), paywall_evidence)
    evidence = (*told.fields.evidence, *found, _ruled(rules))
    return replace(
        _with_fields(response.url, told.fields),
        standfirst=told.standfirst,
        blocks=told.blocks,
        language=language,
        credit=told.credit,
        dateline=told.dateline,
        paywall=paywall,
        kind=kind.kind,
        needs_script=kind.needs_script,
        rules=_digest(rules),
        evidence=tuple(item for item in evidence if item is not None),
        removed=told.removed,
        links=told.links,
        encoding=encoding,
        fingerprint=simhash(plain),
        text_digest=text_digest(plain),
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the page states of itself, before its tree is cut."""

    root: HtmlElement
    elements: tuple[HtmlElement, ...]
    """All of them, only to keep them: lxml makes an element again for each walk over the tree."""
    said: Structured
    fields: Fields
    statement: Statement
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page tells its readers, and what of it is the story."""

    lines: list[Line]
    fields: Fields
    """As stated, with the authors that only the text names."""
    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...]
    links: tuple[Link, ...]
    standfirst: str | None
    credit: str | None
    dateline: str | None
    ends_in_offer: bool
    evidence: tuple[Evidence | None, ...]


def _read_stated(root: HtmlElement, url: str, latest: date) -> _Stated:
    elements, said = tuple(root.iter()), read_structured(root)
    fields = read_fields(root, said, url=url, latest=latest)
    statement = find_statement(root, said, url)
    return _Stated(root, elements, said, fields, statement, find_states(root))


def _read_told(stated: _Stated, url: str, rules: OutletRules | None) -> _Told:
    root, said, fields = stated.root, stated.said, stated.fields
    unfolded = unfold(root)
    base = base_of(root, url)
    lines = read_body(root, url, rules)
    text_evidence = add_stored(root, lines, said, stated.states) or _unfolded(unfolded, lines)
    choose_below_headline(lines)
    mark_entries(lines, said)
    standfirst, standfirst_evidence = _take_standfirst(lines, said, fields)
    sift(lines, Context(fields.titles, fields.authors, url))
    fields = with_byline(fields, lines)
    credit, credit_evidence = drop_credit(lines)
    ends_in_offer = drop_offer(lines)
    blocks, removed = assemble(lines)
    dateline, dateline_evidence = find_dateline(blocks)
    return _Told(
        lines=lines,
        fields=fields,
        blocks=blocks,
        removed=removed,
        links=find_links(lines, base, url),
        standfirst=standfirst,
        credit=credit,
        dateline=dateline,
        ends_in_offer=ends_in_offer,
        evidence=(text_evidence, standfirst_evidence, credit_evidence, dateline_evidence),
    )


def _page(text: str, response: _Response, stated: _Stated, told: _Told) -> Page:
    return Page(
        text=text,
        url=response.url,
        said=stated.said,
        statement=stated.statement,
        title=told.fields.title,
        titles=told.fields.titles,
        blocks=told.blocks,
        lines=told.lines,
        status=response.status,
        headers=response.pairs,
    )


def _unfolded(where: str | None, lines: list[Line]) -> Evidence | None:
    """Tell where the text stood, when it was folded away and some of it is the body."""
    first = next((line.text for line in lines if line.chosen), None)
    return Evidence("text", first, where) if where and first else None


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
    """Read the lines of an unfolded page and choose its body; the tree is cut on the way.

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


def _digest(rules: OutletRules | None) -> str | None:
    return (rules.digest or None) if rules else None


def _ruled(rules: OutletRules | None) -> Evidence | None:
    if rules is None or not rules.digest:
        return None
    return Evidence("rules", rules.digest, f"outlet {rules.name}, from {rules.first_day}")


def _take_standfirst(
    lines: list[Line], said: Structured, fields: Fields
) -> tuple[str | None, Evidence | None]:
    found = find_standfirst(lines, said, fields.titles)
    if found is None or not _is_anything_left(lines, found.lines):
        return None, None
    for line in found.lines:
        line.drop("standfirst")
    return found.text, Evidence("standfirst", found.text, found.rule)


def _is_anything_left(lines: list[Line], standfirst: Iterable[Line]) -> bool:
    """Tell whether a page says more than its standfirst: what stands alone is the text."""
    known = {id(line) for line in standfirst}
    aside = {BlockKind.CAPTION, BlockKind.SUBHEAD}
    told = (line for line in lines if line.chosen and line.is_told and line.kind not in aside)
    return not known or any(id(line) not in known for line in told)


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
