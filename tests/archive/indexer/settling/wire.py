"""Articles as the workers give them to the writer, without pages: a wire of many newspapers."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from archive.index.ids import capture_number
from archive.indexer.found import Found, FoundCapture
from archive.indexer.reading import reading_of
from archive.indexer.store import Entry
from archive.indexer.write import settle, write_batch
from archive.times import to_timestamp
from archive.urls import urlkey
from extract.article import Article, Block, BlockKind, text_of
from extract.fingerprint import simhash, text_digest

START = datetime(2026, 2, 2, 6, 0, 0, 500, tzinfo=UTC)
_HALVES = ("har", "coun", "brid", "win", "min", "far", "val", "mus", "sum", "eng", "bud", "riv")
_ENDS = ("bour", "cil", "ger", "ter", "ister", "mer", "ley", "eum", "per", "ineer", "get", "ber")
WORDS = [half + end for half in _HALVES for end in _ENDS]


def sentence(chance: random.Random) -> str:
    """A long sentence that nobody else has written."""
    words = [chance.choice(WORDS) for _ in range(11)]
    return f"The {' '.join(words)} of {chance.randrange(10**6)} was not expected by anybody there."


def paragraphs(seed: str, count: int = 8) -> list[str]:
    """The text of a story: paragraphs of two long sentences each, the same for the same seed."""
    chance = random.Random(seed)
    return [f"{sentence(chance)} {sentence(chance)}" for _ in range(count)]


def entry(
    source: str,
    name: str,
    text: Sequence[str | Block],
    *,
    at: datetime = START,
    title: str | None = None,
    truncated: str | None = None,
    **fields: object,
) -> Entry:
    """A capture of one article: its paragraphs, as the extraction gives them."""
    url = f"https://{source}.example/2026/{name}"
    blocks = tuple(Block(BlockKind.PARAGRAPH, p) if isinstance(p, str) else p for p in text)
    plain = text_of(blocks)
    article = Article(
        url,
        "tests",
        title=f"All about {name}" if title is None else title,
        blocks=blocks,
        fingerprint=simhash(plain),
        text_digest=text_digest(plain),
        **fields,  # type: ignore[arg-type]
    )
    record_id = (
        "urn:uuid:"
        + hashlib.sha256(f"{url} {at} {plain} {title} {fields}".encode()).hexdigest()[:32]
    )
    offset = int(record_id[-10:], 16)
    capture = FoundCapture(
        id=capture_number(at, record_id), record_id=record_id, urlkey=urlkey(url),
        timestamp=to_timestamp(at), uri=url, mime="text/html", status=200,
        digest=f"sha1:{record_id[-20:]}", filename="2026/02/wire.warc.gz",
        offset=offset, length=1, record_type="response", refers_to=None,
        refers_to_uri=None, refers_to_date=None, redirect=None, truncated=truncated,
        source=source, kind="article", failure=None, method=None, wanted_by=None, captured_at=at,
    )  # fmt: skip
    return Entry(Found(capture.filename, 1, capture, None), reading_of(article))


def index(db: Database, entries: Iterable[Entry], *, batch: int = 1_000) -> None:
    """Write entries in batches, then settle."""
    listed = list(entries)
    for at in range(0, len(listed), batch):
        write_batch(db, listed[at : at + batch])
    settle(db)


def days(count: float) -> timedelta:
    """So many days."""
    return timedelta(days=count)
