"""Feeds: RSS 2.0, Atom, RDF, one that is broken but readable and one that is hopeless."""

from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.site.articles import Article
from tests.site.edition import Edition

TRACKING = "?utm_source=rss&utm_medium=feed"
RDF_NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def rss(edition: Edition, items: tuple[Article, ...]) -> bytes:
    """RSS 2.0 whose links carry tracking parameters."""
    entries = "".join(
        f"<item><title>{escape(a.headline)}</title>"
        f"<link>{escape(edition.url(a) + TRACKING)}</link>"
        f'<guid isPermaLink="true">{edition.url(a)}</guid>'
        f"<pubDate>{format_datetime(a.published)}</pubDate>"
        f"<description>{escape(a.standfirst)}</description></item>\n"
        for a in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(edition.title.name)}</title><link>{edition.base}/</link>"
        f"<description>{escape(edition.title.motto)}</description>\n"
        f"{entries}</channel></rss>\n"
    ).encode()


def atom(edition: Edition, items: tuple[Article, ...]) -> bytes:
    """Atom 1.0 with relative links, resolved against ``xml:base``."""
    entries = "".join(
        f'<entry><title type="html">{escape(escape(a.headline))}</title>'
        f'<link rel="alternate" href="{a.path}"/><id>{edition.url(a)}</id>'
        f"<published>{a.published.isoformat()}</published>"
        f"<updated>{a.modified.isoformat()}</updated>"
        f"<summary>{escape(a.standfirst)}</summary></entry>\n"
        for a in items
    )
    newest = max(a.modified for a in items).isoformat()
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{edition.base}/">'
        f"<title>{escape(edition.title.name)}</title><id>{edition.base}/</id>"
        f"<updated>{newest}</updated>\n{entries}</feed>\n"
    ).encode()


def rdf(edition: Edition, items: tuple[Article, ...]) -> bytes:
    """RSS 1.0, an RDF vocabulary, in ISO-8859-1 as such feeds often are."""
    entries = "".join(
        f'<item rdf:about="{edition.url(a)}"><title>{escape(a.headline)}</title>'
        f"<link>{edition.url(a)}</link><dc:date>{a.published.isoformat()}</dc:date></item>\n"
        for a in items
    )
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<rdf:RDF {RDF_NAMESPACES}>'
        f'<channel rdf:about="{edition.base}/"><title>{escape(edition.title.name)}</title>'
        f"<link>{edition.base}/</link></channel>\n{entries}</rdf:RDF>\n"
    ).encode("iso-8859-1", "xmlcharrefreplace")


def broken_but_readable(edition: Edition, items: tuple[Article, ...]) -> bytes:
    """RSS with a blank line first, bare ampersands, HTML entities and no closing tags."""
    whole = rss(edition, items).decode()
    broken = whole.replace("&amp;", "&").replace("<description>", "<description>&nbsp;&eacute; ")
    return ("\n" + broken.removesuffix("</channel></rss>\n")).encode()


def hopeless(edition: Edition) -> bytes:
    """An error page with binary rubbish where a feed should be."""
    return b"<html><b>Fatal error</b>: out of memory in feed.php\0\xff\xfe\x80" + bytes(range(32))
