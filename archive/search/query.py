"""The query language: what people type, read into a tree. docs/search.md describes it.

Whatever does not parse is searched as its words, with a note that says what was wrong and where.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput

from archive.index.rows import PRINTED
from archive.search.dates import span
from archive.search.notes import Note, NoteKind

MAX_CHARS = 2_000
MAX_TERMS = 64
# Of what is searched as words: conditions may still be put beside them.
_MAX_WORDS = 56
# SQLite and FTS5 read expressions on stacks of 100 places: trees of 20 levels were too much.
MAX_DEPTH = 12
MAX_DISTANCE = 100

FIELDS = (
    *("title", "earlier", "author", "source", "site", "lang", "section", "tag", "credit", "url"),
    *("kind", "before", "after", "on", "until", "status", "edited", "captured", "words"),
    *("paywall", "links-to", *PRINTED),
)
_OTHER_NAMES = """
    headline title, intitle title, byline author, by author, domain site, host site, hostname site,
    language lang, inurl url, agency credit, type kind, since after, from after, to until, date on,
    year on, published on, links links-to, link links-to
"""
ALIASES = dict(pair.split() for pair in _OTHER_NAMES.split(","))
"""What other tools call our fields."""

COLUMNS = ("title", "earlier")
"""Fields whose values are searched as words."""

_NAMES = "|".join(sorted((*FIELDS, *ALIASES), key=len, reverse=True))
_GRAMMAR = rf"""
?start: either
?either: both ("OR" both)*
?both: part+
?part: MINUS part -> without
     | "NOT" part -> without
     | "(" either ")"
     | FIELD value -> field
     | FIELD_OF "(" either ")" -> fields
     | near
     | value -> text
near: value NEAR value
value: PHRASE | WORD | STAR_PHRASE | NEAR_PHRASE
NEAR.4: /(NEAR(\/\d{{1,3}})?|AROUND\(\d{{1,3}}\)|([wWnN]|near|pre|within)\/\d{{1,3}})(?=\s)/
FIELD.3: /({_NAMES}):(?=[^\s:(])/i
FIELD_OF.3: /({_NAMES}):(?=\()/i
NEAR_PHRASE.4: /"[^"]*"~\d{{1,3}}/
STAR_PHRASE.3: /"[^"]*"\*/
PHRASE.3: /"[^"]*"/
WORD: /[^\s()"-][^\s()"]*/
MINUS: /-(?=[^\s-])/
AND.2: /AND(?=\s)/
DASH: /-+(?=\s|-|$)/
%ignore /\s+/
%ignore AND
%ignore DASH
"""


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be found.

    Attributes:
        words: As typed, without quotation marks.
        is_phrase: Whether they were in quotation marks: these very words.
        prefix: Whether the last word may go on.
        column: Where alone they count: `COLUMNS`.
        at: Where they stand in the query, from 1.
    """

    words: str
    is_phrase: bool = False
    prefix: bool = False
    column: str | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Texts at most so many words apart."""

    texts: tuple[Text, ...]
    distance: int = 10


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on a field: our name of it, and what was typed after the colon."""

    name: str
    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Without:
    """What must not be so."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """All parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts."""

    parts: tuple["Node", ...]


Node = Text | Near | Field | Without | Both | Either


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read.

    Attributes:
        text: As typed.
        node: Its tree; None: nothing to look for.
        notes: For the reader.
        as_words: Whether it could not be read, and is searched as its words.
    """

    text: str
    node: Node | None
    notes: tuple[Note, ...] = ()
    as_words: bool = False


def parse(text: str) -> Query:
    """Read a query; never fails.

    >>> parse('harbour -"old bridge"').node
    Both(parts=(Text(words='harbour',...), Without(part=Text(words='old bridge',...))))
    >>> [str(note) for note in parse('"unclosed AND (').notes]
    ['searched as words: the quotation mark at 1 is not closed']
    """
    cleaned = _plain(text)[:MAX_CHARS]
    cut = Note(NoteKind.LEFT_OUT, f"only the first {MAX_CHARS} characters were read")
    notes = () if len(text) <= MAX_CHARS else (cut,)
    if not cleaned.strip():
        return Query(text, None, notes)
    node, wrong = _read(cleaned)
    if wrong:
        note = Note(NoteKind.AS_WORDS, f"searched as words: {wrong}")
        return Query(text, words_of_query(cleaned), (*notes, note), as_words=True)
    return Query(text, node, (*notes, *_doubts(cleaned, node)))


