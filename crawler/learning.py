"""What one look teaches of a source and of a host."""

from dataclasses import replace

from crawler.frontier import KnownUrl
from crawler.frontier.protocol import LearnedMemory
from crawler.twins import find_mark, iter_plainer

# How much shorter a listing has to have become before that is written down.
_NOTABLE = 0.95
# By night what is listed stays for long, by day it is pushed out: a listing is soon as short as it
# was last, and of several the longest counts.
_SPAN_KEPT = 0.9
# Counts are halved from here on: what a source did long ago says less than what it does.
_MANY = 400
# What a page itself says of its address counts as much as this many comparisons.
_STATED = 2


def learn_habits(learned: LearnedMemory, known: KnownUrl, *, changed: bool, now: float) -> None:
    """Whether the dates of a source's listings tell of changes, by one look at an article."""
    if known.last_fetched is None:
        return
    habits = learned.habits(known.source)
    announced = known.modified is not None and known.modified > known.last_fetched
    if announced and changed:
        after = replace(habits, announced=habits.announced + 1)
    elif announced:
        after = replace(habits, alarms=habits.alarms + 1)
    elif changed and now - known.first_seen < habits.span:
        after = replace(habits, missed=habits.missed + 1)
    else:
        return
    if after.announced + after.alarms + after.missed > _MANY:
        after = replace(
            after,
            announced=after.announced // 2,
            alarms=after.alarms // 2,
            missed=after.missed // 2,
        )
    learned.note_habits(known.source, after)


def learn_span(learned: LearnedMemory, source: str, span: float) -> None:
    """For how long articles stay in the listings of a source: as long as in the longest of them."""
    habits = learned.habits(source)
    kept = max(span, habits.span * _SPAN_KEPT)
    if kept > habits.span or kept < habits.span * _NOTABLE:
        learned.note_habits(source, replace(habits, span=kept))


def learn_twins(learned: LearnedMemory, known: KnownUrl, text: int, canonical: str | None) -> None:
    """Which parts of addresses change nothing, by the text of one article."""
    host = known.host
    for mark, plainer in iter_plainer(known.url):
        same = learned.compare(plainer, text)
        if same is not None:
            learned.note_twins(host, mark, same=same)
    if canonical is not None and (stated := find_mark(known.url, canonical)):
        for _ in range(_STATED):
            learned.note_twins(host, stated, same=True)
