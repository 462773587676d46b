"""A small press for tests: exchanges as a crawler would hand them over, written as real WARCs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.indexer.run import iter_found
from archive.indexer.store import Entry
from archive.indexer.worker import read_page
from archive.indexer.write import Totals, settle, write_batch
from archive.layout import Archive, create_archive
from archive.times import to_warc_date
from archive.warc.exchange import Exchange, PayloadRef
from archive.warc.records import RecordWriter, build, warcinfo_record

START = datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
SENTENCES = (
    "The council voted late on Thursday after a debate of seven hours.",
    "Residents had waited since the spring for a decision about the harbour.",
    "Engineers warned that the old bridge would not carry another winter.",
    "A spokeswoman declined to name the sum that had been agreed upon.",
    "The minister said the figures would be published before the summer.",
    "Two shops in the high street have closed since the works began.",
    "Farmers in the valley expect the harvest to be the poorest in years.",
    "The museum will open its doors again with a show of early photographs.",
)


def story(title: str, *paragraphs: str, head: str = "", lang: str = "en") -> bytes:
    """The HTML of an article; three paragraphs of its own words where none are given."""
    body = paragraphs or tuple(
        " ".join(SENTENCES[(i + n) % len(SENTENCES)] for n in range(4)) + f" ({title}, part {i})"
        for i in range(3)
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f"<!doctype html><html lang={lang}><head><meta charset=utf-8><title>{title}</title>{head}"
        f"</head><body><main><article><h1>{title}</h1>{text}</article></main></body></html>"
    ).encode()


def http(body: bytes, status: str = "200 OK", *headers: str, mime: str = "text/html") -> bytes:
    """A response as it comes over the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {mime}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


@dataclass
class Press:
    """Writes WARC files into an archive; record ids and dates follow each other."""

    archive: Archive
    serial: Any = field(default_factory=lambda: count(1))
    seen: dict[str, PayloadRef] = field(default_factory=dict)
    now: datetime = START

    def exchange(
        self,
        url: str,
        response: bytes,
        *,
        kind: str = "article",
        source: str = "morning",
        after: timedelta = timedelta(seconds=1),
        not_modified: PayloadRef | None = None,
        **metadata: Any,
    ) -> Exchange:
        """One exchange, a second (or ``after``) after the one before."""
        self.now += after
        return Exchange(
            target_uri=url,
            started_at=self.now,
            request=f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
            response=response,
            ip="127.0.0.1",
            protocol=("http/1.1",),
            cipher_suite=None,
            truncated=None,
            metadata={"source": source, "kind": kind, **metadata},
            not_modified=not_modified,
        )

    def write(self, name: str, exchanges: Sequence[Exchange]) -> Path:
        """A sealed WARC file, ``name`` below ``warcs/``."""
        path = self.archive.warcs_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = RecordWriter()
        info_id = self._id()
        info = warcinfo_record(info_id, to_warc_date(self.now), path.name, {"software": "tests"})
        members = [writer.member(info)]
        for exchange in exchanges:
            built = build(
                exchange, warcinfo_id=info_id, find_payload=self.seen.get, new_id=self._id
            )
            members += [writer.member(record) for record in built.records]
            if built.record_type == "response" and built.entity_digest:
                self.seen[built.entity_digest] = PayloadRef(
                    built.record_id, exchange.target_uri, built.date, built.entity_digest
                )
        path.write_bytes(b"".join(members))
        return path

    def _id(self) -> str:
        return f"<urn:uuid:00000000-0000-4000-8000-{next(self.serial):012}>"


def new_press(root: Path) -> Press:
    """A press with an archive of its own."""
    return Press(create_archive(root / "archive", contact="mailto:tests@example.org"))


def index_here(db: Database, archive: Archive, names: Sequence[str], *, batch: int = 3) -> Totals:
    """Index files in the order given, without worker processes: the same code, in one."""
    totals = Totals()
    entries = [
        Entry(found, read_page(found.page) if found.page else None)
        for name in names
        for found in iter_found(archive.warcs_dir / name, name)
    ]
    for at in range(0, len(entries), batch):
        totals.add(write_batch(db, entries[at : at + batch]))
    totals.add(settle(db))
    return totals


TABLES = (
    *("sources", "warcs", "captures", "pages", "articles", "versions", "addresses"),
    *("claims", "links", "events", "people", "article_people", "tags", "article_tags"),
    *("extractors", "extraction_failures", "requisites", "facets", "facet_names", "languages"),
    *("unsettled", "unmatched", "sketches", "stories", "story_articles", "article_captures"),
    *("site_templates", "template_lines"),
)
# Where the number of an article stands: indexes are equal by ids.
_NUMBERS = {
    **dict.fromkeys(("article_people", "article_tags", "story_articles"), ("article",)),
    **dict.fromkeys(("articles", "facets", "unsettled"), ("number",)),
    **dict.fromkeys(("sketches", "unmatched"), ("article",)),
    "stories": ("first",),
}


def rows_of(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order of their own, and what the full text holds.

    The number of an article is given as its id.
    """
    ids = dict(db.execute("SELECT number, id FROM articles"))
    found = {}
    for table in TABLES:
        rows = [dict(row) for row in db.query(f"SELECT * FROM {table}")]
        for row in rows:
            row.update((name, ids[row[name]]) for name in _NUMBERS.get(table, ()))
        found[table] = sorted((tuple(row.values()) for row in rows), key=repr)
    for table, kind, columns in (
        ("articles_fts", "instance", "term, doc, col, offset"),
        ("article_forms", "instance", "term, doc"),
        ("pages_fts", "instance", "term, doc, col, offset"),
    ):
        db.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_words "
            f"USING fts5vocab(main, {table}, {kind})"
        )
        rows_found = db.execute(f"SELECT {columns} FROM temp.{table}_words")
        found[table] = sorted((term, ids.get(doc, doc), *rest) for term, doc, *rest in rows_found)
    return found


def is_settled(db: Database) -> bool:
    """Whether nothing is marked: templates and stories are those of the articles there are."""
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM unsettled) OR EXISTS (SELECT 1 FROM unmatched)"
    ).fetchone()
    return not row[0]
