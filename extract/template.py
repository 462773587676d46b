"""What a site repeats: lines that recur on different articles, learned and taken out again.

The second pass, pure like the first: the index computes a template from the set of articles of a
site and applies it to their stored blocks, so that the order of reading cannot matter.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extract.article import Article, Block, Removed, text_of
from extract.fingerprint import simhash, text_digest
from extract.title import fold

# Lines on 3 different articles of a site are still sometimes the story's (a running theme);
# on 4 they were furniture on every development site with enough pages.
MIN_ARTICLES = 4
# A template that would take more than this share of a text has learned the story itself.
MAX_SHARE = 0.5
_MIN_KEY_CHARS = 3


@dataclass(frozen=True, slots=True)
class SiteTemplate:
    """Lines of one site that are furniture, in the folded form of ``extract.title.fold``."""

    lines: frozenset[str] = frozenset()

    def to_list(self) -> list[str]:
        """Give the lines in a fixed order, ready for JSON; ``SiteTemplate.of`` reads it."""
        return sorted(self.lines)

    @classmethod
    def of(cls, lines: Iterable[str]) -> "SiteTemplate":
        """Read what ``to_list`` gave."""
        return cls(frozenset(lines))


def learn(articles: Iterable[Sequence[Block]], *, min_articles: int = MIN_ARTICLES) -> SiteTemplate:
    """Learn the template of a site from the blocks of its articles.

    Args:
        articles: the first-pass blocks of *different* articles of one site, one sequence each (the
            newest version of each); texts that are the same but for punctuation count once.
        min_articles: on how many different texts a line must stand.

    >>> from extract.article import BlockKind
    >>> def page(*lines): return [Block(BlockKind.PARAGRAPH, line) for line in lines]
    >>> pages = [page(f"Story number {n} of today.", "Follow us!") for n in "abcd"]
    >>> learn(pages).to_list()
    ['follow us']
    >>> learn(pages[:3] + pages[:3]).to_list()
    []
    """
    seen: Counter[str] = Counter()
    texts: set[str] = set()
    for blocks in articles:
        digest = text_digest(text_of(list(blocks)))
        if digest not in texts:
            texts.add(digest)
            seen.update({key for block in blocks for key in _keys(block)})
    return SiteTemplate(frozenset(key for key, number in seen.items() if number >= min_articles))


def apply(article: Article, template: SiteTemplate | None) -> Article:
    """Take the template's lines out of an article; they go to ``removed``.

    An article of which more than ``MAX_SHARE`` would go is left alone.

    >>> from extract.article import BlockKind
    >>> blocks = tuple(Block(BlockKind.PARAGRAPH, t) for t in ("A story of today.", "Follow us!"))
    >>> done = apply(Article("https://x.test/", "1", blocks=blocks), SiteTemplate.of(["follow us"]))
    >>> done.text, done.removed[0].rule
    ('A story of today.', 'site template')
    """
    if template is None or not template.lines:
        return article
    kept: list[Block] = []
    removed: list[Removed] = []
    for block in article.blocks:
        lines = block.text.split("\n")
        left = [line for line in lines if fold(line) not in template.lines]
        removed += [Removed(line, "site template") for line in lines if line not in left]
        if left:
            kept.append(replace(block, text="\n".join(left)) if len(left) < len(lines) else block)
    if not removed or sum(len(r.text) for r in removed) > MAX_SHARE * len(article.text):
        return article
    text = text_of(kept)
    return replace(
        article,
        blocks=tuple(kept),
        removed=(*article.removed, *removed),
        fingerprint=simhash(text),
        text_digest=text_digest(text),
    )


def _keys(block: Block) -> Iterable[str]:
    keys = (fold(line) for line in block.text.split("\n"))
    return (key for key in keys if len(key) >= _MIN_KEY_CHARS)
