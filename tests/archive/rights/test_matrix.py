"""Every route of both applications x every kind of rule: what is kept back shows nowhere.

A new route fails the first test until it is listed here with what it is asked for.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from archive.index.articles import find_article
from archive.index.open import read_index
from archive.replay.app import create_replay
from archive.replay.origins import Origins
from archive.staff.accounts import add_token
from archive.staff.door import Door
from archive.web.app import create_room
from tests.archive.rights.shelves import FIRST, LINKED, MARK, OPEN, SECOND, SECRET, fill
from tests.archive.web.direct import asking

ORIGINS = Origins("http://127.0.0.1:8080", "http://replay.localhost:8081")

NAMES = ("{id}", "{open}", SECRET)
# What each route is asked, in the places of {id}, {record} and {open}: the story that is kept back,
# its first capture, and an article like it that anybody may see.
ROOM = {
    "/": ["/?q=zyxomma", "/?q=harbour", "/?q=", "/?q=quibberom", "/?q=quibb*", "/?q=author:quibb*"],
    "/api": ["/api"],
    "/api/v1/archive": ["/api/v1/archive"],
    "/api/v1/articles/{article_id:path}": [f"/api/v1/articles/{name}" for name in NAMES],
    "/api/v1/articles/{article_id:path}/citations": ["/api/v1/articles/{id}/citations"],
    "/api/v1/articles/{article_id:path}/diff": ["/api/v1/articles/{id}/diff"],
    "/api/v1/articles/{article_id:path}/evidence": ["/api/v1/articles/{id}/evidence"],
    "/api/v1/captures": [f"/api/v1/captures?url={url}" for url in (SECRET, "http://daily.test/*")],
    "/api/v1/events": ["/api/v1/events", "/api/v1/events?source=daily"],
    "/api/v1/facets": ["/api/v1/facets?q=harbour", "/api/v1/facets?q=zyxomma"],
    "/api/v1/openapi.json": ["/api/v1/openapi.json"],
    "/api/v1/records/{record_id:path}": ["/api/v1/records/{record}"],
    "/api/v1/runs": ["/api/v1/runs"],
    "/api/v1/runs/{name}": ["/api/v1/runs/last"],
    "/api/v1/search": [f"/api/v1/search?q={q}" for q in ("harbour", "zyxomma", "quibberom", "")],
    "/api/v1/similar/{article_id:path}": [f"/api/v1/similar/{name}" for name in NAMES],
    "/api/v1/sources": ["/api/v1/sources"],
    "/api/v1/sources/{source_id}": ["/api/v1/sources/daily"],
    "/api/v1/trend": ["/api/v1/trend?q=harbour&by=section", "/api/v1/trend?q=zyxomma"],
    "/api/v1/why": [],
    "/api/{rest:path}": [f"/api/captures?url={SECRET}"],
    "/articles/{name:path}": ["/articles/{id}", "/articles/{open}", "/articles/{linked}"],
    "/articles/{name:path}/cite": ["/articles/{id}/cite", "/articles/{id}/cite?style=bibtex"],
    "/articles/{name:path}/compare": ["/articles/{id}/compare"],
    "/articles/{name:path}/evidence": ["/articles/{id}/evidence"],
    "/captures": [f"/captures?url={SECRET}", "/captures?url=http://daily.test/*"],
    "/cdx": ["/cdx?url=daily.test/*", f"/cdx?url={SECRET}"],
    "/cdx/search/cdx": ["/cdx/search/cdx?url=daily.test/*&output=json"],
    "/events": ["/events"],
    "/events.atom": ["/events.atom"],
    "/facets": [f"/facets?q=harbour&field={field}" for field in ("source", "author", "section")],
    "/front": [f"/front?url={url}" for url in ("http://daily.test/", SECRET)],
    "/help": ["/help"],
    "/language/{code}": ["/language/de"],
    "/looks": [f"/looks?url={SECRET}&before={FIRST}&after={SECOND}"],
    "/articles/{name}/notes": [],
    "/notes": ["/notes"],
    "/notes.jsonl": ["/notes.jsonl"],
    "/notes/{number}/remove": [],
    "/opensearch.xml": ["/opensearch.xml"],
    "/parts/{address:path}": [f"/parts/{FIRST}/{SECRET}"],
    "/publishers": ["/publishers"],
    "/records/{record_id:path}": ["/records/{record}"],
    "/runs": ["/runs"],
    "/runs/now": ["/runs/now"],
    "/runs/now/events": ["/runs/now/events"],
    "/runs/{name}": ["/runs/20260101000000"],
    "/save": ["/save"],
    "/save/{name}": ["/save/none"],
    "/search.atom": ["/search.atom?q=harbour", "/search.atom?q=zyxomma"],
    "/search.{form}": [
        "/search.jsonl?q=harbour",
        "/search.csv?q=harbour",
        "/search.wacz?q=harbour",
    ],
    "/searches": ["/searches"],
    "/searches/{name}": [],
    "/searches/{name}.atom": ["/searches/all.atom"],
    "/searches/{name}/remove": [],
    "/sign-in": ["/sign-in"],
    "/sign-out": [],
    "/similar/{name:path}": ["/similar/{open}", "/similar/{id}"],
    "/sources": ["/sources"],
    "/sources/{source_id}": ["/sources/daily", "/sources/post"],
    "/static": ["/static/room.css"],
    "/static/fonts": [],
    "/trend": ["/trend?q=harbour"],
    "/trend.csv": ["/trend.csv?q=harbour"],
    "/view/{address:path}": [f"/view/{at}/{SECRET}" for at in (FIRST, SECOND)],
    "/wayback/available": [f"/wayback/available?url={SECRET}"],
    "/web/timemap/{form}/{url:path}": [f"/web/timemap/{f}/{SECRET}" for f in ("link", "json")],
    "/why": [],
}
REPLAY = {
    "/cdx": ["/cdx?url=daily.test/*"],
    "/cdx/search/cdx": [f"/cdx/search/cdx?url={SECRET}"],
    "/records/{record_id:path}": ["/records/{record}"],
    "/wayback/available": [f"/wayback/available?url={SECRET}"],
    "/web/timemap/{form}/{url:path}": [f"/web/timemap/cdxj/{SECRET}"],
    "/{path:path}": [
        *(f"/web/{at}{how}/{SECRET}" for at in (FIRST, SECOND) for how in ("", "id_", "if_")),
        f"/web/{SECRET}",
    ],
}
RULES = {
    "address": f'access = "staff"\naddress = "{SECRET}"',
    "start": 'access = "embargo"\nuntil = 2999-01-01\naddress = "https://www.daily.test/secret/*"',
    "domain": 'access = "blocked"\nreason = "A court said so."\naddress = "*.daily.test"',
    "source": 'access = "staff"\nsource = "daily"',
    "dates": 'access = "blocked"\nreason = "x"\ncaptured_from = 2026-03-01\ncaptured_to = "202603"',
    "article": 'access = "embargo"\nuntil = 2999-01-01T10:00:00Z\narticle = "{id}"',
    "record": "\n[[rights]]\n".join(
        f'access = "blocked"\nreason = "x"\nrecord = "{{{name}}}"' for name in ("record", "second")
    ),
}


class Bench:
    def __init__(self, root) -> None:
        self.filled = fill(root)
        self.archive = self.filled.archive
        self.token = add_token(self.archive, "ada")
        with read_index(self.archive) as db:
            found = {name: find_article(db, url) for name, url in ADDRESSES.items()}
        record, second = self.filled.records
        self.names = {**found, "record": record, "second": second}
        # Others reach this server: whoever has no token is a reader.
        door = Door(self.archive, room=ORIGINS.room, elsewhere=True)
        self.room_app = create_room(self.archive, ORIGINS, door=door)
        self.replay_app = create_replay(self.archive, ORIGINS, door=door)
        self.room = asking(self.room_app, ORIGINS.room)
        self.replay = asking(self.replay_app, ORIGINS.replay)

    def close(self) -> None:
        self.room.close()
        self.replay.close()

    def rule(self, rule: str) -> None:
        """Put one rule in force; nothing is indexed again, and nothing restarted."""
        for name in ("id", "record", "second"):
            rule = rule.replace("{" + name + "}", self.names[name])
        text = f"{self.filled.config}\n[[rights]]\n{rule}\n" if rule else self.filled.config
        self.archive.config_path.write_text(text, "utf-8")

    def answers(self, *, staff: bool) -> Iterator[tuple[str, int, str]]:
        """What each route says to each question; none of them has the mark in it."""
        headers = {"Authorization": f"Bearer {self.token}"} if staff else {}
        for client, routes in ((self.room, ROOM), (self.replay, REPLAY)):
            for question in (q for questions in routes.values() for q in questions):
                path = question
                for name, value in self.names.items():
                    path = path.replace("{" + name + "}", value)
                reply = client.get(path, headers=headers)
                text = f"{dict(reply.headers)}\n{reply.text}"
                yield path, reply.status_code, text.lower()


ADDRESSES = {"id": SECRET, "open": OPEN, "linked": LINKED}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with closing(Bench(tmp_path_factory.mktemp("rights") / "archive")) as made:
        yield made


def paths_of(app) -> set[str]:
    """Every path of an application, found behind its middleware."""
    while not hasattr(app, "routes"):
        app = app._app
    found, waiting = set(), [("", route) for route in app.routes]
    while waiting:
        prefix, route = waiting.pop()
        if router := getattr(route, "original_router", None):
            inner = prefix + route.include_context.prefix
            waiting += [(inner, one) for one in router.routes]
        else:
            found.add(prefix + route.path)
    return found


def test_every_route_is_listed_here(bench):
    assert paths_of(bench.room_app) == set(ROOM)
    assert paths_of(bench.replay_app) == set(REPLAY)


def test_without_a_rule_it_shows(bench):
    bench.rule("")
    showing = {path for path, _, text in bench.answers(staff=False) if MARK in text}
    assert len(showing) > 30, showing


@pytest.mark.parametrize("rule", RULES)
def test_what_is_kept_back_shows_nowhere(bench, rule):
    bench.rule(RULES[rule])
    wrong = [
        (path, status, text[max(text.find(MARK) - 60, 0) :][:160])
        for path, status, text in bench.answers(staff=False)
        if MARK in text or status >= 500
    ]
    assert wrong == []


@pytest.mark.parametrize("rule", ["start", "domain"])
def test_the_staff_see_all_but_what_is_blocked(bench, rule):
    bench.rule(RULES[rule])
    showing = {path for path, _, text in bench.answers(staff=True) if MARK in text}
    assert (len(showing) > 30) is ("blocked" not in RULES[rule]), showing


@pytest.mark.parametrize("rule", RULES)
def test_whoever_asks_for_it_is_told_why(bench, rule):
    bench.rule(RULES[rule])
    expected = 451 if "blocked" in RULES[rule] else 403
    for client, path in (
        (bench.room, f"/articles/{bench.names['id']}"),
        (bench.room, f"/api/v1/articles/{bench.names['id']}"),
        (bench.room, f"/records/{bench.names['record']}"),
        (bench.room, f"/view/{FIRST}/{SECRET}"),
        (bench.replay, f"/web/{FIRST}/{SECRET}"),
        (bench.replay, f"/web/{SECRET}"),
        (bench.replay, f"/records/{bench.names['record']}"),
    ):
        reply = client.get(path)
        assert reply.status_code == expected, path
        if expected == 451:
            assert 'rel="blocked-by"' in reply.headers["Link"], path
        if rule == "domain":
            assert "A court said so." in reply.text, path
