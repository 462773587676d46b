"""``microfiche extract``: read one page, from the archive or from a file, and say why."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from archive.cli import archive_of
from archive.errors import ArchiveNotFound, MicroficheError, NotFound
from archive.index.captures import Capture, iter_captures
from archive.index.open import read_index
from archive.layout import Archive
from archive.rules import load_rules
from archive.times import utc_now
from archive.urls import is_http, urlkey
from archive.warc.reader import read_record
from extract import Article, ExtractError
from extract import extract as read_page
from extract.errors import OutletError
from extract.explain import explain
from extract.hosts import host_of
from extract.rules import OutletRules, RuleBook
from extract.scaffold import scaffold
from extract.trial import report, rules_for, try_rules


@dataclass(frozen=True, slots=True)
class FetchedPage:
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
@click.option(
    "--rules",
    "rule_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the page by this rule file, not by the archive's or those of microfiche.",
)
@click.option(
    "--check-rules",
    "check",
    is_flag=True,
    help="Show what the outlet's rules match and change; a rule that matches nothing fails.",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    source: str,
    url: str | None,
    why: bool,
    as_json: bool,
    outlet: bool,
    rule_file: Path | None,
    check: bool,
) -> None:
    """Read the article out of a page, and say why.

    The page is the newest capture of URL, or FILE (- is stdin). Nothing is fetched.

    Example: microfiche extract page.html
    """
    page = find_page(ctx, source, url)
    if outlet:
        click.echo(_scaffolded(page))
        return
    rules = _find_rules(page, rule_file) if rule_file else _rules_in_force(ctx, page)
    if check:
        _check(page, rules)
        return
    article = _read(page, rules)
    if as_json:
        click.echo(json.dumps(article.to_dict(), ensure_ascii=False))
    elif why:
        click.echo("\n".join(explain(article)))
    else:
        click.echo("\n\n".join(filter(None, (article.title, article.standfirst, article.text))))


def _scaffolded(page: FetchedPage) -> str:
    if not is_http(page.url):
        raise MicroficheError(f"{page.url}: rules are for a host; name the page's with --url")
    with _one_line(page):
        return scaffold(page.html, page.url, _day(page))


def _rules_in_force(ctx: click.Context, page: FetchedPage) -> OutletRules | None:
    """Find the rules for a page: the archive's own, if there is one, or those of microfiche."""
    try:
        rules = load_rules(archive_of(ctx))
    except ArchiveNotFound:
        return RuleBook().find(page.url, _day(page))
    for problem in rules.problems:
        click.echo(f"microfiche: {problem}", err=True)
    return rules.book.find(page.url, _day(page))


def _find_rules(page: FetchedPage, file: Path) -> OutletRules:
    """Find the rules for a page in a file."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise NotFound(f"{file}: cannot be read: {reason}") from error
    with _one_line(page, where=str(file).removesuffix(file.name)):
        return rules_for(text, name=file.name.removesuffix(".toml"), url=page.url, day=_day(page))


def _check(page: FetchedPage, rules: OutletRules | None) -> None:
    """Show a trial of the rules.

    Raises:
        MicroficheError: there are none for the page, or one of them matches nothing on it.
    """
    if rules is None:
        raise NotFound(
            f"{page.url}: no rules for {host_of(page.url) or 'a page without a host'} on "
            f"{_day(page)}; begin a file with --scaffold and name it with --rules"
        )
    with _one_line(page):
        trial = try_rules(
            page.html, rules, url=page.url, headers=page.headers, captured_at=page.captured_at
        )
    click.echo("\n".join(report(trial)))
    if trial.idle:
        selectors = "; ".join(f"{match.kind} {match.path}" for match in trial.idle)
        raise MicroficheError(f"{rules.name}.toml: matches nothing on {page.url}: {selectors}")


def _day(page: FetchedPage) -> date:
    return (page.captured_at or utc_now()).date()


def find_page(ctx: click.Context, source: str, url: str | None) -> FetchedPage:
    """Find what a source names: stdin, a file, or an address whose newest capture is meant.

    Raises:
        NotFound: there is no such file, and no capture of such an address.
    """
    if source == "-":
        return FetchedPage(sys.stdin.buffer.read(), url or "file:///dev/stdin")
    path = Path(source)
    if path.is_file():
        try:
            return FetchedPage(path.read_bytes(), url or path.resolve().as_uri())
        except OSError as error:
            raise NotFound(f"{source}: cannot be read: {error.strerror}") from error
    if not is_http(source):
        raise NotFound(f"{source}: no such file, and no http or https address")
    return find_captured_page(archive_of(ctx), source)


def find_captured_page(archive: Archive, url: str) -> FetchedPage:
    """Read the newest capture of an address that holds a page.

    Raises:
        NotFound: the index knows no such capture.
    """
    with read_index(archive) as db:
        captures = iter_captures(db, urlkey(url), newest_first=True)
        capture = next((found for found in captures if _is_page(found)), None)
    if capture is None:
        raise NotFound(f"{url}: no capture of a page; `microfiche index` may be behind")
    record = read_record(archive, capture.file, capture.offset)
    stored = record.http()
    if stored is None:
        raise NotFound(f"{url}: {capture.file}@{capture.offset} holds no response")
    return FetchedPage(stored.content(), capture.uri, stored.headers, record.date)


def _is_page(capture: Capture) -> bool:
    return capture.record_type == "response" and (capture.status or 0) < 300


def _read(page: FetchedPage, rules: OutletRules | None) -> Article:
    with _one_line(page):
        return read_page(
            page.html,
            url=page.url,
            headers=page.headers,
            captured_at=page.captured_at,
            rules=rules,
        )


@contextmanager
def _one_line(page: FetchedPage, where: str = "") -> Iterator[None]:
    """Make an error of the extraction one of ours."""
    try:
        yield
    except OutletError as error:
        raise MicroficheError(f"{where}{error}") from error
    except ExtractError as error:
        raise MicroficheError(f"{page.url}: {error}") from error
