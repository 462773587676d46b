"""Articles on their way out: JSON lines, CSV, Parquet, Markdown, plain text; streamed."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable, MicroficheError
from archive.layout import write_atomically
from archive.search.expand import planned
from archive.search.where import where_of

PARQUET_ROWS = 1_000
"""Articles in one row group: a few megabytes in memory."""


class ExportError(MicroficheError):
    """The articles cannot be written in the form asked for."""


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


_ARTICLE = """
SELECT a.hex AS id, a.url, a.source, s.name AS source_name, v.title, v.standfirst, v.text,
       v.authors, a.published, v.modified, a.language, a.section, v.tags, a.credit, a.kind,
       a.paywall, a.words, a.first_captured,
       a.last_captured, a.edited, a.removed, a.versions, a.captures,
       v.hex AS version_id, c.record_id
FROM articles a JOIN sources s ON s.id = a.source JOIN versions v ON v.id = a.current_version
JOIN captures c ON c.id = v.first_capture WHERE a.number = ?
"""


def iter_exported(db: Database, query: str = "") -> Iterator[Exported]:
    """The articles a query finds, oldest first; all of them for an empty query.

    One read transaction from the first to the last: what an indexer commits meanwhile is not seen.
    Copies of a story are all among them.
    """
    where = where_of(planned(db, query))
    numbers = db.execute(f"SELECT {where.number} FROM {where.sql} ORDER BY 1", where.values)  # noqa: S608 - constants, bound values
    for (found,) in numbers:
        for row in db.query(_ARTICLE, [found]):
            row["authors"], row["tags"] = (
                tuple(json.loads(row[name])) for name in ("authors", "tags")
            )
            yield Exported(**row)


def to_jsonl(articles: Iterable[Exported]) -> Iterator[str]:
    """One JSON object a line."""
    for article in articles:
        yield json.dumps(asdict(article), ensure_ascii=False) + "\n"


def to_csv(articles: Iterable[Exported]) -> Iterator[str]:
    """A head and one row an article; names are joined by ``; ``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Exported)])
    for article in articles:
        writer.writerow(
            ["; ".join(v) if isinstance(v, tuple) else v for v in asdict(article).values()]
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


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


def write_parquet(articles: Iterable[Exported], path: Path) -> int:
    """A Parquet file, compressed with zstd; gives the number of articles.

    Raises:
        ExportError: pyarrow is not installed.
        ArchiveUnwritable: the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional, and dear to import
        from pyarrow import parquet  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ExportError(
            "export: Parquet needs pyarrow, which is not installed; "
            "run `pip install 'microfiche[parquet]'`"
        ) from error
    schema = pa.schema([(field.name, _arrow_type(pa, field.type)) for field in fields(Exported)])
    remaining, count = iter(articles), 0
    try:
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            while rows := [asdict(article) for article in islice(remaining, PARQUET_ROWS)]:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                count += len(rows)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
    return count


def _arrow_type(pa: Any, annotation: object) -> Any:  # noqa: ANN401 - pyarrow ships no types
    if annotation is int:
        return pa.int64()
    return pa.list_(pa.string()) if annotation == tuple[str, ...] else pa.string()


def _plain_markdown(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> _plain_markdown("# 1 *of* <b>")
    '\\# 1 \\*of\\* \\<b\\>'
    """
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>|~" else c for c in text)
    return f"\\{escaped}" if escaped[:1] in ("#", "-", "+") else escaped
