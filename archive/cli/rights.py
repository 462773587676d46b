"""``microfiche rights``: which rule applies to what, and what was kept back when."""

import json
from collections import defaultdict

import click
from sqlite_utils import Database

from archive.cli import archive_of
from archive.errors import NotFound
from archive.index.articles import find_article, get_article
from archive.index.captures import Capture, get_capture, iter_captures
from archive.index.ids import find_id
from archive.index.open import read_index
from archive.rights.read import rules_of
from archive.rights.rules import Audience, Rule, Subject, decide
from archive.rights.withheld import told
from archive.takedowns import iter_takedowns
from archive.times import utc_now
from archive.urls import is_http, urlkey
from archive.wording import counted


@click.group("rights")
def command() -> None:
    """Say what the rules of the archive keep from whom: docs/rights.md.

    They stand in microfiche.toml, a table [[rights]] each; the first that fits decides.

    Example: microfiche rights check https://post.example/news/4711.html
    """


@command.command("check")
@click.argument("name", metavar="URL|RECORD|ARTICLE")
@click.pass_context
def check(ctx: click.Context, name: str) -> None:
    """Say which rule applies to an address, a record or an article, and what follows from it."""
    archive = archive_of(ctx)
    rules = rules_of(archive)
    with read_index(archive, audience=Audience.OWNER) as db:
        captures, article = _named(db, name)
        decided: dict[int | None, list[Capture]] = defaultdict(list)
        whole: set[int] = set()
        for capture in captures:
            at = article or _article_at(db, capture)
            whole |= {at} if at else set()
            subject = Subject(
                capture.urlkey, capture.source, capture.timestamp, capture.record_id, at
            )
            decided[decide(rules, subject)].append(capture)
    if not captures:
        raise NotFound(f"{name}: nothing of it is in the index")
    for place, found in sorted(decided.items(), key=lambda item: item[1][0].timestamp):
        click.echo(f"{_span(found)}: {_said(rules, place)}")
    with read_index(archive, audience=Audience.READERS) as db:
        for number in sorted(whole):
            how = "shown to" if _is_shown(db, number) else "kept from"
            click.echo(f"Its article is {how} readers as a whole")


@command.command("log")
@click.option("--json", "as_json", is_flag=True, help="Each entry as it is kept, one a line.")
@click.pass_context
def log(ctx: click.Context, *, as_json: bool) -> None:
    """Tell which rules came and went, and what was erased, the oldest first.

    A rule is noted by the first command or server that reads the archive under it.
    """
    archive = archive_of(ctx)
    rules_of(archive)
    for entry in iter_takedowns(archive):
        if as_json:
            click.echo(json.dumps(entry, ensure_ascii=False))
            continue
        what = entry.get("rule") or f"{entry.get('record')}: {entry.get('reason')}"
        click.echo(f"{entry.get('at')}  {entry.get('did')}  {what}")


def _named(db: Database, name: str) -> tuple[list[Capture], int | None]:
    """The captures that a name stands for, and the number of the article it is of, if it says."""
    if is_http(name):
        return list(iter_captures(db, urlkey(name), failures=True)), None
    if (article := find_article(db, name)) is not None:
        return list(get_article(db, article).captures), find_id(article)
    return [get_capture(db, name)], None


def _article_at(db: Database, capture: Capture) -> int | None:
    asked = (
        "SELECT d.article FROM captures c JOIN article_captures k ON k.capture = c.id "
        "JOIN addresses d ON d.id = k.address WHERE c.record_id = ?"
    )
    row = db.execute(asked, [capture.record_id]).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _is_shown(db: Database, article: int) -> bool:
    return db.execute("SELECT 1 FROM articles WHERE id = ?", [article]).fetchone() is not None


def _span(captures: list[Capture]) -> str:
    first, last = captures[0].timestamp, captures[-1].timestamp
    when = first if first == last else f"{first} to {last}"
    return f"{counted(len(captures), 'capture')}, {when}"


def _said(rules: tuple[Rule, ...], place: int | None) -> str:
    if place is None:
        return "open; no rule fits"
    rule, now = rules[place], utc_now()
    from_whom = [
        audience.value
        for audience in (Audience.READERS, Audience.STAFF)
        if rule.keeps_out(audience, now)
    ]
    over = rule.over.isoformat() if rule.over else None
    kept = f"kept from {' and '.join(from_whom)}" if from_whom else "open"
    reason = f" ({told(rule.access, over, rule.reason)})" if from_whom else ""
    return f"{kept}, by rule {place + 1}, `{rule.access}`{reason}"
