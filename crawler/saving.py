"""Whose an address is that somebody wants saved."""

from urllib.parse import urlsplit

from archive.config import Config, Source
from archive.urls import registered_domain
from crawler.scope import Scope


def owner_of(url: str, config: Config) -> tuple[str, Source]:
    """The source in whose scope an address lies; one made for its domain where there is none.

    >>> config = Config(layout=1, archive={"contact": "mailto:a@b.example"})
    >>> owner_of("https://www.news.co.uk/a", config)[0]
    'news.co.uk'
    """
    for source_id, source in config.sources.items():
        if source.enabled and Scope(source, config.crawl).has_host(url):
            return source_id, source
    parts = urlsplit(url)
    domain = registered_domain(url)
    home = f"{parts.scheme}://{parts.netloc}/"
    return domain, Source(name=domain, url=home, hosts=(domain,), recheck=())
