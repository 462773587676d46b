"""What a site repeats: lines that recur on different articles, learned and taken out again.

The second pass, pure like the first: the index computes a template from the set of articles of a
site and applies it to their stored blocks, so that the order of reading cannot matter.

A line that recurs may be the articles' own: a running title, the fixed introduction of a column, a
subhead that a whole paper uses, "No." in interviews. So a line is furniture only where it stands on
a share of all articles, by several authors and under titles of several series; a subhead goes only
when nothing of its section stays, a list only as a whole, and quotes, tables and entries never.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

from extract.article import Article, Block, BlockKind, Removed, text_of
from extract.fingerprint import simhash, text_digest
from extract.title import fold

# Lines on 3 different articles of a site are still sometimes the story's (a running theme);
# on 4 they were furniture on every development site with enough pages.
MIN_ARTICLES = 4
# Of all articles, where there are more than 80: a weekly column of a paper with 300 articles a
# quarter stands on 4 of 100.
MIN_SHARE = 0.05
# "Why?", "No.", "The result": what is said in a word or two is said by chance.
MIN_SHARE_SHORT = 0.2
_SHORT_WORDS = 3
# "Getty Images" stands alone under many pictures of a paper, "View image in fullscreen" under all.
MIN_SHARE_CAPTION = 0.4
# A template that would take more than this share of a text has learned the story itself.
MAX_SHARE = 0.5
_MIN_KEY_CHARS = 3
_IN_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.SUBHEAD, BlockKind.LIST})
_SERIES = re.compile(r"\s*[:|–—]\s|\s+-\s+")
_MAX_SERIES_CHARS = 40


@dataclass(frozen=True, slots=True)
class SiteTemplate:
    """Lines of one site that are furniture, in the folded form of ``extract.title.fold``.

    ``captions`` are those that stand among captions, ``lines`` those in the running text.
    """

    lines: frozenset[str] = frozenset()
    captions: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is anything to take out."""
        return bool(self.lines or self.captions)

    def to_list(self) -> list[str]:
        """Give the lines in a fixed order, ready for JSON; ``SiteTemplate.of`` reads it."""
        return sorted(self.lines)

    @classmethod
    def of(cls, lines: Iterable[str], captions: Iterable[str] = ()) -> "SiteTemplate":
        """Read what ``to_list`` gave."""
        return cls(frozenset(lines), frozenset(captions))


@dataclass(frozen=True, slots=True)
class SitePage:
    """What a template is learned from: one article's blocks, and whose they are.

    ``digest`` is the same for two articles of which the text is the same.
    """

    blocks: Sequence[Block]
    digest: str
    authors: tuple[str, ...] = ()
    title: str = ""

    @property
    def hand(self) -> tuple[str, ...]:
        """Who wrote it; an article that names nobody is by somebody of its own."""
        return self.authors or (self.digest,)

    @property
    def series(self) -> str:
        """What its title begins with, as the titles of a series do; else the whole title.

        >>> SitePage((), "1", title="Letters: more on the bridge").series
        'letters'
        """
        head = _SERIES.split(self.title, maxsplit=1)[0]
        return fold(head if len(head) <= _MAX_SERIES_CHARS else self.title) or self.digest


def learn(pages: Iterable[SitePage], *, min_articles: int = MIN_ARTICLES) -> SiteTemplate:
    """Learn the template of a site from its articles; their order does not matter.

    Args:
        pages: the first-pass blocks of *different* articles of one site (the newest version of
            each); texts that are the same count once.
        min_articles: on how many different texts a line must stand, by so many authors and in so
            many series (where the site has so many at all).

    >>> from extract.article import BlockKind
    >>> def page(*lines):
    ...     return SitePage([Block(BlockKind.PARAGRAPH, line) for line in lines], lines[0])
    >>> pages = [page(f"Story number {n} of today.", "Follow us!") for n in "abcd"]
    >>> learn(pages).to_list()
    ['follow us']
    >>> learn(pages[:3] + pages[:3]).to_list()
    []
    """
    known = list(pages)
    holders: dict[tuple[bool, str], list[SitePage]] = defaultdict(list)
    keys = _recurring(known)
    for page in known:
        for key in {keys[line] for line in _lines(page) if line in keys}:
            holders[key].append(page)
    all_articles = len({page.digest for page in known})
    found: dict[bool, set[str]] = {False: set(), True: set()}
    for (in_caption, line), where in holders.items():
        needed = max(min_articles, _share(line, in_caption=in_caption) * all_articles)
        on_enough = len({page.digest for page in where}) >= needed
        if on_enough and _is_of_all(where, known, min_articles):
            found[in_caption].add(line)
    return SiteTemplate(frozenset(found[False]), frozenset(found[True]))


