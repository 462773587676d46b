"""Site templates: learned of each cell's articles, and taken out of every version in it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.index.ids import digest_number
from archive.index.layout import read_layout, write_layout
from archive.index.lines import put_back, taken_out
from archive.indexer.derive import derive
from archive.indexer.fulltext import follow, read_indexed
from archive.indexer.identity import main_addresses
from archive.indexer.reading import signed
from archive.indexer.settling.cells import Cell, draw, numbers_in
from archive.indexer.settling.whole import Row, whole
from extract.article import Block, text_of
from extract.fingerprint import simhash, text_digest
from extract.template import MIN_ARTICLES, Page, SiteTemplate, cut, learn

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """The articles whose text has changed, and the texts of some others in UTF-8, by number."""

    changed: Set[int]
    unchanged: Mapping[int, bytes]


def settle_cell(db: Database, cell: Cell, marked: Sequence[int]) -> Settled:
    """Bring the template of a cell up to date, and the texts of its articles.

    The caller holds a transaction.

    Args:
        db: The index.
        cell: A source and a quarter.
        marked: The numbers of its articles that came, went or changed.
    """
    numbers = numbers_in(db, cell)
    sample = draw(numbers)
    template = before = read_template(db, cell)
    texts: dict[int, bytes] = {}
    if sample.may_hold(marked):
        template, texts = _learned(db, sample.numbers)
    concerned: Iterable[int] = marked
    if template != before:
        _store(db, cell, template)
        concerned = {*marked, *numbers}
    changed: set[int] = set()
    for some in _batched(sorted(concerned)):
        changed |= _apply(db, template, some)
    return Settled(changed, {n: text for n, text in texts.items() if n not in changed})


def read_template(db: Database, cell: Cell) -> SiteTemplate:
    """The template of a cell as it was learned last."""
    rows = db.execute(
        "SELECT part, line FROM site_templates WHERE source = ? AND quarter = ?",
        (cell.source, cell.quarter),
    ).fetchall()
    return SiteTemplate.of(
        (line for part, line in rows if part == "text"),
        (line for part, line in rows if part == "captions"),
    )


def _store(db: Database, cell: Cell, template: SiteTemplate) -> None:
    key = (cell.source, cell.quarter)
    db.execute("DELETE FROM site_templates WHERE source = ? AND quarter = ?", key)
    db.conn.executemany(
        "INSERT INTO site_templates (source, quarter, part, line) VALUES (?, ?, ?, ?)",
        [(*key, "text", line) for line in sorted(template.lines)]
        + [(*key, "captions", line) for line in sorted(template.captions)],
    )


_CURRENT = """
SELECT a.number, v.id, v.title, CAST(v.text AS BLOB) AS encoded, v.layout, v.asides, v.words,
       v.fingerprint, v.text_digest, v.authors
