"""Whether a page stands in place of the one that was asked for: a wall, a gate, a login, an error.

Pages that do are short and say one thing. What speaks for a kind is counted: a title or heading
that is its phrase and little else (2) or holds one (1), sentences of it (up to 2), a product's
marker (3, where only such pages have it, else 1), buttons, a password, the status; and that there
is little other prose (1). Three are enough, unless the page has a headline and prose of its own.
"""

from dataclasses import dataclass

from extract.article import PageKind
from extract.lines import weigh
from extract.refusals import KINDS, Words, load_markers, load_refusals
from extract.surface import Heading, Surface, headline_of
from extract.title import fold

ENOUGH = 3
# A heading is a phrase when so much of it is.
_WHOLE = 0.6
# With so much of a phrase a headline is none of a story: those of the labelled articles have 0.37.
_MOSTLY = 0.5
# The longest notice of the labelled pages, with the reasons a wall gives for itself, has 900.
_MAX_OWN_PROSE = 1_500
# Prose beside the phrases: more is a story even without a headline.
_MAX_OTHER_PROSE = 400
# So much beside its phrases is what any notice says.
_MAX_LITTLE = 200
# A poem may be called "Just a moment"; beside a heading alone there is next to nothing.
_MAX_BARE = 80
_WHOLE_POINTS = 2
# A gate may list its purposes and partners, but it ends.
_MAX_PROSE = 5_000
_MAX_LINES = 400
# Longer than what is neither a sentence nor a name.
_MIN_SENTENCE = 40
# A sentence of a notice, with its phrase.
_PHRASE_CHARS = 150
_MAX_LINE = 600
_FAILED = 400
_LOGIN_STATUS = frozenset({401, 403, 999})
_ROBOTS_STATUS = frozenset({202, 403, 405, 429, 503, 999})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page, what its lines say of each kind, and what came with it."""

    surface: Surface
    said: tuple[tuple[str, dict[PageKind, list[str]]], ...]
    """Lines that are no headings, folded, with the phrases in them."""
    status: int | None
    headers: dict[str, str]

    @property
    def other(self) -> int:
        """Characters of sentences that no phrase of any kind accounts for, weighed."""
        return sum(map(_left, self.said))

    @property
    def rest(self) -> int:
        """Characters of all that is no heading and no link, weighed."""
        return sum(weigh(key) for key, _ in self.said)


@dataclass(frozen=True, slots=True)
class _Finding:
    """What speaks for a kind, and how much."""

    kind: PageKind
    points: int
    reasons: tuple[str, ...]
    is_sure: bool
    """Whether only such pages have it: they may say more beside it."""
    asks: bool = False
    """Whether it has the buttons or the password of its kind."""


def find_refusal(
    surface: Surface, status: int | None, headers: dict[str, str], *, needed: int = ENOUGH
) -> tuple[PageKind, str] | None:
    """Tell what a page with little text is in place of, and by what.

    Args:
        surface: the page.
        status: HTTP status, None where it is unknown.
        headers: of the response, names and values in lower case.
        needed: points that are enough.

    >>> from extract.surface import read_surface
    >>> page = "<title>Page not found - The Paper</title><p>Nothing was found at this location."
    >>> find_refusal(read_surface(page, None), None, {})[1]
    "heading 'page not found', 'nothing was found at this location'"
    """
    if sum(weigh(x.text) for x in surface.lines if x.is_prose) > _MAX_PROSE:
        return None
    seen = _Seen(surface, _read_said(surface), status, headers)
    other = seen.other
    best = max((_weigh(kind, seen, other) for kind in KINDS), key=lambda found: found.points)
    most = _MAX_OWN_PROSE if best.is_sure else _MAX_OTHER_PROSE
    if best.points < needed or other > most:
        return None
    if not best.is_sure and _has_story(surface) and (other or not best.asks):
        return None
    return best.kind, ", ".join(best.reasons)


def _read_said(surface: Surface) -> tuple[tuple[str, dict[PageKind, list[str]]], ...]:
    words, heads = load_refusals(), {heading.text for heading in surface.headings}
    lines = [fold(x.text) for x in surface.lines[:_MAX_LINES] if 2 * x.link_chars <= x.chars]
    return tuple(
        (key, {kind: words[kind].lines.find(key) for kind in KINDS})
        for key in lines
        if key not in heads
    )


def _left(said: tuple[str, dict[PageKind, list[str]]]) -> int:
    """Weigh what of a sentence no phrase accounts for; labels are no sentences."""
    key, found = said
    weight = weigh(key)
    return (
        max(0, weight - _PHRASE_CHARS * sum(map(len, found.values())))
        if weight >= _MIN_SENTENCE
        else 0
    )


def _has_story(surface: Surface) -> bool:
    """Tell whether the page has a headline of its own, one that is no phrase."""
    headline = headline_of(surface)
    words = load_refusals().values()
    return headline is not None and not any(_is_whole(headline, w, _MOSTLY) for w in words)


def _weigh(kind: PageKind, seen: _Seen, other: int) -> _Finding:
    words = load_refusals()[kind]
    marker, is_sure = _find_marker(kind, seen)
    head_points, head = _heads(seen.surface, words)
    line_points, lines = _lines([(key, found[kind]) for key, found in seen.said])
    status_points = _status_points(kind, seen.status)
    is_failed = kind is PageKind.ERROR and status_points > 0
    if not (head_points or line_points or is_sure or is_failed):
        return _Finding(kind, 0, (), is_sure=False)
    asks = kind is PageKind.LOGIN and seen.surface.has_password
    chooses = bool(words.choices & seen.surface.choices)
    counted = (
        (ENOUGH if is_sure else 1, f"marker of {marker}") if marker else (0, ""),
        (head_points, f"heading '{head}'"),
        (line_points, ", ".join(f"'{line}'" for line in lines)),
        (chooses, "buttons"),
        (asks, "asks for a password"),
        (status_points, f"status {seen.status}"),
    )
    is_bare = not any(points for points, _ in (counted[0], *counted[2:]))
    is_short = seen.rest <= _MAX_BARE if is_bare else other <= _MAX_LITTLE
    return _Finding(
        kind,
        sum(points for points, _ in counted) + is_short,
        tuple(reason for points, reason in counted if points),
        is_sure or is_failed,
        chooses or (asks and head_points == _WHOLE_POINTS),
    )


def _status_points(kind: PageKind, status: int | None) -> int:
    if status is None:
        return 0
    if kind is PageKind.ERROR:
        return 2 if status >= _FAILED else 0
    if kind is PageKind.CHALLENGE:
        return int(status in _ROBOTS_STATUS)
    return int(kind is PageKind.LOGIN and status in _LOGIN_STATUS)


def _find_marker(kind: PageKind, seen: _Seen) -> tuple[str | None, bool]:
    for marker in load_markers():
        if marker.kind is kind and (found := marker.find(seen.surface.markup, seen.headers)):
            return f"{marker.name}: {found}", marker.is_sure
    return None, False


def _heads(surface: Surface, words: Words) -> tuple[int, str | None]:
    """Weigh the best of the titles and headings; a part beside the name of a site counts whole.

    A smaller heading may be that of a box.
    """
    best: tuple[int, str | None] = (0, None)
    for heading in surface.headings:
        if phrase := _phrase_of(heading, words):
            return 2 if heading.is_main else 1, phrase
        found = words.lines.find(heading.text)
        if found and not best[0]:
            best = (2 if len(found) > 1 else 1), found[0]
    return best


def _phrase_of(heading: Heading, words: Words) -> str | None:
    texts = (*heading.parts, heading.text)
    return next((whole for text in texts if (whole := _is_whole(text, words))), None)


def _is_whole(text: str, words: Words, share: float = _WHOLE) -> str | None:
    """Find the phrase that a text is, but for a few words."""
    found = (*words.heads.find(text), *words.lines.find(text))
    return next((phrase for phrase in found if len(phrase) >= share * len(text)), None)


def _lines(said: list[tuple[str, list[str]]]) -> tuple[int, list[str]]:
    short = [(key, phrases) for key, phrases in said if len(key) <= _MAX_LINE]
    found = list(dict.fromkeys(phrase for _, phrases in short for phrase in phrases))
    is_whole = any(len(p) >= _WHOLE * len(key) for key, phrases in short for p in phrases)
    return (2 if is_whole else min(2, len(found))), found[:2]
