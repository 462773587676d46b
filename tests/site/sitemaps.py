"""Sitemap index, gzipped sitemap and news sitemap, disallowed pages included."""

import gzip
from xml.sax.saxutils import escape

from tests.site.edition import Edition

XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def index(edition: Edition) -> bytes:
    """Index of three sitemaps, one of which is missing."""
    names = ("articles.xml.gz", "news.xml", "missing.xml")
    entries = "".join(
        f"<sitemap><loc>{edition.base}/sitemaps/{name}</loc></sitemap>\n" for name in names
    )
    return f"{XML}<sitemapindex {XMLNS}>\n{entries}</sitemapindex>\n".encode()


def articles(edition: Edition) -> bytes:
    """Gzip file of all articles and of pages that robots.txt forbids."""
    forbidden = (f"{rule}rota.html" for rule in edition.title.disallowed if rule[-1] in "/-")
    entries = [f"<url><loc>{edition.base}{path}</loc></url>\n" for path in forbidden]
    entries += [
        f"<url><loc>{edition.url(a)}</loc><lastmod>{a.modified.isoformat()}</lastmod></url>\n"
        for a in edition.present
    ]
    text = f"{XML}<urlset {XMLNS}>\n{''.join(entries)}</urlset>\n"
    return gzip.compress(text.encode(), mtime=0)


def news(edition: Edition) -> bytes:
    """News sitemap of the six newest articles."""
    title = edition.title
    publication = (
        f"<news:publication><news:name>{escape(title.name)}</news:name>"
        f"<news:language>{title.language}</news:language></news:publication>"
    )
    entries = "".join(
        f"<url><loc>{edition.url(a)}</loc><news:news>{publication}"
        f"<news:publication_date>{a.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(a.headline)}</news:title></news:news></url>\n"
        for a in edition.present[:6]
    )
    return f"{XML}<urlset {XMLNS} {NEWS}>\n{entries}</urlset>\n".encode()
