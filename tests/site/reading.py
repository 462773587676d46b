"""What the tests of the newspaper share: its first day, and where its articles are."""

from datetime import UTC, datetime

from tests.site.articles import Article, Day, articles
from tests.site.process import Newspaper
from tests.site.titles import Title

OPENED = datetime(2026, 11, 22, 6, tzinfo=UTC)


def base_of(paper: Newspaper, title: Title) -> str:
    """The address of a title."""
    return paper.a if title.key == "a" else paper.b


def article_of(title: Title, slug: str, day: Day = 1) -> Article:
    """The article of a title with this slug, as it is on a day."""
    return next(article for article in articles(title, day, OPENED) if article.slug == slug)