def leaves(node: Node | None) -> Iterator[tuple[Text | Near | Field, bool]]:
    """Every leaf of a tree, and whether it is wanted (or must not be so)."""
    if isinstance(node, (Both, Either)):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Without):
        yield from ((leaf, not wanted) for leaf, wanted in leaves(node.part))
    elif node is not None:
        yield node, True


def as_searched(text: str) -> str:
    """A query that is read as this one is searched, without a note: for more to stand beside it.

    >>> as_searched('harbour -"old bridge"'), as_searched('"pier (source:p NEAR quay*')
    ('harbour -"old bridge"', 'pier "source:p" "NEAR" quay')
    """
    query = parse(text)
    if not query.as_words:
        return text
    words = (leaf for leaf, _ in leaves(query.node) if isinstance(leaf, Text))
    return " ".join(word.words if _is_plain(word) else f'"{word.words}"' for word in words)


def _is_plain(word: Text) -> bool:
    """Whether a word is read as one among others; ``source:p`` and ``NEAR`` are not."""
    beside = Text("x")
    return parse(f"x {word.words} x").node == Both((beside, word, beside))


def _read(cleaned: str) -> tuple[Node | None, str]:
    """The tree of a query, or what is wrong with it."""
    try:
        node = _Build().transform(_parser().parse(cleaned))
        if sum(1 for _ in leaves(node)) > MAX_TERMS:
            return None, f"more than {MAX_TERMS} terms"
        if _depth(node) > MAX_DEPTH:
            return None, "it is nested too deeply"
    except (UnexpectedInput, RecursionError) as error:
        return None, _what_is_wrong(cleaned, error)
    return node, ""


def words_of_query(text: str) -> Node | None:
    """Every word of a text, all of them wanted.

    >>> words_of_query("AND (x y")
    Both(parts=(Text(words='x',...), Text(words='y',...)))
    """
    # "AND" and "OR" were meant as operators, whatever went wrong around them.
    found = [w for w in re.findall(r"[^\s()\"]+", text) if w not in ("AND", "OR", "NOT")]
    parts = tuple(Text(word.strip("-:*")) for word in found[:_MAX_WORDS])
    parts = tuple(part for part in parts if part.words)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Both(parts)


def _doubts(text: str, node: Node | None) -> Iterator[Note]:
    """What may not have been meant: small operators, and names that are no field's."""
    for leaf, _ in leaves(node):
        if not isinstance(leaf, Text) or leaf.is_phrase or not leaf.at:
            continue
        begin, end = leaf.at - 1, leaf.at - 1 + len(leaf.words)
        if leaf.words in ("or", "Or", "oder", "ou") and text[:begin].strip() and text[end:].strip():
            instead = f"{text[:begin]}OR{text[end:]}"
            said = f"{leaf.words} is searched as a word; the operator is OR, in capitals"
            yield Note(NoteKind.OPERATOR, said, leaf.at, instead)
        name = re.match(r"([A-Za-z][A-Za-z_-]{1,14}):(?!//)\S", leaf.words)
        if name and name[1].lower() not in ("http", "https"):
            meant = get_close_matches(name[1].lower(), FIELDS, n=1, cutoff=0.7)
            said = f"{name[1]}: is no field, searched as a word"
            said += f"; there is {meant[0]}:" if meant else ""
            yield Note(NoteKind.NO_FIELD, said, leaf.at)
        if re.fullmatch(r"/.+/", leaf.words):
            said = "regular expressions are searched as words; * and ? stand for letters"
            yield Note(NoteKind.OPERATOR, said, leaf.at)


