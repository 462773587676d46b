"""Articles for benchmarks: realistic words and lengths, any number of them, the same every time.

Sentences of the real pages (``MICROFICHE_CORPUS``) are recombined, a few stories of one language to
an article; without those, sentences are made of words drawn as languages draw theirs (Zipf's law).
Names that occur once are mixed in.
"""

import hashlib
import json
import os
import random
import re
import uuid
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from py3langid import classify

from archive.index.ids import capture_number, number_id
from archive.indexer.found import Found, FoundCapture
from archive.indexer.reading import Reading, full_text
from archive.indexer.store import Entry
from archive.times import to_timestamp
from archive.urls import urlkey

START = datetime(2016, 1, 1, tzinfo=UTC)
SOURCES = 40
# Of an article of 618 words 0.51 are different ones in the real pages; sentences drawn from all of
# them, in twenty languages at once, gave 0.71, in one language 0.63, in five stories of one 0.53.
_STORIES = 5
_RUN = 3


@dataclass(frozen=True, slots=True)
class Stories:
    """What articles of one language are made of: the sentences of each story, and its words."""

    language: str
    stories: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


@cache
def stories() -> tuple[Stories, ...]:
    """Stories to recombine, by language: those of the real pages, or else invented ones."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    found: dict[str, list[tuple[str, ...]]] = {}
    for truth in sorted(Path(corpus).rglob("truth.jsonl")) if corpus else ():
        for line in truth.read_text("utf-8").splitlines():
            text = " ".join(piece for piece, *_ in json.loads(line).get("pieces") or ())
            sentences = [s for s in re.split(r"(?<=[.!?。])\s*", text) if 20 < len(s) < 400]
            if len(sentences) >= _RUN:
                found.setdefault(classify(text)[0], []).append(tuple(sentences))
    return tuple(
        Stories(
            language,
            tuple(some),
            tuple(word for story in some for s in story for word in s.split()),
        )
        for language, some in (sorted(found.items()) or [("en", _invented())])
    )


def _invented(seed: int = 1) -> list[tuple[str, ...]]:
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(50_000)]
    weights = [1 / (rank + 2.7) for rank in range(len(words))]
    return [
        tuple(
            " ".join(chance.choices(words, weights, k=chance.randint(8, 30))).capitalize() + "."
            for _ in range(40)
        )
        for _ in range(500)
    ]


def entries(count: int, *, seed: int = 1, first: int = 0) -> Iterator[Entry]:
    """Groups as the workers give them back: one article each, in order of time."""
    chance = random.Random(seed + first)
    step = timedelta(days=3650) / max(count, 1)
    for n in range(first, first + count):
        yield _entry(n, START + step * n, chance)


def _entry(n: int, when: datetime, chance: random.Random) -> Entry:
    source = f"source{int(chance.paretovariate(1.2)) % SOURCES}"
    url = f"https://www.{source}.example/{when:%Y/%m/%d}/story-{n}-of-the-day"
    (told,) = chance.choices(stories(), [len(some.stories) for some in stories()])
    text = _text(told, chance)
    title = " ".join(_sentence(told, chance).split()[:9])[:120]
    body = "\n".join(text)
    standfirst = _sentence(told, chance)
    reading = Reading(
        dateline=None,
        digest=number_id(title, body), title=title, standfirst=standfirst, text=body,
        layout="p" * len(text), asides="",
        authors=json.dumps([f"Author {int(chance.paretovariate(0.8)) % 3000}"]),
        published=(when - timedelta(hours=1)).isoformat(timespec="seconds"), modified=None,
        language=told.language,
        section=chance.choice(("politics", "sport", "culture", "economy", None)),
        tags="[]", image=None, canonical_url=url,
        credit=chance.choice((None,) * 9 + ("dpa",)), paywall="open", kind="article",
        words=len(body.split()), title_digest=number_id(title), text_digest=number_id(body),
        fingerprint=chance.getrandbits(63), extractor="bench", is_article=True,
        is_error=False, links=(),
        full_text=full_text(body, title, standfirst, "", language=told.language),
    )  # fmt: skip
    record_id = f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}"
    capture = FoundCapture(
        id=capture_number(when, record_id), record_id=record_id, urlkey=urlkey(url),
        timestamp=to_timestamp(when), uri=url, mime="text/html", status=200,
        digest=to_digest(body), filename="2016/01/bench.warc.gz",
        offset=n * 40_000, length=40_000, record_type="response", refers_to=None,
        refers_to_uri=None, refers_to_date=None, redirect=None, truncated=None,
        source=source, kind="article", failure=None, method=None, wanted_by=None, captured_at=when,
    )  # fmt: skip
    return Entry(Found(capture.filename, capture.offset + capture.length, capture, None), reading)


def _text(told: Stories, chance: random.Random) -> list[str]:
    """Paragraphs of some stories of one language, the first with a name that occurs once."""
    name = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)).capitalize()
    length = int(chance.lognormvariate(7.9, 0.65))
    text: list[str] = []
    so_far = 0
    some = chance.choices(told.stories, k=_STORIES)
    while so_far < length:
        story = chance.choice(some)
        at = chance.randrange(len(story) - _RUN + 1)
        sentences = [_changed(s, told, chance) for s in story[at : at + _RUN]]
        text.append(" ".join(sentences if text else [name, *sentences]))
        so_far += len(text[-1])
    return text


def _sentence(told: Stories, chance: random.Random) -> str:
    return _changed(chance.choice(chance.choice(told.stories)), told, chance)


def _changed(sentence: str, told: Stories, chance: random.Random) -> str:
    """A sentence with another word in it: no two articles are copies for having the same ones."""
    words = sentence.split()
    words[chance.randrange(len(words))] = chance.choice(told.words)
    return " ".join(words)


def to_digest(body: str) -> str:
    """A payload digest as captures have it."""
    return "sha1:" + b32encode(hashlib.sha1(body.encode(), usedforsecurity=False).digest()).decode()
