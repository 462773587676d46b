"""``microfiche extract``: read one page, from the archive or from a file, and say why."""

import json
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from archive.cli import archive_of
from archive.errors import MicroficheError, NotFound
from archive.index.captures import Capture, iter_captures
from archive.index.open import open_index
from archive.layout import Archive
from archive.times import utc_now
from archive.urls import is_http, urlkey
from archive.warc.reader import read_record
from extract import Article, ExtractError
from extract import extract as read_page
from extract.explain import explain
from extract.outlets.scaffold import scaffold


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one page and what is known of how they came."""

    html: bytes
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    captured_at: datetime | None = None


@click.command("extract")
@click.argument("source", metavar="URL|FILE")
@click.option("--url", help="The address of the page in FILE (default: a file: address).")
@click.option(
    "--explain", "why", is_flag=True, help="Every field's rule and rivals, every removal."
)
@click.option("--json", "as_json", is_flag=True, help="The whole article, as one JSON object.")
@click.option("--scaffold", "outlet", is_flag=True, help="Begin a rule file for this outlet.")
@click.pass_context
def command(
    ctx: click.Context, source: str, url: str | None, why: bool, as_json: bool, outlet: bool
) -> None:
    """Read the article out of a page, and say why.

    The page is the newest capture of URL, or FILE (- is stdin).
    """
    page = find_page(ctx, source, url)
    if outlet:
        day = (page.captured_at or utc_now()).date()
        click.echo(scaffold(page.html, page.url, day))
        return
    article = _read(page)
    if as_json:
        click.echo(json.dumps(article.to_dict(), ensure_ascii=False))
    elif why:
        click.echo("\n".join(explain(article)))
    else:
        click.echo("\n\n".join(filter(None, (article.title, article.standfirst, article.text))))


def find_page(ctx: click.Context, source: str, url: str | None) -> Page:
    """Find what a source names: stdin, a file, or an address whose newest capture is meant.

    Raises:
        NotFound: there is no such file, and no capture of such an address.
    """
    if source == "-":
        return Page(sys.stdin.buffer.read(), url or "file:///dev/stdin")
    path = Path(source)
    if path.is_file():
        try:
            return Page(path.read_bytes(), url or path.resolve().as_uri())
        except OSError as error:
            raise NotFound(f"{source}: cannot be read: {error.strerror}") from error
    if not is_http(source):
        raise NotFound(f"{source}: no such file, and no http or https address")
    return find_captured_page(archive_of(ctx), source)


def find_captured_page(archive: Archive, url: str) -> Page:
    """Read the newest capture of an address that holds a page.

    Raises:
        NotFound: the index knows no such capture.
    """
    with closing(open_index(archive)) as db:
        captures = iter_captures(db, urlkey(url), newest_first=True)
        capture = next((found for found in captures if _is_page(found)), None)
    if capture is None:
        raise NotFound(f"{url}: no capture of a page; `microfiche index` may be behind")
    record = read_record(archive, capture.file, capture.offset)
    stored = record.http()
    if stored is None:
        raise NotFound(f"{url}: {capture.file}@{capture.offset} holds no response")
    return Page(stored.content(), capture.uri, stored.headers, record.date)


def _is_page(capture: Capture) -> bool:
    return capture.record_type == "response" and (capture.status or 0) < 300


def _read(page: Page) -> Article:
    try:
        return read_page(
            page.html, url=page.url, headers=page.headers, captured_at=page.captured_at
        )
    except ExtractError as error:
        raise MicroficheError(f"{page.url}: {error}") from error
