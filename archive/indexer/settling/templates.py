"""Site templates: learned of each cell's articles, and taken out of every version in it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.index.layout import read_layout, write_layout
from archive.index.lines import put_back, taken_out
from archive.index.rows import VERSIONS, StoredVersion
from archive.indexer.derive import derive_again
from archive.indexer.fulltext import follow, read_indexed
from archive.indexer.identity import main_addresses
from archive.indexer.reading import digest_of, signed
from archive.indexer.settling.cells import Cell, draw, ids_in, numbers_of
from archive.indexer.settling.whole import whole
from archive.text.counting import count_words
from extract.article import Block, text_of
from extract.fingerprint import simhash
from extract.template import MIN_ARTICLES, SitePage, SiteTemplate, cut, learn

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
        marked: The ids of its articles that came, went or changed.
    """
    ids = ids_in(db, cell)
    sample = draw(ids)
    template = before = read_template(db, cell)
    texts: dict[int, bytes] = {}
    if sample.may_hold(marked):
        template, texts = _learned(db, numbers_of(db, sample.ids))
    concerned: Iterable[int] = marked
    if template != before:
        _store(db, cell, template)
        concerned = {*marked, *ids}
    changed: set[int] = set()
    for some in _batched(numbers_of(db, concerned)):
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


_CURRENT = f"""
SELECT a.number, {VERSIONS.named("v")} FROM json_each(?) n JOIN articles a ON a.number = n.value
JOIN versions v ON v.id = a.current_version
"""  # noqa: S608 - our names


def _learned(db: Database, numbers: Sequence[int]) -> tuple[SiteTemplate, dict[int, bytes]]:
    """The template of these articles, and their texts as they are now."""
    if len(numbers) < MIN_ARTICLES:
        return SiteTemplate(), {}
    found = db.execute(_CURRENT, [json.dumps(numbers)]).fetchall()
    current = VERSIONS.read(row[1:] for row in found)
    texts = {row[0]: version.text.encode() for row, version in zip(found, current, strict=True)}
    return learn(_pages(whole(db, current))), texts


def _pages(versions: Sequence[StoredVersion]) -> Iterator[SitePage]:
    """What a template is learned from; without their blocks where no line is another's, too.

    Cutting a text into its blocks costs five times what reading it does, and most have none.
    """
    lines = [_lines(version) for version in versions]
    seen: set[str] = set()
    recurring: set[str] = set()
    for some in lines:
        recurring |= seen & some
        seen |= some
    for version, some in zip(versions, lines, strict=True):
        yield SitePage(
            blocks=() if recurring.isdisjoint(some) else _blocks(version),
            # Where there is no text, no two are the same.
            digest=str(version.text_digest or version.id),
            # As they are kept, as JSON: the same for the same authors.
            authors=() if version.authors == "[]" else (version.authors,),
            title=version.title,
        )


def _lines(version: StoredVersion) -> set[str]:
    return {*version.text.split("\n"), *version.asides.split("\n")} - {""}


_VERSIONS = f"""
SELECT {VERSIONS.named("v")} FROM json_each(?) n JOIN articles a ON a.number = n.value
JOIN versions v ON v.article = a.id
"""  # noqa: S608 - our names
_ANY_CUT = "SELECT 1 FROM template_lines LIMIT 1"
_CUT_VERSIONS = _VERSIONS + "JOIN template_lines t ON t.version = v.id"


def _apply(db: Database, template: SiteTemplate, numbers: Sequence[int]) -> set[int]:
    """Apply a template to articles; gives the numbers of those that it changes."""
    if not template and not db.execute(_ANY_CUT).fetchone():
        return set()
    sql = _VERSIONS if template else _CUT_VERSIONS
    rows = VERSIONS.read(db.execute(sql, [json.dumps(list(numbers))]))
    changes = [
        (full, left)
        for row, full in zip(rows, whole(db, rows), strict=True)
        if _text_of(left := _without(full, template)) != _text_of(row)
    ]
    if not changes:
        return set()
    articles = {left.article for _, left in changes}
    _replace(db, changes, articles)
    return set(numbers_of(db, articles))


def _without(full: StoredVersion, template: SiteTemplate) -> StoredVersion:
    kept, removed = cut(_blocks(full), template)
    if not removed:
        return full
    text = text_of(kept)
    layout, asides = write_layout(kept)
    # A text whose layout does not fit cannot be put together again: it stays as it is.
    for whole_text, left in ((full.text, text), (full.asides, asides)):
        if put_back(left, taken_out(whole_text, left)) != whole_text:
            return full
    return replace(
        full,
        text=text,
        asides=asides,
        layout=layout,
        words=count_words(text),
        fingerprint=signed(simhash(text)),
    )


def _replace(
    db: Database, changes: Sequence[tuple[StoredVersion, StoredVersion]], articles: Set[int]
) -> None:
    """Put other texts in the place of those there are, and let articles and full text follow."""
    before = read_indexed(db, articles)
    db.conn.executemany(
        "UPDATE versions SET text = ?, asides = ?, layout = ?, words = ?, fingerprint = ? "
        "WHERE id = ?",
        [(v.text, v.asides, v.layout, v.words, v.fingerprint, v.id) for _, v in changes],
    )
    db.conn.executemany(
        "DELETE FROM template_lines WHERE version = ?", [(left.id,) for _, left in changes]
    )
    db.conn.executemany(
        "INSERT INTO template_lines (version, text, asides, layout, fingerprint, text_digest) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [_row_of(full, left) for full, left in changes if _text_of(full) != _text_of(left)],
    )
    derive_again(db, articles, main_addresses(db, articles))
    follow(db, before, read_indexed(db, articles))


def _row_of(full: StoredVersion, left: StoredVersion) -> tuple[object, ...]:
    gone = (taken_out(full.text, left.text), taken_out(full.asides, left.asides))
    return (left.id, *gone, full.layout, full.fingerprint, digest_of(left.text, left.language) or 0)


def _text_of(version: StoredVersion) -> tuple[str, str, str]:
    return version.text, version.asides, version.layout


def _blocks(version: StoredVersion) -> tuple[Block, ...]:
    return read_layout(version.text, version.layout, version.asides)


def _batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(numbers), _AT_ONCE):
        yield numbers[at : at + _AT_ONCE]
