"""From the tree of a query to SQL: a full-text expression where possible, conditions beside it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from archive.index.fold import is_word_character, tokens
from archive.index.segments import searchable
from archive.search.fields import NUMBER, Condition, condition_for
from archive.search.query import Both, Either, Field, Near, Node, Query, Text, Without

MAX_DISTANCE = 100
_NO_WORD = "there is no word in it"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the database.

    Attributes:
        match: The FTS5 expression every hit answers to; None where there is none for all.
        conditions: SQL conditions on articles, all of them wanted, with their parameters.
        wanted: The texts that hits are marked by.
        notes: For the reader.
        by_date: ``match`` as it is asked for a few hits by date: for beginnings that many words
            have, each of these words. FTS5 would merge all their articles before the first.
        typed: ``match`` with the very words that were typed, without their forms.
        in_title: The expression of what has one of the words in its title.
        phrases: The words of each phrase, which FTS5 looks up together in each article that has
            them all.
        required: The expressions without phrases and beginnings that an article has to have all.
        phrase_words: The words of the phrases that it has to have, each as an expression.
        scored_by: ``required`` as one expression, of the very words that were typed.
        at_least: How many articles are known to answer to ``match``; 0 where nothing is known.
    """

    match: str | None
    conditions: tuple[Condition, ...]
    wanted: tuple[Text, ...]
    notes: tuple[str, ...] = ()
    by_date: str | None = None
    typed: str | None = None
    in_title: str | None = None
    phrases: tuple[tuple[str, ...], ...] = ()
    required: tuple[str, ...] = ()
    phrase_words: tuple[str, ...] = ()
    scored_by: str | None = None
    at_least: int = 0

    @property
    def has_prefix(self) -> bool:
        """Whether a beginning of words is looked for: FTS5 merges all that begin so, each time."""
        return any(text.prefix for text in self.wanted)

    @property
    def is_ranked(self) -> bool:
        """Whether ranking is not too dear from the start."""
        return not any(text.is_common for text in self.wanted)


@dataclass(slots=True)
class _Planner:
    notes: list[str] = field(default_factory=list)

    def condition(self, node: Node) -> Condition | None:
        """Any tree as one SQL condition; None where nothing of it can be asked."""
        expression = match_expression(node)
        if expression is not None:
            return Condition(
                f"{NUMBER} IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)",  # noqa: S608 - constants
                (expression,),
            )
        if isinstance(node, Field):
            return self._field(node)
        if isinstance(node, Without):
            inner = self.condition(node.part)
            return inner and Condition(f"NOT coalesce(({inner.sql}), 0)", inner.values)
        if isinstance(node, (Both, Either)):
            parts = [part for part in map(self.condition, node.parts) if part is not None]
            return _joined(parts, " AND " if isinstance(node, Both) else " OR ")
        return None

    def _field(self, node: Field) -> Condition | None:
        found = condition_for(node.name, node.value)
        if isinstance(found, Condition):
            return found
        self.notes.append(f"at {node.at}: {found}")
        return None


def plan(query: Query) -> Plan:
    """How a query is answered.

    >>> from archive.search.query import parse
    >>> plan(parse('harbour OR port -"old bridge"')).match
    '"harbour" OR ("port" NOT "old bridge")'
    >>> plan(parse("harbour words:>500")).conditions
    (Condition(sql='a.words > ?', values=(500,)),)
    """
    planner = _Planner()
    if query.node is None and query.text.strip():
        return Plan(None, (Condition("0"),), (), (*query.notes, _NO_WORD))
    if query.node is None:
        return Plan(None, (), (), query.notes)
    parts = query.node.parts if isinstance(query.node, Both) else (query.node,)
    text = [part for part in parts if _is_text(part)]
    match = match_expression(Both(tuple(text))) if text else None
    rest = [part for part in parts if match is None or part not in text]
    conditions = [found for part in rest if (found := planner.condition(part)) is not None]
    notes = (*query.notes, *planner.notes)
    if match is None and not conditions:
        # Punctuation alone, or fields that cannot be read, are no wish for everything.
        note = "nothing of it could be read" if planner.notes else _NO_WORD
        return Plan(None, (Condition("0"),), (), (*notes, note))
    plain = [part for part in text if _is_plain(part)]
    return Plan(
        match,
        tuple(conditions),
        tuple(_wanted(query.node)),
        notes,
        by_date=match_expression(_word_by_word(Both(tuple(text)))) if match else None,
        typed=match_expression(_as_typed(Both(tuple(text)))) if match else None,
        in_title=_in_title(text),
        phrases=tuple(dict.fromkeys(_phrases(Both(tuple(text))))) if match else (),
        required=tuple(filter(None, map(match_expression, plain))),
        phrase_words=tuple(dict.fromkeys(_phrase_words(text))),
        scored_by=match_expression(_as_typed(Both(tuple(plain)))) if plain else None,
        at_least=_at_least(query.node),
    )


def _as_typed(node: Node) -> Node:
    """The tree without the forms of its words."""
    return _changed(node, lambda text: replace(text, forms=()))


def _word_by_word(node: Node) -> Node:
    """The tree with the words that begin so in place of beginnings."""
    return _changed(
        node,
        lambda text: (
            replace(text, words=text.terms[0], forms=text.terms[1:], prefix=False)
            if text.terms
            else text
        ),
    )


def _changed(node: Node, change: Callable[[Text], Text]) -> Node:
    if isinstance(node, Text):
        return change(node)
    if isinstance(node, Without):
        return Without(_changed(node.part, change))
    if isinstance(node, (Both, Either)):
        return type(node)(tuple(_changed(part, change) for part in node.parts))
    return node


