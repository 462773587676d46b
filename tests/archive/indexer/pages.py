"""Addresses of pages that several tests write about, and a month in which much happens to them."""

from datetime import timedelta

from archive.index.articles import get_article
from tests.archive.indexer.press import http, story

HARBOUR = "https://morning.example/2026/harbour-vote-tonight"
BRIDGE = "https://morning.example/2026/bridge-closed-again"
PHONE_TEXT = "A short text for telephones, long enough to be read as an article by anybody. " * 4


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


def titles(db):
    return sorted(row[0] for row in db.execute("SELECT title FROM articles"))


def events(db, article):
    return [(event.at, event.kind) for event in get_article(db, article).events]


def busy_month(press):
    """Files with edits, merges, moves, revisits, removals: what could depend on the order."""
    amp, new = BRIDGE + "/amp", "https://morning.example/news/bridge-closed-again-2026"
    gone, head = http(b"gone", "404 Not Found"), canonical(BRIDGE)
    byline = '<meta name="author" content="{}"><meta name="keywords" content="{}">'
    day = timedelta(days=1)
    files = {
        "2026/01/a.warc.gz": [
            (HARBOUR, http(story("Harbour vote tonight", head=byline.format("Ann Lee", "port")))),
            (amp, http(story("Bridge closed again", PHONE_TEXT, head=head))),
            (BRIDGE, http(story("Bridge closed again"))),
        ],
        "2026/01/b.warc.gz": [
            (HARBOUR, http(story("Harbour vote passed", head=byline.format("Bo Berg", "vote")))),
            (BRIDGE, http(story("Bridge closed again"))),
            (amp, gone),
        ],
        "2026/01/c.warc.gz": [
            (HARBOUR, http(story("Harbour vote tonight", head=byline.format("Ann Lee", "port")))),
            (BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
            (new, http(story("Bridge closed again", PHONE_TEXT))),
            (amp, gone),
        ],
        "2026/01/d.warc.gz": [
            (HARBOUR, http(story("“Harbour” vote  tonight"))),
            (HARBOUR, gone),
            (BRIDGE, gone),
            (new, gone),
        ],
        "2026/01/e.warc.gz": [(HARBOUR, gone), (BRIDGE, gone), (new, gone)],
    }
    for name, visits in files.items():
        press.write(name, [press.exchange(u, r, after=day) for u, r in visits])
    return list(files)
