"""The JSON interface, as programs use it."""

import pytest

from tests.archive.web.shelves import SEAL_COPIES, SENTENCE, T1, T2, T3, URL


def test_search(room, served):
    found = room.get("/api/search", params={"q": '"harbour wall"', "limit": 1}).json()
    assert found["total"] >= 31
    (hit,) = found["hits"]
    for start, end in hit["snippet_marks"]:
        assert hit["snippet"][start:end].lower() in ("harbour", "wall", "harbour wall")
    assert hit["snippet_marks"]
    assert hit["page"] == f"{served.room}/articles/{hit['article_id']}"
    assert hit["replay"].startswith(f"{served.replay}/web/{hit['timestamp']}/http://post.test/")


def test_search_goes_on_where_it_stopped(room):
    seen, after, asked = [], "", {"q": "tide", "limit": 7, "copies": True}
    while after is not None:
        found = room.get("/api/search", params={**asked, "after": after}).json()
        seen += [hit["article_id"] for hit in found["hits"]]
        after = found["after"]
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize("after", ["nonsense", "relevance:x:y", "'; --", "newest:1"])
@pytest.mark.parametrize("q", ['"unclosed AND (', "NEAR/", "title:", "*", "\x00", "a" * 1999])
def test_no_query_is_an_error(room, q, after):
    reply = room.get("/api/search", params={"q": q, "after": after})
    assert reply.status_code == 200
    assert isinstance(reply.json()["hits"], list)


def test_copies_are_one_hit_that_names_the_others(room):
    (hit,) = room.get("/api/search", params={"q": "seals"}).json()["hits"]
    assert (hit["story"]["articles"], hit["story"]["sources"]) == (SEAL_COPIES, 1)
    assert {copy["source_name"] for copy in hit["story"]["copies"]} == {"The Post"}
    every = room.get("/api/search", params={"q": "seals", "copies": True}).json()["hits"]
    assert len(every) == SEAL_COPIES


def test_facets(room):
    found = room.get("/api/facets", params={"q": "tide"}).json()
    assert (found["total"], found["exact"], found["unit"]) == (30, True, "day")
    assert found["sources"] == [{"value": "post", "label": "The Post", "count": 30}]
    assert found["histogram"] == [{"on": "2026-01-02", "count": 30}]


def test_similar(room):
    hit = room.get("/api/search", params={"q": "storm quay"}).json()["hits"][0]
    found = room.get(f"/api/similar/{hit['article_id']}", params={"limit": 3}).json()
    assert found["words"]
    assert hit["article_id"] not in [other["article_id"] for other in found["hits"]]
    assert room.get("/api/similar/none").status_code == 404


def test_article(room):
    hit = room.get("/api/search", params={"q": "storm quay"}).json()["hits"][0]
    for name in (hit["article_id"], hit["article_id"][:8], URL):
        article = room.get(f"/api/articles/{name}").json()
        assert article["id"] == hit["article_id"]
    assert SENTENCE in article["versions"][0]["text"]
    assert [c["timestamp"] for c in article["captures"]] == [T1, T2, T3]
    assert len(article["versions"]) == 2


def test_an_article_names_its_story(room):
    hit = room.get("/api/search", params={"q": "seals"}).json()["hits"][0]
    article = room.get(f"/api/articles/{hit['article_id']}").json()
    members = article["story"]["members"]
    assert len(members) == SEAL_COPIES
    assert {member["source_name"] for member in members} == {"The Post"}
    assert [member["taken_from"] for member in members[:2]] == [None, members[0]["article_id"]]
    alone = room.get("/api/search", params={"q": "storm quay"}).json()["hits"][0]
    assert room.get(f"/api/articles/{alone['article_id']}").json()["story"] is None


def test_captures_are_a_cdx(room, served):
    rows = room.get("/api/captures", params={"url": URL}).json()["captures"]
    assert [row["timestamp"] for row in rows] == [T1, T2, T3]
    assert [row["status"] for row in rows] == [200, 200, 410]
    first = rows[0]
    assert first["urlkey"] == "test,post)/news/storm-1.html"
    assert first["digest"].startswith("sha1:")
    assert first["filename"].endswith(".warc.gz")
    assert first["raw"] == f"{served.replay}/web/{T1}id_/{URL}"
    narrowed = room.get("/api/captures", params={"url": URL, "from": "202602", "limit": 1}).json()
    assert [row["timestamp"] for row in narrowed["captures"]] == [T2]
    assert narrowed["next"] == T3
    many = room.get("/api/captures", params={"url": "post.test/tide/*"}).json()
    assert (len(many["captures"]), many["next"], many["complete"]) == (30, None, True)
    some = room.get("/api/captures", params={"url": "post.test/tide/*", "limit": 29}).json()
    assert (len(some["captures"]), some["next"], some["complete"]) == (29, None, False)


@pytest.mark.parametrize("limit", range(1, 6))
def test_captures_go_on_where_they_stopped(room, limit):
    # http and https are one address, and answer within the same second.
    asked = {"url": "post.test/twice.css", "limit": limit}
    seen, following = [], ""
    while following is not None:
        found = room.get("/api/captures", params={**asked, "from": following}).json()
        seen += [row["record_id"] for row in found["captures"]]
        following = found["next"]
        assert found["complete"] == (following is None)
        assert len(seen) <= 5
    assert len(seen) == len(set(seen)) == 5


def test_sources(room):
    (source,) = room.get("/api/sources").json()
    assert (source["id"], source["name"], source["configured"]) == ("post", "The Post", True)
    assert source["articles"] >= 32
    assert source["removed"] in (0, 1)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/none", 404),
        ("/api/articles/none", 404),
        ("/api/captures?url=no%20address", 404),
        ("/api/captures", 422),
        ("/api/captures?url=http://a.test/&from=June", 422),
        ("/api/search?limit=0", 422),
        ("/api/search?order=sideways", 422),
        (f"/api/search?q={'x' * 2001}", 422),
    ],
)
def test_errors_are_problem_objects(room, path, status):
    reply = room.get(path)
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    found = reply.json()
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    assert found["instance"] == path.partition("?")[0]


def test_other_methods_are_refused(room):
    for method in ("POST", "PUT", "DELETE"):
        assert room.request(method, "/api/search").status_code == 405


def test_openapi_describes_every_address(room):
    document = room.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/search",
        "/api/events",
        "/api/trend",
        "/api/articles/{article_id}",
        "/api/captures",
        "/api/facets",
        "/api/similar/{article_id}",
        "/api/sources",
    }
    for path, methods in document["paths"].items():
        get = methods["get"]
        assert get["summary"], path
        assert get["description"], path
        assert all(p["description"] for p in get.get("parameters", ())), path
        assert get["responses"]["200"]["content"]["application/json"]["schema"], path
