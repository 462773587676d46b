"""A small index written by hand: articles as they are, without pages to read them from."""

import sqlite3
from dataclasses import dataclass

from sqlite_utils import Database

from archive.index.schema import create
from archive.text.fold import fold, fold_text
from archive.text.forms import forms_of

SOURCES = {"morning": "Morning Herald", "evening": "The Evening Post"}


@dataclass(frozen=True)
class Told:
    """One article to be put on the shelf; ``dated`` as printed."""

    name: str
    title: str = "A day in town"
    text: str = ""
    language: str | None = "en"
    dated: str = "2026-03-02"
    source: str = "morning"
    earlier: str = ""
    authors: tuple[str, ...] = ()
    story: int | None = None
    links: tuple[str, ...] = ()
    edited: str | None = None
    paywall: str = "open"
    kind: str = "article"
    captured: str = "20260303090000"


def new_shelf(told, path=":memory:"):
    """An index of these articles, in their order."""
    connection = sqlite3.connect(path)
    create(connection)
    db = Database(connection)
    db.conn.executemany("INSERT INTO sources VALUES (?, ?, NULL)", SOURCES.items())
    db.execute("INSERT INTO warcs (id, filename) VALUES (1, 'a.warc.gz')")
    names = {}
    for number, article in enumerate(told, 1):
        _put(db, number, article, names)
    for story in sorted({a.story for a in told if a.story}):
        members = [n for n, a in enumerate(told, 1) if a.story == story]
        sources = len({told[n - 1].source for n in members})
        db.execute(
            "INSERT INTO stories VALUES (?, ?, ?, ?)", [story, members[0], len(members), sources]
        )
        db.conn.executemany(
            "INSERT INTO story_articles VALUES (?, ?)", [(n, story) for n in members]
        )
    db.conn.commit()
    return db


def _put(db, number, a, names):
    url = f"https://{a.source}.example/{a.name}"
    insert(
        db,
        "captures",
        id=number,
        record_id=f"<urn:{number}>",
        urlkey=f"example,{a.source})/{a.name}",
        timestamp=a.captured,
        uri=url,
        warc=1,
        offset=0,
        length=1,
        record_type="response",
        source=a.source,
    )
    insert(db, "addresses", id=number, source=a.source, first_capture=number, article=number)
    insert(db, "article_captures", capture=number, address=number, outcome="read")
    same = {
        "title": a.title,
        "language": a.language,
        "paywall": a.paywall,
        "kind": a.kind,
        "words": len(a.text.split()),
        "published": a.dated,
    }
    insert(
        db,
        "versions",
        id=number,
        article=number,
        digest=number,
        last_capture=number,
        captures=1,
        shown_as=number,
        is_cut=0,
        standfirst="",
        layout="p",
        asides="",
        authors="[]",
        tags="[]",
        fingerprint=number,
        extractor="1",
        text=a.text,
        **same,
    )
    insert(
        db,
        "articles",
        number=number,
        id=number,
        source=a.source,
        url=url,
        current_version=number,
        dated=a.dated,
        first_captured=a.captured,
        last_captured=a.captured,
        versions=1,
        captures=1,
        edited=a.edited,
        earlier_text=a.earlier,
        **same,
    )
    for place, link in enumerate(a.links):
        host, _, path = link.removeprefix("https://").partition("/")
        key = ",".join(reversed(host.split("."))) + f")/{path}"
        insert(db, "links", version=number, place=place, urlkey=key, url=link, words="")
    if a.edited:
        insert(db, "events", capture=number, kind="edited", at=a.edited, article=number, silent=1)
    _describe(db, number, a, names)
    texts = (a.text, a.title, "", "", a.earlier)
    db.execute(
        "INSERT INTO articles_fts (rowid, text, title, standfirst, asides, earlier) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [number, *(fold_text(text, a.language) for text in texts)],
    )
    forms = forms_of(f"{a.title}\n{a.text}", a.language)
    db.execute("INSERT INTO article_forms (rowid, forms) VALUES (?, ?)", [number, forms])


def _describe(db, number, a, names):
    from archive.index.dating import day_of

    for name in filter(None, (a.source, a.language)):
        if name not in names:
            names[name] = len(names) + 1
            insert(db, "facet_names", id=names[name], name=name)
    insert(
        db,
        "facets",
        number=number,
        source=names[a.source],
        language=names.get(a.language),
        day=day_of(a.dated),
    )
    if a.language:
        db.execute(
            "INSERT INTO languages VALUES (?, 1) ON CONFLICT DO UPDATE SET articles = articles + 1",
            [a.language],
        )
    for author in a.authors:
        row = db.execute("SELECT id FROM people WHERE name = ?", [author]).fetchone()
        person = row[0] if row else insert(db, "people", name=author, folded=fold(author))
        insert(db, "article_people", article=number, person=person)


def insert(db, table, **row):
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    return db.execute(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values())
    ).lastrowid