def _in_title(nodes: Sequence[Node]) -> str | None:
    texts = (text for node in nodes for text in _wanted(node) if text.column is None)
    any_of_them = _combined([_text(replace(text, forms=())) for text in texts], " OR ")
    return f"title : ({any_of_them})" if any_of_them else None


def _phrases(node: Node) -> Iterable[tuple[str, ...]]:
    """The words of each phrase, folded; without the one that is but a beginning.

    >>> list(_phrases(Near(Text("old"), Text("bridge"))))
    [('old', 'bridge')]
    >>> list(_phrases(Text("old bri", prefix=True)))
    [('old',)]
    >>> list(_phrases(Near(Text("old"), Text("bri", prefix=True))))
    []
    """
    if isinstance(node, Text):
        for words in (node.words, *node.forms):
            found = _whole_words(replace(node, words=words))
            if len(found) > (not node.prefix):
                yield found
    elif isinstance(node, Near):
        found = _whole_words(node.first) + _whole_words(node.second)
        if len(found) > 1:
            yield found
    elif isinstance(node, Without):
        yield from _phrases(node.part)
    elif isinstance(node, (Both, Either)):
        for part in node.parts:
            yield from _phrases(part)


def _whole_words(text: Text) -> tuple[str, ...]:
    found = tuple(word for word, _, _ in tokens(text.words) if word)
    return found[:-1] if text.prefix else found


def _is_plain(node: Node) -> bool:
    """Whether it is wanted, and neither a phrase nor a beginning is anywhere in it.

    >>> _is_plain(Text("bridge")), _is_plain(Text("old bridge")), _is_plain(Without(Text("old")))
    (True, False, False)
    """
    has_others = any(text.prefix for text in _texts(node)) or any(_phrases(node))
    return not isinstance(node, Without) and not has_others


def _phrase_words(nodes: Sequence[Node]) -> Iterable[str]:
    """The words of phrases that nothing can stand for.

    >>> list(_phrase_words([Text("old bri", prefix=True), Text("co-op", forms=("coop",))]))
    ['"old"']
    """
    for node in nodes:
        if isinstance(node, Near) or (isinstance(node, Text) and not node.forms):
            yield from (f'"{word}"' for words in _phrases(node) for word in words)


def _texts(node: Node) -> Iterable[Text]:
    """All texts, what must not be found among them."""
    if isinstance(node, Without):
        yield from _texts(node.part)
    elif isinstance(node, (Both, Either)):
        for part in node.parts:
            yield from _texts(part)
    else:
        yield from _wanted(node)


def _at_least(node: Node) -> int:
    return node.articles if isinstance(node, Text) and node.column is None else 0


def match_expression(node: Node) -> str | None:
    """A tree as an FTS5 expression; None where FTS5 cannot say it or nothing is left of it."""
    if isinstance(node, Text):
        forms = (replace(node, words=form) for form in node.forms)
        return _combined([_text(node), *map(_text, forms)], " OR ")
    if isinstance(node, Near):
        first, second = _text(node.first), _text(node.second)
        if first and second:
            return f"NEAR({first} {second}, {min(node.distance, MAX_DISTANCE)})"
        return first or second
    if isinstance(node, Both):
        return _both(node.parts)
    if isinstance(node, Either) and _is_text(node):
        return _combined([match_expression(part) for part in node.parts], " OR ")
    return None


def _both(parts: Sequence[Node]) -> str | None:
    if not all(map(_is_text, parts)):
        return None
    wanted = [match_expression(part) for part in parts if not isinstance(part, Without)]
    unwanted = [match_expression(part.part) for part in parts if isinstance(part, Without)]
    positive = _combined(wanted, " AND ")
    negative = _combined(unwanted, " OR ")
    if positive is None or negative is None:
        return positive
    return f"{_bracketed(positive)} NOT {_bracketed(negative)}"


def _is_text(node: Node) -> bool:
    """Whether FTS5 alone can answer it. A "without" needs something it is taken from."""
    if isinstance(node, Without):
        return not isinstance(node.part, Without) and _is_text(node.part)
    if isinstance(node, (Both, Either)):
        positive = any(not isinstance(part, Without) for part in node.parts)
        if isinstance(node, Either) and any(isinstance(part, Without) for part in node.parts):
            return False
        return positive and all(map(_is_text, node.parts))
    return isinstance(node, (Text, Near))


def _text(text: Text) -> str | None:
    # FTS5 strings are quoted by doubling; what has no word in it would find nothing.
    words = searchable(text.words).replace('"', " ")
    if not any(map(is_word_character, words)):
        return None
    quoted = f'"{" ".join(words.split())}"' + (" *" if text.prefix else "")
    return f"{text.column} : {quoted}" if text.column else quoted


def _combined(expressions: Iterable[str | None], operator: str) -> str | None:
    kept = [expression for expression in expressions if expression is not None]
    if len(kept) < 2:
        return kept[0] if kept else None
    return operator.join(map(_bracketed, kept))


def _bracketed(expression: str) -> str:
    is_single = expression.startswith('"') and expression.find('"', 1) == len(expression) - 1
    return expression if is_single else f"({expression})"


def _joined(parts: Sequence[Condition], operator: str) -> Condition | None:
    if not parts:
        return None
    return Condition(
        operator.join(f"({part.sql})" for part in parts),
        tuple(value for part in parts for value in part.values),
    )


def _wanted(node: Node) -> Iterable[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Near):
        yield from (node.first, node.second)
    elif isinstance(node, (Both, Either)):
        for part in node.parts:
            yield from _wanted(part)
