"""What sort of page this is: what it states of itself first, then what it shows.

A page that states when its article was published is never taken for a list or an error. Of the
others those with little text are read a second time (`extract.surface`): they may stand in place
of the page that was asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from extract.article import Block, Evidence, PageKind
from extract.lines import Line
from extract.listing import ENOUGH as ENOUGH_LISTING
from extract.listing import find_listing
from extract.media import chars_of, find_gallery, find_live, find_video
from extract.refusal import ENOUGH as ENOUGH_REFUSAL
from extract.refusal import find_refusal
from extract.statement import Stated, Statement
from extract.structured import Structured
from extract.surface import Heading, Surface, read_surface

# The longest wall of the labelled pages has 1,000 characters; a consent gate may list its purposes.
_THIN_CHARS = 2_500
# An application that has not been run shows a name and a menu at most.
_EMPTY_CHARS = 200
_BARE_CHARS = 60
# A type for machines without a date weighs twice: few templates give it to all pages.
_NEEDED = {Stated.NOTHING: 0, Stated.HINTED: 1, Stated.TYPED: 2}


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to tell the kind of a page from."""

    text: str
    """As decoded, markup and all."""
    url: str
    said: Structured
    statement: Statement
    title: str | None
    titles: frozenset[str]
    """The title and its rivals, folded."""
    blocks: tuple[Block, ...]
    lines: list[Line]
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Names and values, in lower case."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a page, by what, and whether its text would only come with a script."""

    kind: PageKind
    rule: str
    needs_script: bool = False

    def iter_evidence(self) -> Iterator[Evidence]:
        """Give the evidence for both."""
        yield Evidence("kind", self.kind.value, self.rule)
        if self.needs_script:
            yield Evidence("needs_script", "true", "no text, and a script that would bring it")


def find_kind(page: Page) -> Kind:
    """Tell the kind of a page.

    >>> statement = Statement(Stated.NOTHING, "default")
    >>> wait = "<title>Just a moment...</title><p>Verifying you are human."
    >>> page = Page(wait, "https://x.test", Structured(), statement, None, frozenset(), (), [])
    >>> find_kind(page).kind
    <PageKind.CHALLENGE: 'challenge'>
    """
    told = chars_of(page.blocks)
    is_dated = page.statement.stated is Stated.DATED
    is_thin = told < (_EMPTY_CHARS if is_dated else _THIN_CHARS)
    surface = read_surface(page.text, page.title) if is_thin else None
    needs_script = surface is not None and told < _BARE_CHARS and surface.has_application
    found = None if is_dated else _in_place(page, surface)
    found = found or _media(page, surface, told)
    if found is None and not is_dated:
        found = _listing(page, surface) or _empty(page, surface, needs_script=needs_script)
    kind, rule = found or (PageKind.ARTICLE, page.statement.rule)
    return Kind(kind, rule, needs_script and (found is None or kind is PageKind.ERROR))


def _in_place(page: Page, surface: Surface | None) -> tuple[PageKind, str] | None:
    if surface is None:
        return None
    needed = ENOUGH_REFUSAL + _NEEDED[page.statement.stated]
    return find_refusal(surface, page.status, dict(page.headers), needed=needed)


def _media(page: Page, surface: Surface | None, told: int) -> tuple[PageKind, str] | None:
    return (
        find_live(page.said, page.statement.items, page.lines, page.titles)
        or find_video(page.said, surface, told, page.url)
        or find_gallery(page.said, surface, page.lines, told, page.url)
    )


def _listing(page: Page, surface: Surface | None) -> tuple[PageKind, str] | None:
    headings = surface.headings if surface else (Heading(page.title or ""),)
    points, why = find_listing(page.said, headings, page.lines, page.url)
    needed = ENOUGH_LISTING + _NEEDED[page.statement.stated]
    return (PageKind.INDEX, why) if points >= needed else None


def _empty(
    page: Page, surface: Surface | None, *, needs_script: bool
) -> tuple[PageKind, str] | None:
    if surface is None or page.blocks or page.statement.stated:
        return None
    if surface.has_frames:
        return PageKind.INDEX, "frames"
    if needs_script and surface.weight < _EMPTY_CHARS:
        return PageKind.ERROR, "no text without a script"
    if surface.leads_elsewhere and surface.weight < _BARE_CHARS and not surface.pictures:
        return PageKind.ERROR, "nothing but the way to another page"
    return None
