"""The query language: what people type, read into a tree. docs/search.md describes it.

Whatever does not parse is searched as its words, with a note that says what was wrong and where.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from lark import Lark, Token, Transformer, UnexpectedInput

MAX_CHARS = 2_000
MAX_TERMS = 64
# Of what is searched as words: conditions may still be put beside them.
_MAX_WORDS = 56
# SQLite and FTS5 read expressions on stacks of 100 places: trees of 20 levels were too much.
MAX_DEPTH = 12

FIELDS = (
    *("title", "author", "source", "site", "lang", "section", "tag", "credit", "url", "kind"),
    *("before", "after", "on", "status", "edited", "words"),
)

_GRAMMAR = rf"""
?start: either
?either: both ("OR" both)*
?both: part+
?part: MINUS part -> without
     | "NOT" part -> without
     | "(" either ")"
     | FIELD value -> field
     | near
     | value -> text
near: value NEAR value
value: PHRASE | WORD | STAR_PHRASE
NEAR.4: /NEAR(\/\d{{1,3}})?(?=\s)/
FIELD.3: /({"|".join(FIELDS)}):(?=[^\s:])/i
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
    """Words to be found: one, or several as a phrase; ``prefix``: the last may go on.

    `archive.search.expand` adds what the index knows: ``forms`` are other words that stand for it
    as well; ``terms`` the words that begin so; ``is_common`` that they are in so many articles
    that ranking them is too dear; ``articles`` how many had the commonest of ``terms`` when it was
    looked up.
    """

    words: str
    is_phrase: bool = False
    prefix: bool = False
    column: str | None = None
    forms: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    is_common: bool = False
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Two texts at most so many words apart."""

    first: Text
    second: Text
    distance: int = 10


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on a field: its name in lower case and what was typed after the colon.

    ``at`` is where it stands in the query, from 1.
    """

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
    notes: tuple[str, ...] = ()
    as_words: bool = False


def parse(text: str) -> Query:
    """Read a query; never fails.

    >>> parse('harbour -"old bridge"').node
    Both(parts=(Text(words='harbour',...), Without(part=Text(words='old bridge',...))))
    >>> parse('"unclosed AND (').notes
    ('searched as words: the quotation mark at 1 is not closed',)
    """
    cleaned = _plain(text)[:MAX_CHARS]
    notes = () if len(text) <= MAX_CHARS else (f"only the first {MAX_CHARS} characters were read",)
    if not cleaned.strip():
        return Query(text, None, notes)
    node, wrong = _read(cleaned)
    if wrong:
        note = f"searched as words: {wrong}"
        return Query(text, words_of(cleaned), (*notes, note), as_words=True)
    return Query(text, node, notes)


def as_searched(text: str) -> str:
    """A query that is read as this one is searched, without a note: for more to stand beside it.

    >>> as_searched('harbour -"old bridge"'), as_searched('"pier (source:p NEAR quay*')
    ('harbour -"old bridge"', 'pier "source:p" "NEAR" quay')
    """
    query = parse(text)
    if not query.as_words:
        return text
    parts = query.node.parts if isinstance(query.node, Both) else (query.node,)
    words = (part for part in parts if isinstance(part, Text))
    return " ".join(word.words if _is_plain(word) else f'"{word.words}"' for word in words)


def _is_plain(word: Text) -> bool:
    """Whether a word is read as one among others; ``source:p`` and ``NEAR`` are not."""
    beside = Text("x")
    return parse(f"x {word.words} x").node == Both((beside, word, beside))


def _read(cleaned: str) -> tuple[Node | None, str]:
    """The tree of a query, or what is wrong with it."""
    try:
        node = _Build().transform(_parser().parse(cleaned))
        if _count(node) > MAX_TERMS:
            return None, f"more than {MAX_TERMS} terms"
        if _depth(node) > MAX_DEPTH:
            return None, "it is nested too deeply"
    except (UnexpectedInput, RecursionError) as error:
        return None, _what_is_wrong(cleaned, error)
    return node, ""


def words_of(text: str) -> Node | None:
    """Every word of a text, all of them wanted.

    >>> words_of("AND (x y")
    Both(parts=(Text(words='x',...), Text(words='y',...)))
    """
    # "AND" and "OR" were meant as operators, whatever went wrong around them.
    found = [w for w in re.findall(r"[^\s()\"]+", text) if w not in ("AND", "OR", "NOT")]
    parts = tuple(Text(word.strip("-:*")) for word in found[:_MAX_WORDS])
    parts = tuple(part for part in parts if part.words)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Both(parts)


class _Build(Transformer[Token, Node]):
    """From the parser's tree to ours."""

    def value(self, children: list[Token]) -> Text:
        token = children[0]
        if token.type == "WORD":
            star = token.endswith("*")
            return Text(str(token).rstrip("*") if star else str(token), prefix=star)
        star = token.type == "STAR_PHRASE"
        return Text(str(token)[1 : -2 if star else -1], is_phrase=True, prefix=star)

    def text(self, children: list[Text]) -> Node:
        return children[0]

    def near(self, children: list[Token | Text]) -> Near:
        first, operator, second = children
        assert isinstance(first, Text)
        assert isinstance(second, Text)
        _, _, distance = str(operator).partition("/")
        return Near(first, second, int(distance or 10))

    def field(self, children: list[Token | Text]) -> Node:
        name, value = str(children[0])[:-1].lower(), children[1]
        assert isinstance(value, Text)
        if name == "title":
            return Text(value.words, value.is_phrase, value.prefix, "title")
        at = (children[0].start_pos or 0) + 1 if isinstance(children[0], Token) else 0
        return Field(name, value.words + ("*" if value.prefix else ""), at)

    def without(self, children: list[Node]) -> Node:
        return Without(children[-1])

    def both(self, children: list[Node]) -> Node:
        return Both(tuple(children))

    def either(self, children: list[Node]) -> Node:
        return Either(tuple(children))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _plain(text: str) -> str:
    """Typographic quotes as plain ones; control characters and half characters as spaces."""
    text = text.translate(_QUOTES)
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text)


_QUOTES = {ord(quote): '"' for quote in "“”„‟«»″"} | {ord("−"): "-", ord("–"): "-"}


def _count(node: Node) -> int:
    if isinstance(node, (Both, Either)):
        return sum(map(_count, node.parts))
    return _count(node.part) if isinstance(node, Without) else 1


def _depth(node: Node) -> int:
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
