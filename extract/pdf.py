"""The article that a PDF is: what it states of itself, and its text page by page.

`pdf_pages` gives each page as boxes of lines in reading order (with pdfminer.six, loaded when the
first PDF comes); `pdf_paragraphs` makes paragraphs of them and takes running heads out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.utils import decode_text

from extract.article import Article, Block, BlockKind, Evidence, PageKind, Removed, text_of
from extract.facts import detect_language, find_tags
from extract.fingerprint import simhash, text_digest
from extract.names import is_person
from extract.pdf_pages import PdfPage, open_document, read_pages
from extract.pdf_paragraphs import Paragraph, plain, read_paragraphs
from extract.structured import Structured
from extract.title import fold
from extract.when import read_when

When = datetime | date
Stated = list[tuple[str, str]]
"""Pairs of rule and value, best first."""

# A PDF may be made in a zone that is already a day ahead of the capture.
_AHEAD = timedelta(days=2)
# The format is of 1993; what is stated earlier is a clock that was never set.
_FIRST_DAY = date(1993, 1, 1)
_HEADLINE = 1.15
_MAX_TITLE_CHARS = 300
_MAX_HEAD_CHARS = 200
_MAX_XMP_BYTES = 1024 * 1024
_SUFFIXES = (
    r"docx?|dotx?|pdf|indd|qx[dp]|tex|dvi|rtf|od[tpg]|xlsx?|pptx?|pages|key|html?|txt|ai|eps|ps|tmp"
    r"|pmd|fm|pub|wpd|jpe?g|tiff?|png|cdr"
)
_PROGRAMS = r"Microsoft (?:Word|PowerPoint|Excel|Publisher)\b.*"
_UNNAMED = (
    r"untitled|unbenannt|sans titre|sin título|document|dokument|slide|folie|presentation|scan"
    r"|powerpoint[ -]pr[äe]sentation|layout|title|anonymous"
)
# Programs name a file's title so when nobody gave it one.
_FILE_NAME = re.compile(
    rf"^(?:{_PROGRAMS}|.*\.(?:{_SUFFIXES})\W*|[a-z]:\\.*|file:.*|/.*|\W*(?:{_UNNAMED})[\W\d]*|[\W\d]*)$",
    re.IGNORECASE,
)
# What stands over the headline of a press release, with its number or date at most.
_LABEL = re.compile(
    r"^(?:for immediate release|(?:press|media|news) (?:release|statement|notice)|press[ei]?(?:mit"
    r"teilung|information|meldung|melding|meddelelse|meddelande)|medien(?:mitteilung|information)"
    r"|communiqué(?: de presse)?|(?:comunicado|nota) de (?:prensa|imprensa)|comunicato stampa"
    r"|persbericht|(?:lehdistö)?tiedote|informacja prasowa|komunikat prasowy|tisková zpráva"
    r"|basın bülteni|пресс-релиз|прес-реліз|新闻稿|新聞稿|プレスリリース|報道発表資料"
    r"|보도자료)[\W\d]*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S@\S|\bhttps?:|\bwww\.")
_SENTENCE = re.compile(r"[.;:。！？؟।]\W*$")
_NO_WORDS = re.compile(r"^\S*[\d_]\S*$")
_PDF_DATE = re.compile(
    r"^\s*(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)?(\d\d)?)?\s*(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?"
)
_XMP = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
}
_XMP_NAMES = (
    "dc:title",
    "dc:creator",
    "dc:language",
    "dc:date",
    "xmp:CreateDate",
    "xmp:ModifyDate",
)


def read_pdf(data: bytes, *, url: str, latest: date, extractor: str) -> Article:
    """Read a PDF.

    Args:
        data: the file.
        url: its address.
        latest: the day of the capture; no date found is later.
        extractor: the version to name in the article.

    Returns:
        An article of kind ``document``, its blocks with the page each begins on. One without text
        (a scan) has no blocks, and evidence for the field ``text`` that says so.

    Raises:
        TooLargeError: it has too many bytes or pages, or a stream that grows too large.
        UnreadableError: it is encrypted or damaged.
    """
    document = open_document(data)
    pages, count = read_pages(document)
    paragraphs, removed = read_paragraphs(pages)
    said = _read_said(document)
    evidence: list[Evidence] = []
    body = _body_size(paragraphs)
    title = _choose(
        "title", [*_stated_titles(said, url), *_large_lines(paragraphs, body)], evidence
    )
    blocks, again = _blocks(paragraphs, body, title)
    plain_text = text_of(blocks)
    published = _first_date("published", _PUBLISHED, said, latest, evidence)
    modified = _first_date("modified", _MODIFIED, said, latest, evidence)
    declared = _choose("declared_language", _languages(document, said), evidence)
    language, found = detect_language(plain_text, declared)
    tags, keywords = find_tags(Structured(metas={"keywords": said.get("pdf Keywords", [])}))
    authors = _authors(said, plain_text, evidence)
    evidence += [one for one in (found, keywords) if one]
    evidence += [
        Evidence("kind", PageKind.DOCUMENT.value, "pdf"),
        _told_text(pages, count, paragraphs),
    ]
    return Article(
        url=url,
        extractor=extractor,
        title=title,
        blocks=blocks,
        authors=authors,
        published=published,
        modified=modified if _is_later(modified, published) else None,
        language=language,
        declared_language=declared,
        tags=tags,
        kind=PageKind.DOCUMENT,
        evidence=tuple(evidence),
        removed=(*removed, *again),
        fingerprint=simhash(plain_text),
        text_digest=text_digest(plain_text),
    )


_PUBLISHED = ("xmp prism:publicationDate", "pdf CreationDate", "xmp xmp:CreateDate", "xmp dc:date")
_MODIFIED = ("pdf ModDate", "xmp xmp:ModifyDate")


def _read_said(document: PDFDocument) -> dict[str, list[str]]:
    """Read what the file states of itself, by rule: its Info dictionaries and its XMP packet."""
    said: dict[str, list[str]] = {}
    for info in document.info:
        for name in ("Title", "Author", "Keywords", "CreationDate", "ModDate"):
            value = _resolved(info.get(name))
            if isinstance(value, bytes) and (text := _decode(value)):
                said.setdefault(f"pdf {name}", []).append(text)
    for name, text in _iter_xmp(document):
        said.setdefault(f"xmp {name}", []).append(text)
    return said


def _resolved(value: object) -> Any:  # noqa: ANN401 - whatever stands in a PDF
    try:
        return resolve1(value)
    except Exception:  # noqa: BLE001 - one value of a damaged file
        return None


def _decode(value: bytes) -> str:
    if value.startswith(b"\xef\xbb\xbf"):
        text = value[3:].decode("utf-8", "replace")
    elif value.startswith(b"\xff\xfe"):
        text = value[2:].decode("utf-16-le", "replace")
    else:
        text = decode_text(value)
    return " ".join(plain(text.replace("\x00", " ")).split())


def _iter_xmp(document: PDFDocument) -> Iterator[tuple[str, str]]:
    """The properties of the XMP packet, as elements or as attributes; none where it is broken."""
    stream = _resolved(document.catalog.get("Metadata"))
    if not isinstance(stream, PDFStream):
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(stream.get_data()[:_MAX_XMP_BYTES].strip(), parser)
    except Exception:  # noqa: BLE001 - the packet is a convenience; the pages are the document
        return
    if root is None:
        return
    for name in _XMP_NAMES:
        prefix, _, local = name.partition(":")
        for found in root.iterfind(f".//{{{_XMP[prefix]}}}{local}"):
            items = [str(item) for item in found.itertext() if item.strip()]
            yield from ((name, " ".join(plain(item).split())) for item in items)
        attribute = f"{{{_XMP[prefix]}}}{local}"
        yield from ((name, e.get(attribute, "")) for e in root.iter() if e.get(attribute))


def _choose(field: str, stated: Stated, evidence: list[Evidence]) -> str | None:
    if not stated:
        return None
    rule, value = stated[0]
    rivals = tuple((r, v) for r, v in stated[1:] if v != value)
    evidence.append(Evidence(field, value, rule, rivals))
    return value


def _stated_titles(said: dict[str, list[str]], url: str) -> Stated:
    stem = unquote(urlsplit(url).path.rpartition("/")[2]).rpartition(".")[0]
    return [
        (rule, text)
        for rule in ("xmp dc:title", "pdf Title")
        for text in said.get(rule, [])
        if len(text) <= _MAX_TITLE_CHARS and not is_file_name(text) and text != stem
    ]


def is_file_name(title: str) -> bool:
    """Tell whether a program gave a file this title: its name, a path, or "untitled".

    >>> [is_file_name(t) for t in ("Microsoft Word - x.doc", "PR_2026-11", "Untitled-1", "")]
    [True, True, True, True]
    >>> is_file_name("Ferry runs again")
    False
    """
    return bool(_FILE_NAME.match(title) or _NO_WORDS.match(title))


def _body_size(paragraphs: Sequence[Paragraph]) -> float:
    """The height of the letters that most of the text has."""
    sizes: Counter[float] = Counter()
    for one in paragraphs:
        sizes[one.size] += len(one.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _large_lines(paragraphs: Sequence[Paragraph], body: float) -> Stated:
    """Find the headline of the first page by its letters: the largest, then the first line."""
    first = [one for one in paragraphs if one.page == paragraphs[0].page and _has_words(one.text)]
    large = [one for one in first if one.size >= _HEADLINE * body and not _ADDRESS.search(one.text)]
    # "PRESS RELEASE" in the largest letters is a label over the headline.
    large.sort(key=lambda one: (_is_label(one.text), -one.size))
    stated = [("largest letters", one.text) for one in large if len(one.text) <= _MAX_TITLE_CHARS]
    if first and first[0].lines == 1 and not _SENTENCE.search(first[0].text):
        stated.append(("first line", first[0].text))
    return stated[:5]


def _is_label(text: str) -> bool:
    return bool(_LABEL.match(text)) or (len(text.split()) < 3 and text.isupper())


def _has_words(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= 3


def _blocks(
    paragraphs: Sequence[Paragraph], body: float, title: str | None
) -> tuple[tuple[Block, ...], list[Removed]]:
    blocks: list[Block] = []
    removed: list[Removed] = []
    for one in paragraphs:
        if title and not removed and one.page == paragraphs[0].page and _is_title(one.text, title):
            removed.append(Removed(one.text, "title again"))
            continue
        is_head = one.size >= _HEADLINE * body and len(one.text) <= _MAX_HEAD_CHARS
        kind = BlockKind.SUBHEAD if is_head else BlockKind.PARAGRAPH
        blocks.append(Block(kind, one.text, page=one.page))
    return tuple(blocks), removed


def _is_title(text: str, title: str) -> bool:
    return fold(text) == fold(title)


def _first_date(
    field: str,
    rules: Sequence[str],
    said: dict[str, list[str]],
    latest: date,
    evidence: list[Evidence],
) -> When | None:
    found = [
        (rule, when)
        for rule in rules
        for text in said.get(rule, [])
        if isinstance(when := read_pdf_date(text) or read_when(text), date)
        and _FIRST_DAY <= _day(when) <= latest + _AHEAD
    ]
    if not found:
        return None
    rule, when = found[0]
    rivals = tuple((r, w.isoformat()) for r, w in found[1:] if w != when)
    evidence.append(Evidence(field, when.isoformat(), rule, rivals))
    return when


def read_pdf_date(text: str) -> When | None:
    """Read a date as PDFs print it; a time without a zone is kept as its day.

    >>> read_pdf_date("D:20261130081500+01'00'").isoformat()
    '2026-11-30T08:15:00+01:00'
    >>> read_pdf_date("D:20261130"), read_pdf_date("D:2026")
    (datetime.date(2026, 11, 30), None)

    Source: ISO 32000-1:2008, 7.9.4.
    """
    match = _PDF_DATE.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, utc, sign, zone_hour, zone_minute = match.groups()
    try:
        found = date(int(year), int(month), int(day))
        if hour is None or not (utc or sign):
            return found
        offset = timedelta(hours=int(zone_hour or 0), minutes=int(zone_minute or 0))
        zone = UTC if utc else timezone(-offset if sign == "-" else offset)
        clock = (int(hour), int(minute or 0), int(second or 0))
        return datetime(found.year, found.month, found.day, *clock, tzinfo=zone)
    except ValueError:
        return None


def _day(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def _is_later(modified: When | None, published: When | None) -> bool:
    """Whether a document was changed after it was published; programs stamp both at once."""
    return modified is not None and (published is None or _day(modified) > _day(published))


def _languages(document: PDFDocument, said: dict[str, list[str]]) -> Stated:
    lang = _resolved(document.catalog.get("Lang"))
    stated = [("pdf Lang", _decode(lang))] if isinstance(lang, bytes) else []
    stated += [("xmp dc:language", text) for text in said.get("xmp dc:language", [])]
    tags = [(rule, text.replace("_", "-").lower()) for rule, text in stated]
    return [(rule, tag) for rule, tag in tags if re.match(r"^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$", tag)]


def _authors(said: dict[str, list[str]], text: str, evidence: list[Evidence]) -> tuple[str, ...]:
    """The author that the file states, where the text names them too: it may be an account."""
    key = fold(text)
    for rule in ("xmp dc:creator", "pdf Author"):
        names = [name.strip() for one in said.get(rule, []) for name in re.split(r"[;,]", one)]
        named = [name for name in names if is_person(name) and fold(name) in key]
        if named:
            evidence.append(Evidence("authors", "; ".join(named), rule))
            return tuple(dict.fromkeys(named))
    return ()


def _told_text(pages: Sequence[PdfPage], count: int, paragraphs: Sequence[Paragraph]) -> Evidence:
    """Say of how many pages there is text, and why of none."""
    told = f"{count} page{'' if count == 1 else 's'}"
    if any(_has_words(one.text) for one in paragraphs):
        if len(pages) < count:
            return Evidence("text", f"{len(pages)} of {told}", "pdf text, as far as it was read")
        return Evidence("text", told, "pdf text")
    if any(page.boxes for page in pages):
        return Evidence("text", f"none on {told}", "pdf fonts that name no letters")
    return Evidence("text", f"none on {told}", "pdf without text: a scan, or pictures only")
