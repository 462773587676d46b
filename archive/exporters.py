"""The forms in which rows leave the archive, by name; a package of one's own may add more.

An exporter is an object with one method, `Exporter.write`. One that another package offers as an
entry point of the group ``microfiche.exporters`` is a value of ``microfiche export --format``.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TextIO

from archive.errors import ExportError
from archive.export import Exported, Row
from archive.index.dating import day_of, written
from archive.layout import write_atomically

GROUP = "microfiche.exporters"
PARQUET_ROWS = 1_000
"""Rows in one row group: a few megabytes in memory."""

# What a spreadsheet takes for a formula, and runs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exporter(Protocol):
    """Writes rows in one form."""

    def write(self, rows: Iterable[Row], row_type: type[Row], target: Path | TextIO) -> int:
        """Write rows; gives how many.

        Args:
            rows: Dataclasses of one type, see `archive.export`; to be taken one by one.
            row_type: That type.
            target: A file or directory to make, or the stream that stands for none.

        Raises:
            ExportError: these rows, or a stream, cannot be written in this form.
            OSError: as the file system says.
        """


@cache
def exporters() -> dict[str, Exporter]:
    """Every exporter by its name: ours, then those of other packages."""
    found: dict[str, Exporter] = {
        "jsonl": JsonLines(),
        "csv": Csv(),
        "csv-bom": Csv(bom=True),
        "parquet": Parquet(),
        "markdown": Prose(to_markdown, ".md"),
        "text": Prose(to_text, ".txt"),
    }
    for point in entry_points(group=GROUP):
        loaded = point.load()
        found.setdefault(point.name, loaded() if isinstance(loaded, type) else loaded)
    return found


class JsonLines:
    """One JSON object a line."""

    def write(self, rows: Iterable[Row], row_type: type[Row], target: Path | TextIO) -> int:  # noqa: ARG002 - the protocol's
        """Write rows, as UTF-8."""
        return _write_lines(
            (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows), target
        )


@dataclass(frozen=True, slots=True)
class Csv:
    """A head and one line a row; names are joined by ``; ``, no cell is a formula.

    ``bom``: start with a byte order mark, by which spreadsheets know UTF-8.

    Source: RFC 4180.
    """

    bom: bool = False

    def write(self, rows: Iterable[Row], row_type: type[Row], target: Path | TextIO) -> int:
        """Write rows, as UTF-8; the head is not counted."""
        return _write_lines(self._lines(rows, row_type), target) - 1

    def _lines(self, rows: Iterable[Row], row_type: type[Row]) -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        buffer.write("\ufeff" if self.bom else "")
        head = [field.name for field in fields(row_type)]
        writer.writerow(head)
        yield _taken(buffer)
        for row in rows:
            writer.writerow([_cell(value) for value in asdict(row).values()])
            yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _write_lines(lines: Iterable[str], target: Path | TextIO) -> int:
    """Write lines to a file or stream; gives how many."""
    if isinstance(target, Path):
        with target.open("w", encoding="utf-8", newline="") as file:
            return _write_lines(lines, file)
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the count of the last
        target.write(line)
    return count


def _cell(value: object) -> object:
    """A value as a cell that no spreadsheet runs.

    Source: OWASP, CSV injection.

    >>> _cell("=1+1"), _cell(("Ann", "Bo")), _cell(-5)
    ("'=1+1", 'Ann; Bo', -5)
    """
    text = "; ".join(value) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class Prose:
    """Articles to be read: one file each, named by date and id, or one after the other."""

    render: Callable[[Exported], str]
    suffix: str

    def write(self, rows: Iterable[Row], row_type: type[Row], target: Path | TextIO) -> int:
        """Write articles into a directory, or to a stream."""
        if row_type is not Exported:
            raise ExportError(
                "export: only articles are prose; choose --format jsonl, csv or parquet"
            )
        if not isinstance(target, Path):
            return _write_lines((self._rendered(row) + "\n" for row in rows), target)
        target.mkdir(parents=True, exist_ok=True)
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 - the count of the last
            assert isinstance(row, Exported)
            stamp = row.first_captured
            day = (row.published or f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}")[:10]
            write_atomically(target / f"{day}-{row.id}{self.suffix}", self.render(row))
        return count

    def _rendered(self, row: Row) -> str:
        assert isinstance(row, Exported)
        return self.render(row)


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


class Parquet:
    """A file with typed times, compressed with zstd.

    Timestamps and dates become moments in UTC; ``published`` and ``modified`` stand beside them as
    printed, for a moment says nothing of their precision and zone.
    """

    def write(self, rows: Iterable[Row], row_type: type[Row], target: Path | TextIO) -> int:
        """Write rows to a file."""
        if not isinstance(target, Path):
            raise ExportError("export: Parquet is no text for stdout; name a file with --to")
        try:
            import pyarrow as pa  # noqa: PLC0415 - optional, and expensive to import
            from pyarrow import parquet  # noqa: PLC0415 - as above
        except ImportError as error:
            raise ExportError(
                "export: Parquet needs pyarrow, which is not installed; "
                "run `pip install 'microfiche[parquet]'`"
            ) from error
        moment = pa.timestamp("s", tz="UTC")
        columns = [
            (f.name, moment if f.name in _MOMENTS else _arrow_type(pa, f.type))
            for f in fields(row_type)
        ]
        printed = [f.name for f in fields(row_type) if f.name in _PRINTED]
        schema = pa.schema([*columns, *((f"{name}_printed", pa.string()) for name in printed)])
        remaining, count = iter(rows), 0
        with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
            while some := [_typed(row, printed) for row in islice(remaining, PARQUET_ROWS)]:
                writer.write_table(pa.Table.from_pylist(some, schema=schema))
                count += len(some)
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
