"""What leaves the archive: articles, versions, events, stories and links, in several forms."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable, MicroficheError
from archive.index.dating import day_of, written
from archive.layout import write_atomically
from archive.search import select_matching

PARQUET_ROWS = 1_000
"""Rows in one row group: a few megabytes in memory."""

# What a spreadsheet takes for a formula, and runs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportError(MicroficheError):
    """The rows cannot be written in the form asked for."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One article with its current text, as it leaves the archive.

    Moments of the archive are timestamps of 14 digits, dates of the page ISO 8601. ``record_id``
    is the WARC-Record-ID of the first capture that showed this text: with it the page is found.
    """

    id: str
    url: str
    source: str
    source_name: str
    title: str
    standfirst: str
    text: str
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    language: str | None
    section: str | None
    tags: tuple[str, ...]
    credit: str | None
    kind: str
    paywall: str
    words: int
    first_captured: str
    last_captured: str
    edited: str | None
    removed: str | None
    versions: int
    captures: int
    version_id: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ExportedVersion:
    """One distinct text of an article; ``is_cut``: no capture has it whole."""

    article_id: str
    version_id: str
    url: str
    title: str
    standfirst: str
    text: str
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    language: str | None
    paywall: str
    words: int
    is_cut: bool
    first_captured: str
    last_captured: str
    captures: int
    extractor: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ExportedEvent:
    """Something that happened to an article, at the capture that shows it."""

    article_id: str
    at: str
    kind: str
    silent: bool
    flips: int
    detail: str | None
    version_before: str | None
    version_after: str | None
    url: str
    title: str
    source: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ExportedStory:
    """One article of a story; ``story`` is the id of the story's first article."""

    story: str
    article_id: str
    source: str
    url: str
    title: str
    published: str | None
    credit: str | None
    first_captured: str


@dataclass(frozen=True, slots=True)
class ExportedLink:
    """An outgoing link of the text of an article, as it is now."""

    article_id: str
    url: str
    title: str
    source: str
    target: str
    words: str


Row = Exported | ExportedVersion | ExportedEvent | ExportedStory | ExportedLink

_ARTICLES = """
SELECT a.hex AS id, a.url, a.source, s.name AS source_name, v.title, v.standfirst, v.text,
       v.authors, a.published, v.modified, a.language, a.section, v.tags, a.credit, a.kind,
       a.paywall, a.words, a.first_captured, a.last_captured, a.edited, a.removed, a.versions,
       a.captures, v.hex AS version_id, c.record_id
FROM articles a JOIN sources s ON s.id = a.source JOIN versions v ON v.id = a.current_version
JOIN captures c ON c.id = v.first_capture WHERE a.number = ?
"""
_VERSIONS = """
SELECT a.hex AS article_id, v.hex AS version_id, f.uri AS url, v.title, v.standfirst, v.text,
       v.authors, v.published, v.modified, v.language, v.paywall, v.words, v.is_cut,
       f.timestamp AS first_captured, l.timestamp AS last_captured, v.captures, v.extractor,
       f.record_id
FROM articles a JOIN versions v ON v.article = a.id AND v.shown_as = v.id
JOIN captures f ON f.id = v.id JOIN captures l ON l.id = v.last_capture
WHERE a.number = ? ORDER BY v.id
"""
_EVENTS = """
SELECT a.hex AS article_id, e.at, e.kind, e.silent, e.flips, e.detail,
       printf('%016x', e.version_before) AS version_before,
       printf('%016x', e.version_after) AS version_after, a.url, a.title, a.source, c.record_id
FROM articles a JOIN addresses d ON d.article = a.id JOIN article_captures k ON k.address = d.id
JOIN events e ON e.capture = k.capture JOIN captures c ON c.id = e.capture
WHERE a.number = ? ORDER BY e.capture, e.kind
"""
_STORIES = """
SELECT f.hex AS story, a.hex AS article_id, a.source, a.url, a.title, a.published, a.credit,
       a.first_captured
FROM articles a JOIN story_articles m ON m.article = a.number JOIN stories s ON s.id = m.story
JOIN articles f ON f.number = s.first WHERE a.number = ?
"""
_LINKS = """
SELECT a.hex AS article_id, a.url, a.title, a.source, k.url AS target, k.words
FROM articles a JOIN links k ON k.version = a.current_version WHERE a.number = ? ORDER BY k.place
"""
WHAT: dict[str, tuple[type[Row], str]] = {
    "articles": (Exported, _ARTICLES),
    "versions": (ExportedVersion, _VERSIONS),
    "events": (ExportedEvent, _EVENTS),
    "stories": (ExportedStory, _STORIES),
    "links": (ExportedLink, _LINKS),
}
"""What can be exported: the row and how those of one article are found, by name."""


def iter_exported(db: Database, query: str = "", *, what: str = "articles") -> Iterator[Any]:
    """Rows of the articles a query finds, oldest article first; of all for an empty query.

    One read transaction from the first to the last: what an indexer commits meanwhile is not seen.
    Copies of a story are all among them.

    Args:
        db: The index.
        query: As in a search; nothing is added to what it finds.
        what: A key of `WHAT`.
    """
    row_type, sql = WHAT[what]
    booleans = [field.name for field in fields(row_type) if field.type is bool]
    matches, _ = select_matching(db, query)
    found = f"SELECT number FROM articles WHERE number IN ({matches.sql}) ORDER BY dated, id"  # noqa: S608 - constants, bound values
    for (number,) in db.execute(found, matches.values):
        for row in db.query(sql, [number]):
            for name in ("authors", "tags"):
                if name in row:
                    row[name] = tuple(json.loads(row[name]))
            row.update((name, bool(row[name])) for name in booleans)
            yield row_type(**row)


