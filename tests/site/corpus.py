"""Real pages of a corpus on loopback: a home page, a feed and a sitemap for each publisher.

A corpus is a directory with ``truth.jsonl`` (``id``, ``url``, ``publisher``, ``title``,
``pieces``) beside ``pages/``; a directory of several corpora is one, too. All publishers are
on one host, each below a path of its own, so that each can be one source with its scope
given by path (`CorpusSource.include`).
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from tests.site.codings import accepts
from tests.site.message import Header, Reply, Request

HTML: Header = ("Content-Type", "text/html")


@dataclass(frozen=True, slots=True)
class CorpusPage:
    """One real page; ``pieces`` are paragraphs of its article, as annotated."""

    id: str
    publisher: str
    name: str
    path: str
    original_url: str
    title: str
    pieces: tuple[str, ...]
    file: Path

    @property
    def html(self) -> bytes:
        """Bytes of the page, as its site sent them."""
        return gzip.decompress(self.file.read_bytes())


@dataclass(frozen=True, slots=True)
class CorpusSource:
    """What a crawler is told about one publisher; ``include`` is a regular expression."""

    id: str
    name: str
    url: str
    feed: str
    sitemap: str
    include: str


def slug(text: str) -> str:
    """Turn a name into a source id.

    >>> slug("The World Bulletin"), slug("Süddeutsche")
    ('the-world-bulletin', 's-ddeutsche')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@cache
def pages(directory: Path) -> tuple[CorpusPage, ...]:
    """All pages below a directory, in the order of their truth files."""
    return tuple(_iter_pages(directory))


def _iter_pages(directory: Path) -> Iterator[CorpusPage]:
    for truth in sorted(directory.rglob("truth.jsonl")):
        for number, line in enumerate(truth.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            address = urlsplit(row["url"])
            name = row.get("publisher") or address.netloc.removeprefix("www.")
            tail = re.sub(r"[^A-Za-z0-9_-]+", "-", address.path.strip("/").rpartition("/")[2])
            yield CorpusPage(
                id=row["id"],
                publisher=slug(name),
                name=name,
                path=f"/{slug(name)}/{truth.parent.name}-{number:03}/{tail[:60] or 'page'}.html",
                original_url=row["url"],
                title=row.get("title") or "",
                pieces=tuple(text for text, kind in row["pieces"] if kind == "p"),
                file=truth.parent / "pages" / row["id"],
            )


def sources(directory: Path, base: str) -> tuple[CorpusSource, ...]:
    """One source for each publisher of a corpus that is served at ``base``."""
    names = {page.publisher: page.name for page in pages(directory)}
    return tuple(
        CorpusSource(
            id=publisher,
            name=name,
            url=f"{base}/{publisher}/",
            feed=f"{base}/{publisher}/feed.xml",
            sitemap=f"{base}/{publisher}/sitemap.xml",
            include=f"^{re.escape(base)}/{re.escape(publisher)}/",
        )
        for publisher, name in sorted(names.items())
    )


class CorpusSite:
    """Answers with the pages of a corpus; every second one gzipped as it lies on disk."""

    def __init__(self, directory: Path, base: str) -> None:
        self._base = base
        self._pages = {page.path: page for page in pages(directory)}
        self._gzipped = set(list(self._pages)[::2])
        self._by_publisher: dict[str, list[CorpusPage]] = {}
        for page in self._pages.values():
            self._by_publisher.setdefault(page.publisher, []).append(page)

    def respond(self, request: Request) -> Reply:
        """Answer a request."""
        if page := self._pages.get(request.path):
            return self._page(page, request)
        publisher, _, name = request.path.strip("/").partition("/")
        listed = self._by_publisher.get(publisher, [])
        if listed and name in {"", "feed.xml", "sitemap.xml"}:
            maker = {"": home, "feed.xml": rss, "sitemap.xml": sitemap}[name]
            kind = HTML if not name else ("Content-Type", "application/xml; charset=utf-8")
            return Reply(200, (kind,), maker(self._base, listed).encode())
        if request.path == "/robots.txt":
            return Reply(200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow:\n")
        return Reply(
            404, (HTML,), b"<html><title>404</title><body>not in this corpus</body></html>"
        )

    def _page(self, page: CorpusPage, request: Request) -> Reply:
        if page.path in self._gzipped and accepts(request.header("Accept-Encoding"), "gzip"):
            return Reply(200, (HTML, ("Content-Encoding", "gzip")), page.file.read_bytes())
        return Reply(200, (HTML,), page.html)


def home(base: str, listed: list[CorpusPage]) -> str:
    """Home page of a publisher, which announces its feed."""
    name = escape(listed[0].name)
    links = "".join(
        f'<li><a href="{base}{page.path}">{escape(page.title or page.path)}</a></li>\n'
        for page in listed
    )
    feed = f'<link rel="alternate" type="application/rss+xml" title="{name}" href="feed.xml">'
    return f"<!DOCTYPE html><html><head><title>{name}</title>{feed}</head><body><ul>{links}</ul>"


def rss(base: str, listed: list[CorpusPage]) -> str:
    """Feed of all pages of a publisher, undated."""
    items = "".join(
        f"<item><title>{escape(page.title or page.id)}</title>"
        f"<link>{base}{page.path}</link></item>\n"
        for page in listed
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(listed[0].name)}</title><link>{base}/{listed[0].publisher}/</link>"
        f"<description/>\n{items}</channel></rss>\n"
    )


def sitemap(base: str, listed: list[CorpusPage]) -> str:
    """Sitemap of all pages of a publisher."""
    urls = "".join(f"<url><loc>{base}{page.path}</loc></url>\n" for page in listed)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