def cut(
    blocks: Sequence[Block], template: SiteTemplate | None
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Take a template's lines out of the blocks of an article.

    Blocks of whose running text more than ``MAX_SHARE`` would go are left as they are.

    Returns:
        The blocks that stay, and the lines that go.

    >>> from extract.article import BlockKind
    >>> blocks = [Block(BlockKind.PARAGRAPH, t) for t in ("A story of today.", "Follow us!")]
    >>> cut(blocks, SiteTemplate.of(["follow us"]))[1]
    ('Follow us!',)
    """
    if not template:
        return tuple(blocks), ()
    kept: list[Block] = []
    removed: list[str] = []
    for block in blocks:
        left, gone = _cut_block(block, template)
        removed += gone
        if left is not None:
            kept.append(left)
    kept, headings = _without_empty_sections(kept, template)
    removed += headings
    before, after = len(text_of(list(blocks))), len(text_of(kept))
    if before - after > MAX_SHARE * before:
        return tuple(blocks), ()
    return tuple(kept), tuple(removed)


def apply(article: Article, template: SiteTemplate | None) -> Article:
    """Take the template's lines out of an article; they go to ``removed``.

    An article of which more than ``MAX_SHARE`` would go is left alone.

    >>> from extract.article import BlockKind
    >>> blocks = tuple(Block(BlockKind.PARAGRAPH, t) for t in ("A story of today.", "Follow us!"))
    >>> done = apply(Article("https://x.test/", "1", blocks=blocks), SiteTemplate.of(["follow us"]))
    >>> done.text, done.removed[0].rule
    ('A story of today.', 'site template')
    """
    blocks, removed = cut(article.blocks, template)
    if not removed:
        return article
    text = text_of(blocks)
    return replace(
        article,
        blocks=blocks,
        removed=(*article.removed, *(Removed(line, "site template") for line in removed)),
        fingerprint=simhash(text),
        text_digest=text_digest(text),
    )


def _recurring(pages: Sequence[SitePage]) -> dict[tuple[bool, str], tuple[bool, str]]:
    """The folded form of each line that stands, letter by letter, on two pages or more.

    Folding costs ten times what reading does, and most lines stand on one page.
    """
    seen: Counter[tuple[bool, str]] = Counter()
    for page in pages:
        seen.update(set(_lines(page)))
    folded = {
        line: (line[0], fold(line[1])) for line, number in seen.items() if number > 1 and line[1]
    }
    return {line: key for line, key in folded.items() if len(key[1]) >= _MIN_KEY_CHARS}


def _lines(page: SitePage) -> Iterable[tuple[bool, str]]:
    """Each line, with whether it stands in a caption."""
    for block in page.blocks:
        if block.kind in _IN_TEXT or block.kind is BlockKind.CAPTION:
            for line in block.text.split("\n"):
                yield block.kind is BlockKind.CAPTION, line


def _is_of_all(where: Sequence[SitePage], pages: Sequence[SitePage], needed: int) -> bool:
    """Whether a line stands on articles of several authors and series, of those there are."""
    return all(
        len(set(map(of, where))) >= min(needed, len(set(map(of, pages))))
        for of in (attrgetter("hand"), attrgetter("series"))
    )


def _share(line: str, *, in_caption: bool) -> float:
    if in_caption:
        return MIN_SHARE_CAPTION
    return MIN_SHARE_SHORT if line.count(" ") < _SHORT_WORDS - 1 else MIN_SHARE


def _cut_block(block: Block, template: SiteTemplate) -> tuple[Block | None, list[str]]:
    """What stays of a block, and the lines that go; subheads wait for their section."""
    keys = template.captions if block.kind is BlockKind.CAPTION else template.lines
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.CAPTION):
        return block, []
    lines = block.text.split("\n")
    gone = [_is_in(line, keys) for line in lines]
    if not any(gone) or (block.kind is BlockKind.LIST and not all(gone)):
        return block, []
    left = [line for line, goes in zip(lines, gone, strict=True) if not goes]
    removed = [line for line, goes in zip(lines, gone, strict=True) if goes]
    return (replace(block, text="\n".join(left)) if left else None), removed


def _without_empty_sections(
    blocks: Sequence[Block], template: SiteTemplate
) -> tuple[list[Block], list[str]]:
    kept: list[Block] = []
    removed: list[str] = []
    follows: Block | None = None
    for block in reversed(blocks):
        if block.kind is BlockKind.SUBHEAD:
            ends = follows is None or (
                follows.kind is BlockKind.SUBHEAD and follows.level <= block.level
            )
            if ends and _is_in(block.text, template.lines):
                removed.append(block.text)
                continue
        if block.kind is not BlockKind.CAPTION:
            follows = block
        kept.append(block)
    return kept[::-1], removed[::-1]


def _is_in(line: str, keys: frozenset[str]) -> bool:
    # Folding is what costs; a paragraph is longer than any line of a template with its punctuation.
    return len(line) <= _longest(keys) and fold(line) in keys


@lru_cache(maxsize=64)
def _longest(keys: frozenset[str]) -> int:
    return max((2 * len(key) + 8 for key in keys), default=-1)
