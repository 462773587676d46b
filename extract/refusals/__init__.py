"""What stands in place of an article: walls, gates, logins and errors, known by words and markup.

One file a kind holds its words by language, ``markers.toml`` the pieces of markup and the headers
of products. The words are short and few on purpose: `extract.kind` weighs them, and a story that
speaks of robots or cookies has more to say.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from extract.article import PageKind
from extract.title import fold

KINDS = (PageKind.CHALLENGE, PageKind.CONSENT, PageKind.LOGIN, PageKind.ERROR)
# A star in a phrase stands for a few words, not for half a paragraph.
_MAX_GAP_CHARS = 40
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Marker:
    """A product's trace: pieces of markup in lower case, headers as name and start of value."""

    kind: PageKind
    name: str
    pieces: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    is_sure: bool
    """Whether only pages in place of another have it."""

    def find(self, markup: str, headers: dict[str, str]) -> str | None:
        """Find the piece or the header that is there, None without one."""
        for name, start in self.headers:
            if name in headers and headers[name].startswith(start):
                return f"header {name}"
        return next((piece for piece in self.pieces if piece in markup), None)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind in all languages, folded."""

    heads: "Phrases"
    """A title or heading that is this and little else."""
    lines: "Phrases"
    """Sentences: anywhere in a title, a heading or a line."""
    choices: frozenset[str]
    """What buttons say."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by how they begin, so that a line meets a handful and not a thousand.

    By their first word; in scripts without spaces, where they stand anywhere, by two characters.
    """

    by_word: Mapping[str, tuple[tuple[str, ...], ...]]
    by_pair: Mapping[str, tuple[tuple[str, ...], ...]]

    def find(self, line: str) -> list[str]:
        """List the phrases that stand in a folded line, longest first; none inside another.

        >>> index_phrases(["not found", "page * found", "见つかり"]).find("the page was not found")
        ['page found', 'not found']
        """
        starts = [s for word in dict.fromkeys(line.split()) for s in self.by_word.get(word, ())]
        if _UNSPACED.search(line):
            pairs = dict.fromkeys(line[i : i + 2] for i in range(len(line) - 1))
            starts += [s for pair in pairs for s in self.by_pair.get(pair, ())]
        padded = f" {line} "
        found = [" ".join(filter(None, p)) for p in starts if _stands(p, padded)]
        found.sort(key=len, reverse=True)
        return [p for i, p in enumerate(found) if not any(p in longer for longer in found[:i])]


def _stands(parts: tuple[str, ...], padded: str) -> bool:
    place = 0
    for number, part in enumerate(parts):
        end = None if number == 0 else place + _MAX_GAP_CHARS + len(part)
        needle = part
        if part and not _UNSPACED.search(part):
            # A star right behind a word stands for its endings.
            is_open = number + 1 < len(parts) and not parts[number + 1]
            needle = f" {part}" if is_open else f" {part} "
        found = padded.find(needle, place, end)
        if found < 0:
            return False
        place = found + len(needle.rstrip())
    return True


def index_phrases(texts: Iterable[str]) -> Phrases:
    """Index phrases as they are written in the files."""
    by_word: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    by_pair: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for parts in sorted({tuple(map(fold, text.split("*"))) for text in texts}):
        if _UNSPACED.search(parts[0]):
            by_pair[parts[0][:2]].append(parts)
        else:
            by_word[parts[0].split()[0]].append(parts)
    return Phrases(_frozen(by_word), _frozen(by_pair))


def _frozen(lists: dict[str, list[tuple[str, ...]]]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return {key: tuple(held) for key, held in lists.items()}


@cache
def load_refusals() -> dict[PageKind, Words]:
    """Read the words of all kinds.

    >>> load_refusals()[PageKind.CHALLENGE].heads.find("just a moment")
    ['just a moment']
    """
    return {kind: _words(_read(kind.value).values()) for kind in KINDS}


@cache
def load_offers() -> Words:
    """Read the words of the offers in place of the rest of an article."""
    return _words(_read("paywall").values())


@cache
def load_markers() -> tuple[Marker, ...]:
    """Read the markers, the sure ones first."""
    rows = _read("markers")
    return tuple(
        Marker(
            PageKind(row["kind"]),
            row["name"],
            tuple(piece.lower() for piece in row["any"]),
            tuple((name, start) for name, start in row.get("headers", ())),
            is_sure,
        )
        for part, is_sure in (("sure", True), ("sign", False))
        for row in rows[part]
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text("utf-8"))


def _words(languages: Iterable[dict[str, list[str]]]) -> Words:
    every = list(languages)
    heads, lines, choices = (
        {phrase for words in every for phrase in words.get(part, ())}
        for part in ("heads", "lines", "choices")
    )
    return Words(index_phrases(heads), index_phrases(lines), frozenset(map(fold, choices)))
