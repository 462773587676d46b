"""One title on one day, at its address."""

from dataclasses import dataclass
from datetime import datetime

from tests.site.articles import Article, Day, articles
from tests.site.titles import Title


@dataclass(frozen=True, slots=True)
class Edition:
    """What a title publishes on a day; ``base`` is scheme, host and port."""

    title: Title
    base: str
    other_base: str
    opened: datetime
    day: Day = 1

    @property
    def articles(self) -> tuple[Article, ...]:
        """Every article with a page, the removed one included, newest first."""
        return articles(self.title, self.day, self.opened)

    @property
    def present(self) -> tuple[Article, ...]:
        """Articles that the title still links to, newest first."""
        return tuple(article for article in self.articles if not article.removed)

    def find(self, path: str) -> Article | None:
        """Find the article whose page has this path."""
        return next((article for article in self.articles if article.path == path), None)

    def numbered(self, number: int) -> Article:
        """Get an article by its number, which no day changes."""
        return next(article for article in self.articles if article.number == number)

    def url(self, article: Article) -> str:
        """Address of an article's own page."""
        return self.base + article.path