def to_jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield json.dumps(asdict(row), ensure_ascii=False) + "\n"


def to_csv(rows: Iterable[Row], row_type: type[Row], *, bom: bool = False) -> Iterator[str]:
    """A head and one line a row; names are joined by ``; ``, no cell is a formula.

    Args:
        rows: Of one type.
        row_type: That type.
        bom: Begin with a byte order mark, by which spreadsheets know UTF-8.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff" if bom else "")
    writer.writerow([field.name for field in fields(row_type)])
    for row in rows:
        writer.writerow([_cell(value) for value in asdict(row).values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> object:
    """A value as a cell that no spreadsheet runs.

    Source: OWASP, CSV injection.

    >>> _cell("=1+1"), _cell(("Ann", "Bo")), _cell(-5)
    ("'=1+1", 'Ann; Bo', -5)
    """
    text = "; ".join(value) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def to_markdown(article: Exported) -> str:
    """One article as Markdown, its facts as front matter (YAML; JSON values are YAML)."""
    facts = {k: v for k, v in asdict(article).items() if v and k not in ("text", "standfirst")}
    front = "".join(f"{key}: {json.dumps(v, ensure_ascii=False)}\n" for key, v in facts.items())
    standfirst = f"*{article.standfirst}*\n\n" if article.standfirst else ""
    body = "\n\n".join(_plain_markdown(line) for line in article.text.split("\n") if line)
    return f"---\n{front}---\n\n# {_plain_markdown(article.title)}\n\n{standfirst}{body}\n"


def to_text(article: Exported) -> str:
    """One article as plain text: title, where and when, standfirst, text."""
    head = "  ".join(filter(None, (article.source_name, article.published, article.url)))
    parts = (article.title, head, article.standfirst, article.text.replace("\n", "\n\n"))
    return "\n\n".join(filter(None, parts)) + "\n"


def write_files(
    articles: Iterable[Exported], directory: Path, render: Callable[[Exported], str], suffix: str
) -> int:
    """One file an article, named by date and id; gives their number.

    Raises:
        ArchiveUnwritable: the directory cannot be written.
    """
    count = 0
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for article in articles:
            stamp = article.first_captured
            day = (article.published or f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}")[:10]
            write_atomically(directory / f"{day}-{article.id}{suffix}", render(article))
            count += 1
    except OSError as error:
        raise ArchiveUnwritable(f"{directory}: cannot be written: {error.strerror}") from error
    return count


def write_parquet(rows: Iterable[Row], path: Path, row_type: type[Row]) -> int:
    """A Parquet file with typed times, compressed with zstd; gives the number of rows.

    Timestamps and dates become moments in UTC; ``published`` and ``modified`` stand beside them as
    printed, for a moment says nothing of their precision and zone.

    Raises:
        ExportError: pyarrow is not installed.
        ArchiveUnwritable: the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional, and expensive to import
        from pyarrow import parquet  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ExportError(
            "export: Parquet needs pyarrow, which is not installed; "
            "run `pip install 'microfiche[parquet]'`"
        ) from error
    moment = pa.timestamp("s", tz="UTC")
    columns = [(f.name, moment if f.name in _MOMENTS else _arrow_type(pa, f.type))
               for f in fields(row_type)]  # fmt: skip
    printed = [f.name for f in fields(row_type) if f.name in _PRINTED]
    schema = pa.schema([*columns, *((f"{name}_printed", pa.string()) for name in printed)])
    remaining, count = iter(rows), 0
    try:
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            while some := [_typed(row, printed) for row in islice(remaining, PARQUET_ROWS)]:
                writer.write_table(pa.Table.from_pylist(some, schema=schema))
                count += len(some)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
    return count


_PRINTED = ("published", "modified")
_MOMENTS = (*_PRINTED, "first_captured", "last_captured", "edited", "removed", "at")


def _typed(row: Row, printed: Iterable[str]) -> dict[str, object]:
    values = asdict(row)
    return {
        **values,
        **{name: moment_of(values[name]) for name in _MOMENTS if name in values},
        **{f"{name}_printed": values[name] for name in printed},
    }


def moment_of(text: str | None) -> datetime | None:
    """The moment that a timestamp or a printed date stands for; the first one of a day or year.

    >>> str(moment_of("20260102030405")), str(moment_of("1987-03"))
    ('2026-01-02 03:04:05+00:00', '1987-03-01 00:00:00+00:00')
    >>> str(moment_of("2026-03-02T00:30:00+02:00")), moment_of(None)
    ('2026-03-01 22:30:00+00:00', None)
    """
    if not text:
        return None
    if text.isdecimal() and len(text) == 14:
        text = written(text)
    if len(text) <= len("2026-01-02"):
        return datetime.fromordinal(day_of(text)).replace(tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _arrow_type(pa: Any, annotation: object) -> Any:  # noqa: ANN401 - pyarrow ships no types
    if annotation in (int, bool):
        return pa.int64() if annotation is int else pa.bool_()
    return pa.list_(pa.string()) if annotation == tuple[str, ...] else pa.string()


def _plain_markdown(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> _plain_markdown("# 1 *of* <b>")
    '\\# 1 \\*of\\* \\<b\\>'
    """
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>|~" else c for c in text)
    return f"\\{escaped}" if escaped[:1] in ("#", "-", "+") else escaped
