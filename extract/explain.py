"""An article told with its evidence: what each rule gave, and what each rule took."""

from collections import Counter
from collections.abc import Iterator

from extract.article import Article, Evidence

_WIDTH = 96


def explain(article: Article) -> Iterator[str]:
    """Tell an article line by line: fields with rule and rivals, removals by rule, blocks.

    >>> from extract.page import extract
    >>> page = b"<h1>A short tale</h1><article>" + b"<p>It was told well, and ended.</p>" * 9
    >>> next(line for line in explain(extract(page, url="https://x.test/")) if "title" in line)
    'title              A short tale'
    """
    yield f"{article.url}"
    yield f"extractor {article.extractor}, {_encoding(article)}"
    yield ""
    yield "FIELDS: value, the rule that gave it, its rivals"
    for evidence in article.evidence:
        yield from _field(evidence)
    yield ""
    yield from _removals(article)
    yield ""
    yield from _body(article)


def _encoding(article: Article) -> str:
    found = article.encoding
    damage = f", {found.replaced} characters undecodable" if found.replaced else ""
    return f"decoded as {found.name} (evidence: {found.source}{damage})"


def _field(evidence: Evidence) -> Iterator[str]:
    yield f"{evidence.field:18} {_cut(evidence.value)}"
    yield f"{'':18}   by {evidence.rule}"
    for rule, value in evidence.rivals:
        yield f"{'':18}   not {rule}: {_cut(value)}"


def _removals(article: Article) -> Iterator[str]:
    by_rule = Counter(removed.rule for removed in article.removed)
    yield f"REMOVED from in and around the body: {by_rule.total()} lines by {len(by_rule)} rules"
    for rule, number in by_rule.most_common():
        yield f"{number:5} {rule}"
        texts = [removed.text for removed in article.removed if removed.rule == rule]
        yield from (f"      - {_cut(text)}" for text in texts[:5])
        if number > 5:
            yield f"      … and {number - 5} more"


def _body(article: Article) -> Iterator[str]:
    kinds = Counter(block.kind.value for block in article.blocks)
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    yield f"BODY: {len(article.text)} characters, {counts or 'nothing'}"
    for block in article.blocks:
        at = f" {block.at.isoformat()}" if block.at else ""
        yield f"{block.kind.value + at:10} {_cut(block.text)}"


def _cut(text: str) -> str:
    line = " / ".join(text.split("\n"))
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
