"""What one title answers to each request."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.site import bulk, faults, feeds, sitemaps, wire
from tests.site.articles import Article
from tests.site.codings import accepts, encode, header_name
from tests.site.edition import Edition
from tests.site.message import Framing, Header, Reply, Request, Script
from tests.site.pages import Variant, article_page, charset_of, declared_charset, listing
from tests.site.static_files import static_file
from tests.site.titles import robots_txt

HTML: Header = ("Content-Type", "text/html; charset=utf-8")
TEASERS = 12
SLOW_S = 1.5
COOKIES: tuple[Header, ...] = (
    ("Set-Cookie", "visitor=4711; Path=/; HttpOnly"),
    ("Set-Cookie", "consent=unknown; Path=/; SameSite=Lax"),
)


class Paper:
    """Serves the edition of the day; it remembers only which pages have failed once."""

    def __init__(self, edition: Callable[[], Edition]) -> None:
        self._edition = edition
        self._visits: Counter[str] = Counter()

    def respond(self, request: Request) -> Reply | Script:
        """Answer a request."""
        edition = self._edition()
        if request.path.startswith("/wire/"):
            return wire.script(request.path.removeprefix("/wire/"), request.method)
        return (
            machine_file(edition, request)
            or faults.reply(edition, request)
            or bulk.reply(request, edition.base)
            or self._article(edition, request)
            or page(edition, request)
            or not_found(edition, request.path)
        )

    def _article(self, edition: Edition, request: Request) -> Reply | None:
        path, variant = split_variant(request.path)
        article = edition.find(path)
        if article is None:
            return None
        if article.removed:
            return Reply(410, (HTML,), error_html(edition, path, "410 Gone"))
        self._visits[path] += 1
        if self._visits[path] == 1 and "fails-once" in article.quirks:
            return Reply(500, (HTML,), error_html(edition, path, "500 Internal Server Error"))
        if self._visits[path] == 1 and "too-many-once" in article.quirks:
            headers = (HTML, ("Retry-After", "1"))
            return Reply(429, headers, error_html(edition, path, "429 Too Many Requests"))
        return article_reply(edition, article, variant, request)


def split_variant(path: str) -> tuple[str, Variant]:
    """Tell the AMP and print addresses of an article from its own.

    >>> split_variant("/amp/town/x.html")
    ('/town/x.html', 'amp')
    """
    if path.startswith("/amp/"):
        return path.removeprefix("/amp"), "amp"
    if path.startswith("/print/"):
        return path.removeprefix("/print"), "print"
    return path, "page"


def article_reply(edition: Edition, article: Article, variant: Variant, request: Request) -> Reply:
    """Page of an article in its charset, coding and framing, or 304."""
    charset, declared = charset_of(article), declared_charset(article)
    body = article_page(edition, article, variant).encode(charset, "xmlcharrefreplace")
    in_header = declared and "meta" not in article.quirks
    kind = f"text/html; charset={charset}" if in_header else "text/html"
    headers: list[Header] = [("Content-Type", kind), *COOKIES, ("Vary", "Accept-Encoding")]
    validators: list[Header] = []
    if article.number % 4 != 3:
        validators.append(("ETag", entity_tag(body, weak=article.number % 2 == 1)))
    if article.number % 4 != 2:
        validators.append(("Last-Modified", format_datetime(article.modified, usegmt=True)))
    headers += validators
    if is_unchanged(request, validators):
        return Reply(304, tuple(headers))
    coding = article.coding
    if coding and accepts(request.header("Accept-Encoding"), coding):
        headers.append(("Content-Encoding", header_name(coding)))
        body = encode(body, coding)
    framing: Framing = (
        "chunked" if article.chunked else "close" if article.number == 5 else "length"
    )
    delay_s = SLOW_S if "slow" in article.quirks else 0.0
    return Reply(200, tuple(headers), body, framing, delay_s)


def entity_tag(body: bytes, *, weak: bool = False) -> str:
    """Entity tag of a body.

    >>> entity_tag(b"", weak=True)
    'W/"e3b0c44298fc1c14"'
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return f"W/{tag}" if weak else tag


