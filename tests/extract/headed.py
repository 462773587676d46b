"""Pages with a head of the test's own, read: for tests of single fields."""

from datetime import UTC, datetime

from extract import Article, extract

PROSE = (
    "<p>" + "The ferry came in two hours late and nobody on the quay was surprised. " * 3 + "</p>"
)


STORY = PROSE + PROSE.replace("ferry", "tram") + PROSE.replace("ferry", "night bus")


def read(head: str, body: str = STORY, url: str = "https://www.paper.test/2026/a") -> Article:
    html = f"<html lang=en-GB><head>{head}</head><body><article>{body}</article></body></html>"
    return extract(html.encode(), url=url, captured_at=datetime(2026, 3, 1, tzinfo=UTC))


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def rule(article: Article, field: str) -> str:
    return next(item.rule for item in article.evidence if item.field == field)
