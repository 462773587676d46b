"""The JSON interface, as programs use it."""

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from archive.web.api import routes
from archive.web.api.examples import ANSWERS
from tests.archive.web.shelves import SEAL_COPIES, SENTENCE, T1, T2, T3, URL


def test_search(room, served):
    found = room.get("/api/v1/search", params={"q": '"harbour wall"', "limit": 1}).json()
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
        found = room.get("/api/v1/search", params={**asked, "after": after}).json()
        seen += [hit["article_id"] for hit in found["hits"]]
        after = found["after"]
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize("after", ["nonsense", "relevance:x:y", "'; --", "newest:1"])
@pytest.mark.parametrize("q", ['"unclosed AND (', "NEAR/", "title:", "*", "\x00", "a" * 1999])
def test_no_query_is_an_error(room, q, after):
    reply = room.get("/api/v1/search", params={"q": q, "after": after})
    assert reply.status_code == 200
    assert isinstance(reply.json()["hits"], list)


def test_copies_are_one_hit_that_names_the_others(room):
    (hit,) = room.get("/api/v1/search", params={"q": "seals"}).json()["hits"]
    assert (hit["story"]["articles"], hit["story"]["sources"]) == (SEAL_COPIES, 1)
    assert {copy["source_name"] for copy in hit["story"]["copies"]} == {"The Post"}
    every = room.get("/api/v1/search", params={"q": "seals", "copies": True}).json()["hits"]
    assert len(every) == SEAL_COPIES


def test_facets(room):
    found = room.get("/api/v1/facets", params={"q": "tide"}).json()
    assert (found["total"], found["exact"], found["unit"]) == (30, True, "day")
    assert found["sources"] == [{"value": "post", "label": "The Post", "count": 30}]
    assert found["histogram"] == [{"on": "2026-01-02", "count": 30}]


def test_similar(room):
    hit = room.get("/api/v1/search", params={"q": "storm quay"}).json()["hits"][0]
    found = room.get(f"/api/v1/similar/{hit['article_id']}", params={"limit": 3}).json()
    assert found["words"]
    assert hit["article_id"] not in [other["article_id"] for other in found["hits"]]
    assert room.get("/api/v1/similar/none").status_code == 404


def test_article(room):
    hit = room.get("/api/v1/search", params={"q": "storm quay"}).json()["hits"][0]
    for name in (hit["article_id"], hit["article_id"][:8], URL):
        article = room.get(f"/api/v1/articles/{name}").json()
        assert article["id"] == hit["article_id"]
    assert SENTENCE in article["versions"][0]["text"]
    assert [c["timestamp"] for c in article["captures"]] == [T1, T2, T3]
    assert len(article["versions"]) == 2


def test_an_article_names_its_story(room):
    hit = room.get("/api/v1/search", params={"q": "seals"}).json()["hits"][0]
    article = room.get(f"/api/v1/articles/{hit['article_id']}").json()
    members = article["story"]["members"]
    assert len(members) == SEAL_COPIES
    assert {member["source_name"] for member in members} == {"The Post"}
    assert [member["taken_from"] for member in members[:2]] == [None, members[0]["article_id"]]
    alone = room.get("/api/v1/search", params={"q": "storm quay"}).json()["hits"][0]
    assert room.get(f"/api/v1/articles/{alone['article_id']}").json()["story"] is None


def test_captures_are_a_cdx(room, served):
    rows = room.get("/api/v1/captures", params={"url": URL}).json()["captures"]
    assert [row["timestamp"] for row in rows] == [T1, T2, T3]
    assert [row["status"] for row in rows] == [200, 200, 410]
    first = rows[0]
    assert first["urlkey"] == "test,post)/news/storm-1.html"
    assert first["digest"].startswith("sha1:")
    assert first["filename"].endswith(".warc.gz")
    assert first["raw"] == f"{served.replay}/web/{T1}id_/{URL}"
    narrowed = room.get(
        "/api/v1/captures", params={"url": URL, "from": "202602", "limit": 1}
    ).json()
    assert [row["timestamp"] for row in narrowed["captures"]] == [T2]
    assert narrowed["after"] == rows[1]["record_id"]


@pytest.mark.parametrize("limit", [1, 2, 4, 7])
@pytest.mark.parametrize("url", ["post.test/twice.css", "post.test/t*"])
def test_captures_go_on_where_they_stopped(room, url, limit):
    # http and https are one address, and answer within the same second.
    asked = {"url": url, "limit": limit}
    whole = room.get("/api/v1/captures", params={"url": url}).json()["captures"]
    assert len(whole) in (5, 35)
    seen, following = [], ""
    while following is not None:
        found = room.get("/api/v1/captures", params={**asked, "after": following}).json()
        seen += [row["record_id"] for row in found["captures"]]
        following = found["after"]
    assert seen == [row["record_id"] for row in whole]


