"""HTML of the pages, by Jinja templates: layouts, furniture and structured data vary."""

import json
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tests.site.articles import Article
from tests.site.edition import Edition

Variant = Literal["page", "amp", "print"]

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
# Articles that have an AMP and a print page beside their own.
WITH_VARIANTS = frozenset({0, 8})


def moment(when: datetime, language: str) -> str:
    """Write a date as a newspaper of that language does.

    >>> moment(datetime(2026, 3, 1, 14, 5), "de")
    '1. März 2026, 14:05 Uhr'
    """
    month = MONTHS[language].split()[when.month - 1]
    if language == "de":
        return f"{when.day}. {month} {when.year}, {when:%H:%M} Uhr"
    return f"{when.day} {month} {when.year}, {when:%H:%M}"


@cache
def environment() -> Environment:
    """Templates of the newspaper; a name that is not given fails."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters["moment"] = moment
    return made


def structured_data(edition: Edition, article: Article) -> str:
    """JSON-LD of an article: right, wrong or broken off, as its quirks have it."""
    title, wrong = edition.title, "wrong-structured" in article.quirks
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title.name if wrong else article.headline,
        "description": article.standfirst,
        "datePublished": "1970-01-01T00:00:00Z" if wrong else article.published.isoformat(),
        "dateModified": article.modified.isoformat(),
        "inLanguage": title.language,
        "articleSection": title.sections[article.section],
        "mainEntityOfPage": edition.url(article),
        "image": [f"{edition.base}/pictures/{article.number}-640.jpg"],
        "publisher": {"@type": "NewsMediaOrganization", "name": title.name},
    }
    if article.author:
        data["author"] = [{"@type": "Person", "name": article.author}]
    text = json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return text[: len(text) // 2] if "broken-structured" in article.quirks else text


def article_page(edition: Edition, article: Article, variant: Variant = "page") -> str:
    """Page of an article, or its AMP or print twin, which name the page as canonical."""
    charset = declared_charset(article)
    # Links of the first day: no box of another story may change what a validator stands for.
    first_day = replace(edition, day=1)
    neighbours = (first_day.numbered((article.number + step) % 16) for step in (1, 5, 11))
    return _render(
        edition,
        "article.html",
        article.path,
        article=article,
        variant=variant,
        amp=article.number in WITH_VARIANTS,
        canonical=edition.url(article),
        # With a base element, links are right against it and wrong against the page.
        root="" if "base-href" in article.quirks else "/",
        meta_charset=charset,
        structured=structured_data(edition, article),
        related=tuple(neighbours),
    )


def charset_of(article: Article) -> str:
    """Character set that the page is written in."""
    named = article.quirks & {"iso-8859-1", "windows-1252"}
    return next(iter(named), "utf-8")


def declared_charset(article: Article) -> str:
    """Character set that the page itself declares, empty when it is silent."""
    return "" if "undeclared" in article.quirks else charset_of(article)


def listing(
    edition: Edition,
    path: str,
    heading: str,
    items: tuple[Article, ...],
    links: tuple[tuple[str, str], ...] = (),
    template: str = "listing.html",
) -> str:
    """Home page, section page or calendar: teasers and further links."""
    return _render(
        edition,
        template,
        path,
        heading=heading,
        items=items,
        links=links,
        meta_charset="utf-8",
    )


def _render(edition: Edition, template: str, path: str, **values: object) -> str:
    return (
        environment()
        .get_template(template)
        .render(title=edition.title, w=edition.title.words, base=edition.base, path=path, **values)
    )