def is_unchanged(request: Request, validators: list[Header]) -> bool:
    """Tell whether a conditional request may be answered with 304 (RFC 9110, 13.2.2)."""
    ours = dict(validators)
    if condition := request.header("If-None-Match"):
        offered = {tag.strip().removeprefix("W/") for tag in condition.split(",")}
        return ours.get("ETag", "-").removeprefix("W/") in offered
    since, changed = request.header("If-Modified-Since"), ours.get("Last-Modified", "")
    try:
        return bool(since and changed) and (
            parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
        )
    except ValueError:
        return False


def machine_file(edition: Edition, request: Request) -> Reply | None:
    """Feeds, sitemaps, robots.txt and files: everything that is no page."""
    path = request.path
    if path == "/robots.txt":
        text = robots_txt(edition.title, edition.base)
        return Reply(200, (("Content-Type", "text/plain"),), text.encode())
    if path == "/sitemap_index.xml":
        return Reply(200, (("Content-Type", "application/xml"),), sitemaps.index(edition))
    if path == "/sitemaps/articles.xml.gz":
        return Reply(200, (("Content-Type", "application/x-gzip"),), sitemaps.articles(edition))
    if path == "/sitemaps/news.xml":
        return Reply(200, (("Content-Type", "text/xml"),), sitemaps.news(edition))
    if found := static_file(edition.title.key, path):
        body, kind = found
        tag: list[Header] = [("ETag", entity_tag(body))]
        headers = (("Content-Type", kind), *tag, ("Cache-Control", "max-age=86400"))
        return Reply(304, headers) if is_unchanged(request, tag) else Reply(200, headers, body)
    return feed(edition, request)


def feed(edition: Edition, request: Request) -> Reply | None:
    """Feeds, with validators; the announced type is not always the true one."""
    title, present = edition.title, edition.present
    by_section = {key: tuple(a for a in present if a.section == key) for key in title.sections}
    science = list(title.sections)[-1]
    body, kind = {
        "/feed.xml": (feeds.rss, "application/rss+xml; charset=utf-8"),
        "/atom.xml": (feeds.atom, "application/atom+xml"),
        "/feeds/science.rdf": (lambda e, _: feeds.rdf(e, by_section[science]), "text/xml"),
        "/feeds/sport.xml": (
            lambda e, _: feeds.broken_but_readable(e, by_section["sport"]),
            "text/html",
        ),
        "/feeds/culture.xml": (lambda e, _: feeds.hopeless(e), "application/rss+xml"),
    }.get(request.path, (None, ""))
    if body is None:
        return None
    data = body(edition, present[:15])
    newest = max((a.modified for a in present), default=datetime.now(UTC))
    validators: list[Header] = [
        ("ETag", entity_tag(data)),
        ("Last-Modified", format_datetime(newest, usegmt=True)),
    ]
    headers = (("Content-Type", kind), *validators)
    return Reply(304, headers) if is_unchanged(request, validators) else Reply(200, headers, data)


def page(edition: Edition, request: Request) -> Reply | None:
    """Home page, section pages and what robots.txt forbids."""
    title, path = edition.title, request.path
    older = "page=2" in request.query
    if path == "/":
        items = edition.present[TEASERS:] if older else edition.present[:TEASERS]
        more = () if older else (("/?page=2", title.words["older"]), *faults.links(edition))
        html = listing(edition, path, title.motto, items, more, "home.html")
        return Reply(200, (HTML, *COOKIES), html.encode(), "chunked")
    section = path.strip("/")
    if section in title.sections:
        items = tuple(a for a in edition.present if a.section == section)
        html = listing(edition, path, title.sections[section], items)
        return Reply(200, (HTML,), html.encode())
    if path == "/archive":
        html = listing(edition, path, title.words["older"], edition.present[-3:])
        return Reply(200, (HTML,), html.encode())
    if path.startswith(title.disallowed):
        html = listing(edition, path, title.words["desk"], edition.present[:2])
        return Reply(200, (HTML,), html.encode())
    return None


def error_html(edition: Edition, path: str, heading: str) -> bytes:
    """Error page in the dress of the site, as a reader sees it."""
    return listing(edition, path, heading, edition.present[:3]).encode()


def not_found(edition: Edition, path: str) -> Reply:
    """Page for what is not there."""
    return Reply(404, (HTML,), error_html(edition, path, "404 Not Found"))