def test_sources(room):
    found = room.get("/api/v1/sources").json()
    (source,) = found["sources"]
    assert found["after"] is None
    assert (source["id"], source["name"], source["configured"]) == ("post", "The Post", True)
    assert source["articles"] >= 32
    assert source["removed"] in (0, 1)
    assert room.get("/api/v1/sources", params={"after": "post"}).json()["sources"] == []
    assert room.get("/api/v1/sources", params={"after": "none"}).status_code == 404
    one = room.get("/api/v1/sources/post").json()
    assert (one["source"], one["state"]) == (source, None)
    assert sum(month["articles"] for month in one["months"]) == source["articles"]
    assert room.get("/api/v1/archive").json()["articles"] == source["articles"]


def test_an_article_is_compared_proved_and_cited(room, served):
    changes = room.get(f"/api/v1/articles/{URL}/diff").json()
    kinds = [paragraph["kind"] for paragraph in changes["paragraphs"]]
    assert (kinds.count("added"), kinds.count("same")) == (1, 4)
    assert room.get(changes["page"]).status_code == 200
    same = {"before": changes["before"], "after": changes["after"]}
    assert room.get(f"/api/v1/articles/{URL}/diff", params=same).json() == changes
    proof = room.get(f"/api/v1/articles/{URL}/evidence", params={"version": same["before"]}).json()
    assert "Storm over the quay" in [found["value"] for found in proof["evidence"]]
    cited = room.get(f"/api/v1/articles/{URL}/citations").json()
    assert cited["permalink"] == f"{served.room}/articles/{changes['article_id']}"
    assert all(cited["permalink"] in text for text in cited["formats"].values())


def test_a_record(room):
    capture = room.get("/api/v1/captures", params={"url": URL}).json()["captures"][0]
    record = room.get(f"/api/v1/records/{capture['record_id']}").json()
    assert record["capture"]["record_id"] == capture["record_id"]
    assert ["WARC-Type", "response"] in record["fields"]
    assert room.get("/api/v1/records/urn:uuid:none").status_code == 404


def test_addresses_without_a_version_lead_on(room):
    reply = room.get("/api/search?q=tide&limit=1")
    assert (reply.status_code, reply.headers["location"]) == (308, "/api/v1/search?q=tide&limit=1")
    assert room.get("/api/v1/nothing").status_code == 404


def test_what_a_client_has_is_not_sent_again(room):
    first = room.get("/api/v1/search", params={"q": "tide"})
    tag = first.headers["etag"]
    for asked in (tag, f'"other", W/{tag}'):
        again = room.get("/api/v1/search", params={"q": "tide"}, headers={"If-None-Match": asked})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = room.get("/api/v1/search", params={"q": "seals"}, headers={"If-None-Match": tag})
    assert (other.status_code, len(other.json()["hits"])) == (200, 1)
    assert "etag" not in room.get("/api/v1/articles/none").headers


def test_the_document_describes_every_operation_with_an_example(room):
    document = room.get("/api/v1/openapi.json").json()
    types = {
        f"{routes.PREFIX}{route.path}": TypeAdapter(route.response_model)
        for part in routes.PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
    }
    assert len(document["paths"]) == len(types) == len(ANSWERS)
    for path, read in types.items():
        said = document["paths"][path.replace(":path", "")]["get"]
        example = said["responses"]["200"]["content"]["application/json"]["example"]
        assert read.dump_python(read.validate_python(example), mode="json") == example
        problems = {code for code in said["responses"] if code != "200"}
        assert {"404", "422"} <= problems
        for code in problems:
            assert list(said["responses"][code]["content"]) == ["application/problem+json"]
        assert all(p.get("description") for p in said.get("parameters", []))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/none", 404),
        ("/api/v1/articles/none", 404),
        ("/api/v1/captures?url=no%20address", 404),
        ("/api/v1/captures", 422),
        ("/api/v1/captures?url=http://a.test/&from=June", 422),
        ("/api/v1/search?limit=0", 422),
        ("/api/v1/search?order=sideways", 422),
        (f"/api/v1/search?q={'x' * 2001}", 422),
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
        ours = {"Sec-Fetch-Site": "same-origin"}
        assert room.request(method, "/api/v1/search", headers=ours).status_code == 405