FROM json_each(?) n JOIN articles a ON a.number = n.value
JOIN versions v ON v.id = a.current_version
"""


def _learned(db: Database, numbers: Sequence[int]) -> tuple[SiteTemplate, dict[int, bytes]]:
    """The template of these articles, and their texts as they are now."""
    if len(numbers) < MIN_ARTICLES:
        return SiteTemplate(), {}
    rows = list(db.query(_CURRENT, [json.dumps(numbers)]))
    return learn(_pages(_with_whole(db, rows))), {row["number"]: row["encoded"] for row in rows}


def _with_whole(db: Database, rows: Sequence[Row]) -> list[Row]:
    """Those of which lines have been taken out with these put back."""
    listed = json.dumps([row["id"] for row in rows])
    is_cut = {row[0] for row in db.execute(_CUT, [listed])}
    cut_rows = [row | {"text": row["encoded"].decode()} for row in rows if row["id"] in is_cut]
    again = {row["id"]: row | {"encoded": row["text"].encode()} for row in whole(db, cut_rows)}
    return [again.get(row["id"], row) for row in rows]


_CUT = "SELECT version FROM template_lines WHERE version IN (SELECT value FROM json_each(?))"


def _pages(rows: Sequence[Row]) -> Iterator[Page]:
    """What a template is learned from; without their blocks where no line is another's, too.

    Cutting a text into its blocks costs five times what reading it does, and most have none.
    """
    lines = [_lines(row) for row in rows]
    seen: set[bytes] = set()
    recurring: set[bytes] = set()
    for some in lines:
        recurring |= seen & some
        seen |= some
    for row, some in zip(rows, lines, strict=True):
        is_own = recurring.isdisjoint(some)
        yield Page(
            blocks=() if is_own else _blocks(row | {"text": row["encoded"].decode()}),
            # Where there is no text, no two are the same.
            digest=str(row["text_digest"] or row["id"]),
            # As they are kept, as JSON: the same for the same authors.
            authors=() if row["authors"] == "[]" else (row["authors"],),
            title=row["title"],
        )


def _lines(row: Row) -> set[bytes]:
    lines = set(row["encoded"].split(b"\n"))
    if row["asides"]:
        lines.update(row["asides"].encode().split(b"\n"))
    lines.discard(b"")
    return lines


_VERSIONS = """
SELECT v.id, v.article, a.number, v.text, v.layout, v.asides, v.words, v.fingerprint
FROM json_each(?) n JOIN articles a ON a.number = n.value JOIN versions v ON v.article = a.id
"""
_ANY_CUT = "SELECT 1 FROM template_lines LIMIT 1"
_CUT_VERSIONS = _VERSIONS + "JOIN template_lines t ON t.version = v.id"


def _apply(db: Database, template: SiteTemplate, numbers: Sequence[int]) -> set[int]:
    """Apply a template to articles; gives the numbers of those that it changes."""
    if not template and not db.execute(_ANY_CUT).fetchone():
        return set()
    sql = _VERSIONS if template else _CUT_VERSIONS
    rows = list(db.query(sql, [json.dumps(list(numbers))]))
    changes = [
        (full, left)
        for row, full in zip(rows, whole(db, rows), strict=True)
        if _text_of(left := _without(full, template)) != _text_of(row)
    ]
    if changes:
        _replace(db, changes)
    return {left["number"] for _, left in changes}


def _without(full: Row, template: SiteTemplate) -> Row:
    kept, removed = cut(_blocks(full), template)
    if not removed:
        return full
    text = text_of(kept)
    layout, asides = write_layout(kept)
    # A text whose layout does not fit cannot be put together again: it stays as it is.
    for part, left in (("text", text), ("asides", asides)):
        if put_back(left, taken_out(full[part], left)) != full[part]:
            return full
    words, fingerprint = len(text.split()), signed(simhash(text))
    changed = {"text": text, "asides": asides, "layout": layout}
    return {**full, **changed, "words": words, "fingerprint": fingerprint}


def _replace(db: Database, changes: Sequence[tuple[Row, Row]]) -> None:
    """Put other texts in the place of those there are, and let articles and full text follow."""
    articles = {left["article"] for _, left in changes}
    before = read_indexed(db, articles)
    db.conn.executemany(
        "UPDATE versions SET text = :text, asides = :asides, layout = :layout, words = :words, "
        "fingerprint = :fingerprint WHERE id = :id",
        [left for _, left in changes],
    )
    db.conn.executemany(
        "DELETE FROM template_lines WHERE version = ?", [(left["id"],) for _, left in changes]
    )
    db.conn.executemany(
        "INSERT INTO template_lines (version, text, asides, layout, fingerprint, text_digest) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [_row_of(full, left) for full, left in changes if _text_of(full) != _text_of(left)],
    )
    derive(db, articles, main_addresses(db, articles))
    follow(db, before, read_indexed(db, articles))


def _row_of(full: Row, left: Row) -> tuple[Any, ...]:
    gone = (taken_out(full[part], left[part]) for part in ("text", "asides"))
    digest = digest_number(text_digest(left["text"]))
    return (left["id"], *gone, full["layout"], full["fingerprint"], digest)


def _text_of(row: Row) -> tuple[str, str, str]:
    return row["text"], row["asides"], row["layout"]


def _blocks(row: Row) -> tuple[Block, ...]:
    return read_layout(row["text"], row["layout"], row["asides"])


def _batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(numbers), _AT_ONCE):
        yield numbers[at : at + _AT_ONCE]
