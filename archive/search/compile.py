"""From the tree of a query to expressions of FTS5 and conditions in SQL."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from sqlite_utils import Database

from archive.search.asked import Asked, Word
from archive.search.expressions import all_of, in_column, joined, quoted
from archive.search.fields import NEVER, Condition, condition_for
from archive.search.marks import Pattern
from archive.search.notes import Note, NoteKind
from archive.search.query import (
    Both,
    Either,
    Field,
    Near,
    Node,
    Query,
    Text,
    Without,
    leaves,
    parse,
)
from archive.search.vocabulary import (
    MAX_WORDS,
    fitting,
    folded_pattern,
    is_small,
    languages,
    nearest,
)
from archive.text.fold import fold_text, fold_word, words_of
from archive.text.forms import forms_of_word
from archive.text.segments import needs_cutting
from extract.article import OTHER_KINDS

# Letters with a star or a question mark before or between them; an address is none.
_PATTERN = re.compile(r"[^\s/.:=&@]*(?:\*|\?(?=\w))[^\s/.:=&@]*")


def compiled(db: Database, query: Query, *, today: date, helpful: bool = True) -> Asked:
    """What a query asks for.

    Args:
        db: The index: its words, languages and sources are looked up.
        query: As parsed.
        today: What ``date:7d`` is counted from.
        helpful: Search for the nearest words of one that no article has.
    """
    if not query.text.strip():
        return Asked(notes=query.notes)
    compiler = _Compiler(db, query, today, helpful)
    node = compiler.pruned(query.node) if query.node else None
    parts = node.parts if isinstance(node, Both) else (node,) if node else ()
    text = [part for part in parts if compiler.expression(_bare(part)) is not None]
    if all(isinstance(part, Without) for part in text):
        text = []
    conditions = [c for part in parts if part not in text if (c := compiler.condition(part))]
    notes = (*query.notes, *compiler.notes)
    if not text and not conditions:
        # Punctuation alone, or fields that cannot be read, are no wish for everything.
        said = "nothing of it could be read" if compiler.notes else "there is no word in it"
        return Asked(conditions=(NEVER,), notes=(*notes, Note(NoteKind.NOTHING, said)))
    return replace(_asked(compiler, text), conditions=tuple(conditions), notes=notes)


def compiled_for_pages(
    query: Query, fields: Callable[[str, str, date | None], Condition | str], today: date
) -> Asked:
    """What a query asks for of pages that are no articles, all of it as one condition."""
    compiler = _Compiler(None, query, today, helpful=False, fields=fields, full_text="pages_fts")
    node = compiler.pruned(query.node) if query.node else None
    condition = node and compiler.condition(node)
    return Asked(
        conditions=(condition or NEVER,),
        words=compiler.wanted_words(node) if node else (),
        notes=(*query.notes, *dict.fromkeys(compiler.notes)),
    )


def having_words(expression: str, table: str = "articles_fts") -> Condition:
    """That an article, or a page, has words, beside other conditions."""
    sql = f"{{n}} IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)"  # noqa: S608 - our names
    return Condition(sql, (expression,))


def _asked(compiler: "_Compiler", text: list[Node]) -> Asked:
    wanted = [part for part in text if not isinstance(part, Without)]
    if not wanted:
        return Asked()
    formed = [part for part in wanted if compiler.expression(part, _forms) is not None]
    exact_only = [part for part in wanted if part not in formed]
    refused = [part for part in text if isinstance(part, Without)]
    beside = compiler.expression(Both(tuple(exact_only))) if exact_only else None
    return Asked(
        match=compiler.expression(Both(tuple(text))),
        loose=compiler.expression(Both(tuple(wanted)), _loose),
        forms=compiler.expression(Both(tuple(formed)), _forms) if formed else None,
        beside=beside,
        without=tuple(c for part in refused if (c := compiler.condition(part))),
        words=compiler.wanted_words(Both(tuple(wanted))),
    )


def _bare(part: Node) -> Node:
    return part.part if isinstance(part, Without) else part


def _exact(word: Word) -> str:
    return word.exact


def _loose(word: Word) -> str:
    return word.loose


def _forms(word: Word) -> str:
    return word.forms


def match_expression(text: str) -> str:
    """What people type as an expression of FTS5 for ``articles_fts``, whatever index there is.

    Fields but ``title:`` and ``earlier:`` are no part of it, and what has no word finds nothing.

    >>> match_expression("O'Brien Łódź -source:post"), match_expression("?!")
    ('(("obrien") OR ("o brien")) AND ("lodz")', '""')
    """
    query = parse(text)
    compiler = _Compiler(None, query, date.min, helpful=False)
    node = compiler.pruned(query.node) if query.node else None
    parts = node.parts if isinstance(node, Both) else (node,) if node else ()
    words = tuple(part for part in parts if compiler.expression(_bare(part)) is not None)
    return compiler.expression(Both(words)) or '""'


class _Compiler:
    def __init__(
        self,
        db: Database | None,
        query: Query,
        today: date,
        helpful: bool,
        *,
        fields: Callable[[str, str, date | None], Condition | str] = condition_for,
        full_text: str = "articles_fts",
    ) -> None:
        self._db, self._query, self._today, self._helpful = db, query, today, helpful
        self._fields, self._full_text = fields, full_text
        self._words: dict[Text | Near, Word | None] = {}
        self._languages = _asked_for(query.node) or (languages(db) if db else ())
        self.notes: list[Note] = []

    def pruned(self, node: Node) -> Node | None:
        """The tree without what has no word in it."""
        if isinstance(node, (Text, Near)):
            return node if self.word(node) else None
        if isinstance(node, Without):
            part = self.pruned(node.part)
            return part and Without(part)
        if isinstance(node, (Both, Either)):
            parts = tuple(part for each in node.parts if (part := self.pruned(each)))
            return type(node)(parts) if len(parts) > 1 else (parts[0] if parts else None)
        return node

    def expression(self, node: Node, pick: Callable[[Word], str] = _exact) -> str | None:
        """A tree as one expression of FTS5; None where it cannot be one."""
        if isinstance(node, (Text, Near)):
            word = self.word(node)
            return (pick(word) or None) if word else None
        if isinstance(node, Either):
            found = [self.expression(part, pick) for part in node.parts]
            return None if None in found else joined(filter(None, found), " OR ")
        if not isinstance(node, Both):
            return None
        wanted = [part for part in node.parts if not isinstance(part, Without)]
        found = [self.expression(part, pick) for part in wanted]
        if not found or None in found:
            return None
        match = joined(filter(None, found), " AND ")
        for part in node.parts:
            if isinstance(part, Without):
                refused = self.expression(part.part) if pick is not _forms else None
                if refused is None:
                    return None
                match = f"({match}) NOT ({refused})"
        return match

    def condition(self, node: Node) -> Condition | None:
        """Any tree as one SQL condition; None where nothing of it can be asked."""
        expression = self.expression(node)
        if expression is not None:
            return having_words(expression, self._full_text)
        if isinstance(node, Field):
            return self._field(node)
        if isinstance(node, Without):
            inner = self.condition(node.part)
            return inner and inner.negated()
        if isinstance(node, (Both, Either)):
            parts = [part for part in map(self.condition, node.parts) if part is not None]
            way = " AND " if isinstance(node, Both) else " OR "
            sql = way.join(f"({part.sql})" for part in parts)
            values = tuple(value for part in parts for value in part.values)
            return Condition(sql, values) if parts else None
        return None

    def _field(self, node: Field) -> Condition | None:
        found = self._fields(node.name, node.value, self._today)
        if not isinstance(found, Condition):
            self.notes.append(Note(NoteKind.LEFT_OUT, found, node.at))
            return None
        if node.name == "kind" and node.value.lower() in OTHER_KINDS:
            said = "these pages are no articles: each capture is a hit, the last first"
            self.notes.append(Note(NoteKind.NOT_ARTICLES, said, node.at))
        if self._db is None:
            return found
        if node.name == "source" and not self._has_source(self._db, node.value):
            said = f"there is no source {node.value}"
            self.notes.append(Note(NoteKind.NO_SOURCE, said, node.at))
        return found

    def _has_source(self, db: Database, value: str) -> bool:
        sql = "SELECT 1 FROM sources WHERE id = ? OR instr(lower(name), ?) > 0"
        return bool(db.execute(sql, [value.lower(), value.lower()]).fetchone())

    def wanted_words(self, node: Node) -> tuple[Word, ...]:
        """What is wanted of a tree, word by word."""
        return tuple(
            word
            for leaf, is_wanted in leaves(node)
            if is_wanted and not isinstance(leaf, Field) and (word := self.word(leaf))
        )

    def word(self, leaf: Text | Near) -> Word | None:
        """What is asked for one word or phrase; None where there is no word in it."""
        if leaf not in self._words:
            self._words[leaf] = self._near(leaf) if isinstance(leaf, Near) else self._text(leaf)
        return self._words[leaf]

    def _near(self, near: Near) -> Word | None:
        texts = [words for text in near.texts if (words := words_of(fold_text(text.words)))]
        if not texts:
            return None
        group = " ".join(f'"{" ".join(words)}"' for words in texts)
        every = [word for words in texts for word in words]
        exact = f"NEAR({group}, {near.distance})" if len(texts) > 1 else group
        column = near.texts[0].column
        pattern = Pattern(tuple(map(tuple, texts)))
        return Word(in_column(column, exact), in_column(column, all_of(every)), pattern=pattern)

    def _text(self, text: Text) -> Word | None:
        fuzzy = re.fullmatch(r"(.+)~\d?", text.words)
        if not text.is_phrase and fuzzy:
            folded = fold_text(fuzzy[1])
            near = nearest(self._db, folded) if self._db else ()
            return self._any_of(text, (folded, *near))
        if not text.is_phrase and _PATTERN.fullmatch(text.words):
            return self._pattern(text)
        ways = _ways(text)
        if not ways:
            return None
        return self._formed(text, ways) or self._plain(text, ways)

    def _plain(self, text: Text, ways: tuple[tuple[str, ...], ...]) -> Word:
        star = " *" if text.prefix else ""
        exact = joined((f'"{" ".join(words)}"{star}' for words in ways), " OR ")
        loose = joined((all_of(words, star) for words in ways), " OR ")
        pattern = Pattern(ways, text.prefix)
        return Word(in_column(text.column, exact), in_column(text.column, loose), pattern=pattern)

    def _formed(self, text: Text, ways: tuple[tuple[str, ...], ...]) -> Word | None:
        """A word with its forms; its nearest words where no article has either."""
        if text.is_phrase or text.prefix or text.column or needs_cutting(text.words):
            return None
        forms = [forms_of_word(word, self._languages) for word in _typed_words(text.words)]
        if not all(forms):
            forms = []
        every = joined((joined(map(quoted, some), " OR ") for some in forms), " AND ")
        word = replace(self._plain(text, ways), forms=every)
        marked = frozenset(form for some in forms for form in some)
        word = replace(word, pattern=replace(word.pattern, forms=marked))
        if self._db is None or len(ways[0]) > 1 or _is_there(self._db, word):
            return word
        # Zaehne for Zähne, whatever language an article is said to be in.
        umlaut = re.sub("([aou])e", r"\1", ways[0][0])
        if umlaut != ways[0][0] and _is_there(self._db, self._plain(text, ((umlaut,),))):
            return self._any_of(text, (umlaut,))
        if not self._helpful:
            return word
        near = nearest(self._db, ways[0][0])
        if not near:
            return word
        exactly = self._query.text
        at = text.at - 1
        if exactly[at : at + len(text.words)] == text.words:
            exactly = f'{exactly[:at]}"{text.words}"{exactly[at + len(text.words) :]}'
        said = f"no article has {text.words}: searched for {' or '.join(near)}"
        self.notes.append(Note(NoteKind.NEAREST, said, text.at or None, exactly))
        return self._any_of(text, near)

    def _any_of(self, text: Text, words: tuple[str, ...]) -> Word | None:
        found = tuple((word,) for word in words if word)
        if not found:
            return None
        return replace(self._plain(replace(text, prefix=False), found), is_near=True)

    def _pattern(self, text: Text) -> Word | None:
        pattern = folded_pattern(text.words)
        if not re.search(r"\w", pattern):
            return None
        if self._db is None:
            return self._any_of(text, (re.split(r"[*?]", pattern)[0],))
        if not re.match(r"\w\w", pattern) and not is_small(self._db):
            said = "begin it with two letters: this archive has too many words to look through"
            self.notes.append(Note(NoteKind.WILDCARD, said, text.at or None))
            found: tuple[str, ...] = ()
        else:
            found = fitting(self._db, pattern)
        if len(found) > MAX_WORDS:
            said = f"more than {MAX_WORDS} words fit {text.words}: the commonest are searched"
            self.notes.append(Note(NoteKind.WILDCARD, said, text.at or None))
        # What nothing fits is looked for as it stands, and not found.
        bare = re.sub(r"\W", "", pattern)
        return self._any_of(text, found[:MAX_WORDS] or (f"{bare}\ue000",))


def _is_there(db: Database, word: Word) -> bool:
    """Whether any article has a word or one of its forms."""
    asked = [("articles_fts", word.exact), ("article_forms", word.forms)]
    return any(
        db.execute(f"SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT 1", [how]).fetchone()  # noqa: S608 - our names
        for table, how in asked
        if how
    )


def _ways(text: Text) -> tuple[tuple[str, ...], ...]:
    """The ways a text may be written, each as its folded words."""
    if text.is_phrase or text.prefix:
        words = tuple(words_of(fold_text(text.words)))
        return (words,) if words else ()
    return tuple(tuple(way.split()) for way in fold_word(text.words))


def _typed_words(typed: str) -> Iterator[str]:
    """The words of what was typed as one, with their accents: those that have forms.

    >>> list(_typed_words("Festspiel-Reisen")), list(_typed_words("l'été"))
    (['Festspiel', 'Reisen'], ['été'])
    """
    parts = re.split(r"[^\w\u0300-\u036f\u0900-\u0dff\u064b-\u0652\u0591-\u05c7]+", typed)
    words = [part for part in parts if part]
    yield from (word for word in words if len(word) > 1 or len(words) == 1)


def _asked_for(node: Node | None) -> tuple[str, ...]:
    """The languages a query is limited to; none where it is not."""
    parts = node.parts if isinstance(node, Both) else (node,)
    return tuple(p.value.lower() for p in parts if isinstance(p, Field) and p.name == "lang")
