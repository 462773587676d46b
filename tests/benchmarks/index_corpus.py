"""Articles for benchmarks: realistic words and lengths, any number of them, the same every time.

Sentences of the real pages (``MICROFICHE_CORPUS``) are recombined; without those, sentences are
made of words drawn as languages draw theirs (Zipf's law). Names that occur once are mixed in.
"""

import hashlib
import json
import os
import random
import re
import uuid
from base64 import b32encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.index.ids import capture_number, number_id
from archive.indexer.found import Found, FoundCapture
from archive.indexer.reading import Reading
from archive.indexer.store import Entry
from archive.times import to_timestamp
from archive.urls import urlkey

MEAN_CHARS = 3_300
START = datetime(2016, 1, 1, tzinfo=UTC)
SOURCES = 40


def sentences(seed: int = 1) -> list[str]:
    """Sentences to recombine, one language mixed with the others as in the corpus."""
    found: list[str] = []
    corpus = os.environ.get("MICROFICHE_CORPUS")
    for truth in sorted(Path(corpus).rglob("truth.jsonl")) if corpus else ():
        for line in truth.read_text("utf-8").splitlines():
            for piece, *_ in json.loads(line).get("pieces") or ():
                found += [s for s in re.split(r"(?<=[.!?])\s+", piece) if 30 < len(s) < 400]
    return found or _invented(seed)


def _invented(seed: int) -> list[str]:
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(50_000)]
    weights = [1 / (rank + 2.7) for rank in range(len(words))]
    return [
        " ".join(chance.choices(words, weights, k=chance.randint(8, 30))).capitalize() + "."
        for _ in range(20_000)
    ]


def entries(count: int, *, seed: int = 1, first: int = 0) -> Iterator[Entry]:
    """Groups as the workers give them back: one article each, in order of time."""
    pool = sentences(seed)
    chance = random.Random(seed + first)
    step = timedelta(days=3650) / max(count, 1)
    for n in range(first, first + count):
        yield _entry(n, START + step * n, pool, chance)


def _entry(n: int, when: datetime, pool: list[str], chance: random.Random) -> Entry:
    source = f"source{int(chance.paretovariate(1.2)) % SOURCES}"
    url = f"https://www.{source}.example/{when:%Y/%m/%d}/story-{n}-of-the-day"
    name = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)).capitalize()
    length = int(chance.lognormvariate(7.9, 0.65))
    text: list[str] = [f"{name} said so on {when:%A}."]
    so_far = len(text[0])
    while so_far < length:
        text.append(" ".join(chance.choices(pool, k=3)))
        so_far += len(text[-1])
    title = " ".join(chance.choice(pool).split()[:9])
    body = "\n".join(text)
    reading = Reading(
        digest=number_id(title, body), title=title, standfirst=chance.choice(pool), text=body,
        layout=",".join(f"p{len(part)}" for part in text), asides="",
        authors=json.dumps([f"Author {int(chance.paretovariate(0.8)) % 3000}"]),
        published=(when - timedelta(hours=1)).isoformat(timespec="seconds"), modified=None,
        language=chance.choice(("en", "en", "en", "de", "fr")),
        section=chance.choice(("politics", "sport", "culture", "economy", None)),
        tags="[]", image=None, canonical_url=url,
        credit=chance.choice((None,) * 9 + ("dpa",)), paywall="open", kind="article",
        words=len(body.split()), title_digest=number_id(title), text_digest=number_id(body),
        fingerprint=chance.getrandbits(63), extractor="bench", is_article=True,
    )  # fmt: skip
    record_id = f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}"
    capture = FoundCapture(
        id=capture_number(when, record_id), record_id=record_id, urlkey=urlkey(url),
        timestamp=to_timestamp(when), uri=url, mime="text/html", status=200,
        digest=to_digest(body), filename="2016/01/bench.warc.gz",
        offset=n * 40_000, length=40_000, record_type="response", refers_to=None,
        refers_to_uri=None, refers_to_date=None, redirect=None, truncated=None,
        source=source, kind="article", failure=None, captured_at=when,
    )  # fmt: skip
    return Entry(Found(capture.filename, capture.offset + capture.length, capture, None), reading)


def to_digest(body: str) -> str:
    """A payload digest as captures have it."""
    return "sha1:" + b32encode(hashlib.sha1(body.encode(), usedforsecurity=False).digest()).decode()


def words_by_frequency(texts: list[str]) -> list[str]:
    """The words of some texts, the commonest first."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(re.findall(r"[^\W\d_]{2,}", text.lower())):
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: -counts[word])
