"""What a query means beyond its letters: other forms of a word, of a number, of a compound.

Nothing is stemmed when articles are indexed: the words of the index that have the same stem are
looked up when somebody asks. What stands in quotation marks, behind a minus or beside NEAR is
taken as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import takewhile
from typing import Any

import snowballstemmer
from sqlite_utils import Database

from archive.index.fold import fold, tokens
from archive.index.segments import needs_cutting
from archive.search.fields import Condition, condition_for
from archive.search.memory import Memory
from archive.search.plan import Plan, plan
from archive.search.query import FIELDS, Both, Either, Field, Node, Query, Text, Without, parse
from archive.search.vocabulary import commonest_beginning, words_beginning

MAX_FORMS = 12
# Stemming takes 80 to 170 microseconds a word: only the commonest that may be a form are tried.
# Of 65 short English words (cars, parties, votes) in 200,000 articles these had all the forms.
_CANDIDATES = 40
_LONGEST_ENDING = 6
_SHORTEST = 4
# A word in more articles than that is found often enough as it is; its forms cost the most.
COMMON = 100_000
# FTS5 merges the lists of all words that begin so, each time it is asked: 0.8 seconds for the* in
# a million articles. One by one they are merged as far as a page of hits needs.
_DEAR_PREFIX = 20_000
_PROBES = 128

_ALGORITHMS = {
    "latin": {
        "ca": "catalan",
        "cs": "czech",
        "da": "danish",
        "de": "german",
        "en": "english",
        "es": "spanish",
        "et": "estonian",
        "eu": "basque",
        "fi": "finnish",
        "fr": "french",
        "ga": "irish",
        "hu": "hungarian",
        "id": "indonesian",
        "it": "italian",
        "lt": "lithuanian",
        "nb": "norwegian",
        "nl": "dutch",
        "nn": "norwegian",
        "no": "norwegian",
        "pl": "polish",
        "pt": "portuguese",
        "ro": "romanian",
        "sv": "swedish",
        "tr": "turkish",
    },
    "cyrillic": {"ru": "russian", "sr": "serbian"},
    "greek": {"el": "greek"},
    "arabic": {"ar": "arabic", "fa": "persian"},
    "armenian": {"hy": "armenian"},
    "devanagari": {"hi": "hindi", "ne": "nepali"},
    "tamil": {"ta": "tamil"},
}
_SCRIPTS = (
    *(("latin", "a", "\u024f"), ("latin", "\u1e00", "\u1eff"), ("greek", "\u0370", "\u03ff")),
    *(("cyrillic", "\u0400", "\u052f"), ("armenian", "\u0530", "\u058f")),
    *(("arabic", "\u0600", "\u06ff"), ("devanagari", "\u0900", "\u097f")),
    ("tamil", "\u0b80", "\u0bff"),
)


def planned(db: Database, query: str) -> Plan:
    """How a query is answered: read, expanded by what the index knows, laid out."""
    found = plan(expanded(db, parse(query)))
    doubts = tuple(doubts_about(db, query))
    return replace(found, notes=(*found.notes, *doubts)) if doubts else found


def doubts_about(db: Database, query: str) -> Iterator[str]:
    """What may not have been meant: sources that there are none of, names that are no field's."""
    node = parse(query).node
    for part in _leaves(node) if node else ():
        if isinstance(part, Field) and part.name == "source":
            found = condition_for("source", part.value)
            assert isinstance(found, Condition)
            if not db.execute(_ANY_SOURCE, found.values).fetchone():
                yield f"at {part.at}: there is no source {part.value}"
        elif isinstance(part, Text) and not part.is_phrase:
            name, colon, _ = part.words.partition(":")
            meant = get_close_matches(name.lower(), FIELDS, n=1, cutoff=0.75) if colon else ()
            if meant and name.lower() not in FIELDS:
                at = query.find(part.words) + 1
                yield f"at {at}: {name}: is no field, searched as a word; there is {meant[0]}:"


_ANY_SOURCE = "SELECT 1 FROM sources WHERE id = ? OR lower(name) LIKE ? ESCAPE '\\'"


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, (Both, Either)):
        for part in node.parts:
            yield from _leaves(part)
    elif isinstance(node, Without):
        yield from _leaves(node.part)
    else:
        yield node


def expanded(db: Database, query: Query) -> Query:
    """The query with the forms of its words."""
    if query.node is None:
        return query
    languages = _asked_for(query.node) or spoken(db)
    return replace(query, node=_expanded(db, query.node, languages))


def _expanded(db: Database, node: Node, languages: frozenset[str]) -> Node:
    if isinstance(node, Text):
        return _expanded_text(db, node, languages)
    if isinstance(node, (Both, Either)):
        return type(node)(tuple(_expanded(db, part, languages) for part in node.parts))
    return node


def _expanded_text(db: Database, text: Text, languages: frozenset[str]) -> Text:
    if text.prefix:
        return text if text.is_phrase else _expanded_prefix(db, text)
    if text.is_phrase:
        return text
    return replace(text, forms=spellings(text.words) or forms_of(db, text.words, languages))