class _Build(Transformer[Token, Node]):
    """From the parser's tree to ours."""

    def value(self, children: list[Token]) -> Text | Near:
        token, at = str(children[0]), (children[0].start_pos or 0) + 1
        kind = children[0].type
        if kind == "WORD":
            bare = token.rstrip("*")
            # A star alone, or one at the beginning or inside, is for the vocabulary.
            if not bare or re.search(r"[*?]", bare.rstrip("?")):
                return Text(token, at=at)
            return Text(bare, prefix=bare != token, at=at)
        if kind == "NEAR_PHRASE":
            words, _, distance = token.rpartition("~")
            texts = tuple(Text(word, is_phrase=True, at=at) for word in words.strip('"').split())
            return Near(texts or (Text("", at=at),), min(int(distance), MAX_DISTANCE))
        star = kind == "STAR_PHRASE"
        return Text(token[1 : -2 if star else -1], is_phrase=True, prefix=star, at=at)

    def text(self, children: list[Node]) -> Node:
        leaf = children[0]
        if isinstance(leaf, Text) and not leaf.is_phrase and ".." in leaf.words:
            # 2020-01..2020-03
            return Field("on", leaf.words, leaf.at) if span(leaf.words) else leaf
        return leaf

    def near(self, children: list[Token | Text | Near]) -> Near:
        first, operator, second = children
        distance = re.search(r"\d+", str(operator))
        texts = (t for side in (first, second) for t in _texts(side))
        return Near(tuple(texts), min(int(distance[0]), MAX_DISTANCE) if distance else 10)

    def field(self, children: list[Token | Text | Near]) -> Node:
        name, value = children
        assert isinstance(name, Token)
        return _under(_field_name(name), value, (name.start_pos or 0) + 1)

    def fields(self, children: list[Token | Node]) -> Node:
        name, node = children
        assert isinstance(name, Token)
        at = (name.start_pos or 0) + 1
        return _changed(node, lambda leaf: _under(_field_name(name), leaf, at))

    def without(self, children: list[Node]) -> Node:
        return Without(children[-1])

    def both(self, children: list[Node]) -> Node:
        return Both(tuple(children))

    def either(self, children: list[Node]) -> Node:
        return Either(tuple(children))


def _field_name(token: Token) -> str:
    name = str(token)[:-1].lower()
    return ALIASES.get(name, name)


def _texts(side: object) -> tuple[Text, ...]:
    if isinstance(side, Near):
        return side.texts
    return (side,) if isinstance(side, Text) else ()


def _under(name: str, leaf: object, at: int) -> Node:
    """What is said of a field: words in a column, or a condition."""
    if isinstance(leaf, Near):
        if name in COLUMNS:
            return replace(leaf, texts=tuple(replace(t, column=name) for t in leaf.texts))
        return Field(name, " ".join(text.words for text in leaf.texts), at)
    if isinstance(leaf, Field):
        return leaf
    assert isinstance(leaf, Text)
    if name in COLUMNS:
        return replace(leaf, column=name)
    return Field(name, leaf.words + "*" * leaf.prefix, at)


def _changed(node: object, change: Callable[[Text | Near | Field], Node]) -> Node:
    if isinstance(node, Without):
        return Without(_changed(node.part, change))
    if isinstance(node, (Both, Either)):
        return type(node)(tuple(_changed(part, change) for part in node.parts))
    assert isinstance(node, (Text, Near, Field))
    return change(node)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _plain(text: str) -> str:
    """Typographic quotes as plain ones; control characters and half characters as spaces."""
    text = text.translate(_QUOTES)
    # Hebrew writes its acronyms with one.
    text = re.sub('(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])', "״", text)
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text)


_QUOTES = {ord(quote): '"' for quote in "“”„‟«»″＂「」『』"} | {ord("−"): "-", ord("–"): "-"}


def _depth(node: Node | None) -> int:
    if isinstance(node, (Both, Either)):
        return 1 + max(map(_depth, node.parts))
    return 1 + _depth(node.part) if isinstance(node, Without) else 0


def _what_is_wrong(text: str, error: Exception) -> str:
    if text.count('"') % 2:
        return f"the quotation mark at {text.rindex(chr(34)) + 1} is not closed"
    opened, closed = text.count("("), text.count(")")
    if opened != closed:
        which = "(" if opened > closed else ")"
        at = text.rindex("(") if which == "(" else text.index(")")
        return f"the parenthesis {which} at {at + 1} has no partner"
    if isinstance(error, UnexpectedInput):
        place = getattr(error, "pos_in_stream", None)
        if isinstance(place, int) and 0 <= place < len(text):
            return f"{text[place : place + 10]!r} at {place + 1} was not expected there"
        return "something is missing at the end"
    return "it is nested too deeply"
