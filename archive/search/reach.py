"""How far back a dear query is looked for before a search must answer.

FTS5 gives the newest first and stops at a number, but some things cost by what is walked over, not
by what is found. A phrase: 0.2 to 0.9 microseconds for each article that has the rarest of its
words, whether the others follow or not (0.07 seconds for "in the city" in a million articles, 0.36
for "of the"). Several words: 0.1 for each that has the rarest. Conditions on fields: 0.4 for each
article that has the words. And bm25 walks over all of that again.
"""

from collections.abc import Sequence

from sqlite_utils import Database

from archive.search.cursor import LOWEST
from archive.search.fields import NUMBER, Condition
from archive.search.plan import Plan
from archive.search.where import Where


def reach_of(
    db: Database,
    planned: Plan,
    *,
    phrases: int,
    fields: int | None = None,
    words: int | None = None,
) -> int:
    """The number from which on a plan costs no more than may be looked at.

    `LOWEST` where all articles are within reach.

    Args:
        db: The index.
        planned: The plan.
        phrases: So many articles with the rarest word of a phrase and of what has to be beside
            it, for all phrases together. FTS5 looks for a phrase, wanted or not, only where the
            rest is: beside a word of 30 articles in 30 of them.
        fields: So many articles that have the words, where there are conditions on fields; None
            for any number.
        words: So many articles with the rarest of several words; None for any number.
    """
    dated = [condition for condition in planned.conditions if _is_by_number(condition)]
    reach = _reach_of_phrases(db, planned, dated, phrases)
    # What has to have a phrase is no more than that.
    is_bounded = bool(planned.phrase_words) and fields is not None and phrases <= fields
    on_fields = any(map(_is_on_fields, planned.conditions)) and not is_bounded
    if on_fields and planned.match and fields is not None:
        asked = [planned.by_date or planned.match]
        reach = max(reach, _reach(db, asked, _since(reach, dated), fields))
    several = len(planned.required) > 1 and not planned.has_prefix
    if several and words is not None:
        asked = [*planned.phrase_words, *planned.required]
        reach = max(reach, _reach(db, asked, _since(reach, dated), words))
    return reach


def _reach_of_phrases(
    db: Database, planned: Plan, dated: Sequence[Condition], candidates: int
) -> int:
    each = max(candidates // max(len(planned.phrases), 1), 1)
    found = []
    for phrase in planned.phrases:
        # Long words are the rarer ones, and one rare word is enough.
        alone = [f'"{word}"' for word in sorted(set(phrase), key=len, reverse=True)]
        found.append(_reach(db, [*planned.required, *alone], dated, each))
    return max(found, default=LOWEST)


def _since(reach: int, dated: Sequence[Condition]) -> Sequence[Condition]:
    """No further back than what is dear already goes."""
    return dated if reach == LOWEST else [*dated, Condition(f"{NUMBER} >= ?", (reach,))]


def _reach(db: Database, each: Sequence[str], dated: Sequence[Condition], candidates: int) -> int:
    """The number from which on no more than so many articles have the rarest of these."""
    found = []
    for expression in each:
        found.append(_newest(db, expression, dated, candidates))
        if found[-1] == LOWEST:
            break
    return min(found, default=LOWEST)


def _newest(db: Database, match: str, dated: Sequence[Condition], many: int) -> int:
    """The number from which on so many answer to an expression; `LOWEST` where no more do."""
    number = "articles_fts.rowid"
    sql = " AND ".join(["articles_fts WHERE articles_fts MATCH ?", *(item.sql for item in dated)])
    values = tuple(value for item in dated for value in item.values)
    where = Where(sql.replace(NUMBER, number), (match, *values), number)
    # The one beyond tells that there are more; the part ends before it, with an article that a
    # place can name.
    last = f"ORDER BY {NUMBER} DESC LIMIT 2 OFFSET {max(many, 1) - 1}"
    rows = where.select(db, NUMBER, last)
    return int(rows[0][0]) if len(rows) > 1 else LOWEST


def _is_by_number(condition: Condition) -> bool:
    """Whether it limits the time and nothing else: FTS5 stops there, too.

    >>> _is_by_number(Condition("@number < ?")), _is_by_number(Condition("f.source = ?"))
    (True, False)
    """
    others = ("SELECT", "a.", "f.", " OR ", "NOT ")
    return NUMBER in condition.sql and not any(other in condition.sql for other in others)


def _is_on_fields(condition: Condition) -> bool:
    """Whether each article that has the words has to be looked up for it.

    >>> _is_on_fields(Condition("f.source = ?")), _is_on_fields(Condition("@number < ?"))
    (True, False)
    """
    return "f." in condition.sql or "a." in condition.sql