def _expanded_prefix(db: Database, text: Text) -> Text:
    start = fold(text.words)
    if [word for word, _, _ in tokens(text.words)] != [start] or needs_cutting(start):
        return text
    words = words_beginning(db, start)
    if words is None:
        return replace(text, is_common=True)
    if sum(word.articles for word in words) <= _DEAR_PREFIX:
        return text
    terms = tuple(word.term for word in words)
    return replace(text, is_common=True, terms=terms, articles=max(word.articles for word in words))


def spellings(word: str) -> tuple[str, ...]:
    """Other ways to write a number or a compound.

    >>> spellings("1,000"), spellings("25000"), spellings("e-mail"), spellings("covid-19")
    (('1000',), ('25,000',), ('email',), ('covid19',))
    >>> spellings("2.5"), spellings("2026"), spellings("harbour")
    ((), (), ())
    """
    if re.fullmatch(r"\d{1,3}([.,’'\u00a0]\d{3})+", word):
        return (re.sub(r"\D", "", word),)
    # Four digits from 1500 on are years more often than not.
    if re.fullmatch(r"[1-9]\d{3,11}", word) and not 1500 <= int(word) < 2100:
        return (f"{int(word):,}",)
    if re.fullmatch(r"[^\W_]+([-‐‑][^\W_]+)+", word) and not word[0].isdigit():
        return (re.sub(r"[-‐‑]", "", word),)
    return ()


_MEMORY = Memory()


def forms_of(db: Database, word: str, languages: frozenset[str]) -> tuple[str, ...]:
    """The words of the index that have a stem in common with this one, the commonest first."""
    folded = fold(word)
    return _MEMORY.recall(db, (folded, languages), lambda: _forms_of(db, folded, languages))


def _forms_of(db: Database, folded: str, languages: frozenset[str]) -> tuple[str, ...]:
    stemmers = [name for code, name in _algorithms(folded).items() if code in languages]
    if not stemmers or len(folded) < _SHORTEST or not folded.isalpha() or _is_common(db, folded):
        return ()
    stems = {name: stem(name, folded) for name in stemmers}
    start = _start(folded, tuple(stems.values()))
    longest = len(start) + _LONGEST_ENDING
    near = commonest_beginning(db, start, longest=longest, at_most=_CANDIDATES + 1)
    others = [found.term for found in near if found.term != folded][:_CANDIDATES]
    same = [other for other in others if any(stem(name, other) == stems[name] for name in stemmers)]
    return tuple(same[:MAX_FORMS])


def _is_common(db: Database, folded: str) -> bool:
    sql = "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)"
    found = db.execute(sql, [f'"{folded}"', COMMON + 1]).fetchone()[0]
    return int(found) > COMMON


def _start(word: str, stems: tuple[str, ...]) -> str:
    """What all forms are expected to begin with: somewhat less than what is left of the word.

    >>> _start("house", ("hous",)), _start("studies", ("studi",)), _start("journal", ("journal",))
    ('hous', 'stud', 'journa')
    >>> _start("vote", ("vote",))
    'vot'
    """
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(word, *stems, strict=False))
    shared = sum(1 for _ in same)
    less = shared > 4 or word[shared - 1 : shared] == "e"
    return word[: max(3, shared - less)]


@lru_cache(maxsize=20_000)
def stem(algorithm: str, word: str) -> str:
    """The stem of a folded word.

    >>> stem("german", "hauser"), stem("french", "journaux"), stem("russian", "москве")
    ('haus', 'journal', 'москв')
    """
    found: str = _stemmer(algorithm).stemWord(word)
    return found


@cache
def _stemmer(algorithm: str) -> Any:  # noqa: ANN401 - it ships no types
    return snowballstemmer.stemmer(algorithm)


def _algorithms(folded: str) -> dict[str, str]:
    """The algorithms for the script of a word, by language."""
    for script, first, last in _SCRIPTS:
        if first <= folded[:1] <= last:
            return _ALGORITHMS[script]
    return {}


def _asked_for(node: Node) -> frozenset[str]:
    """The languages a query is limited to; none where it is not."""
    parts = node.parts if isinstance(node, Both) else (node,)
    found = (p.value.lower() for p in parts if isinstance(p, Field) and p.name == "lang")
    return frozenset(code.partition("-")[0] for code in found)


def spoken(db: Database) -> frozenset[str]:
    """The languages of the archive: of articles at even distances in time."""
    return _MEMORY.recall(db, "spoken", lambda: _spoken(db))


def _spoken(db: Database) -> frozenset[str]:
    # Two questions: asked for both at once, SQLite reads the whole table.
    ends = "SELECT (SELECT min(number) FROM facets), (SELECT max(number) FROM facets)"
    first, last = db.execute(ends).fetchone()
    if first is None:
        return frozenset()
    step = max((last - first) // _PROBES, 1)
    sql = "SELECT language FROM facets WHERE number >= ? ORDER BY number LIMIT 1"
    found = {
        db.execute(sql, [first + step * n]).fetchone()[0]
        for n in range(_PROBES)
        if first + step * n <= last
    }
    marks = ", ".join("?" * len(found))
    names = db.execute(f"SELECT name FROM facet_names WHERE id IN ({marks})", list(found))  # noqa: S608 - placeholders
    return frozenset(name.partition("-")[0] for (name,) in names)
