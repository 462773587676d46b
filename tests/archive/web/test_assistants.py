"""`microfiche mcp`, asked by a client of the protocol's own library."""

import asyncio
import re
import sys
from importlib.metadata import version

import pytest
from mcp import Client, StdioServerParameters

from tests.archive.web.shelves import LATER, SENTENCE, URL

ROOM = "https://press.example"


@pytest.fixture(scope="module")
def answers(shelves):
    """What a session says that searches, reads, compares and cites."""
    command = ["-m", "archive.cli", "-C", str(shelves), "mcp", "--room-url", f"{ROOM}/"]

    async def talk():
        server = StdioServerParameters(command=sys.executable, args=command)
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            said = {"tools": tools, "server": client.server_info}
            for key, tool, arguments in (
                ("found", "search", {"query": '"storm over the quay"'}),
                ("read", "article", {"article": URL, "version": "1"}),
                ("versions", "versions", {"article": URL}),
                ("changes", "diff", {"article": URL}),
                ("events", "events", {"kind": "removed"}),
                ("cited", "cite", {"article": URL, "style": "MLA"}),
                ("nothing", "article", {"article": "http://post.test/none"}),
                ("wrong", "search", {"query": "x", "limit": 5000}),
            ):
                said[key] = await client.call_tool(tool, arguments)
            return said

    return asyncio.run(asyncio.wait_for(talk(), 60))


def value(result):
    assert not result.is_error, result.content
    found = result.structured_content
    return found.get("result", found) if set(found) == {"result"} else found


def test_its_tools_only_read(answers):
    assert (answers["server"].name, answers["server"].version) == (
        "microfiche",
        version("microfiche"),
    )
    names = [tool.name for tool in answers["tools"]]
    assert names == ["search", "article", "versions", "diff", "events", "cite"]
    assert all(tool.annotations.read_only_hint for tool in answers["tools"])
    assert all(tool.description for tool in answers["tools"])


def test_what_is_found_is_read_compared_and_cited_by_its_permalink(answers):
    (hit,) = value(answers["found"])["hits"]
    permalink = f"{ROOM}/articles/{hit['article_id']}"
    assert hit["permalink"] == permalink
    read = value(answers["read"])
    assert SENTENCE in read["text"]
    assert LATER not in read["text"]
    assert read["permalink"] == f"{permalink}?version={read['version_id']}"
    first, second = value(answers["versions"])
    assert (first["version_id"], second["permalink"]) == (read["version_id"], permalink)
    changes = value(answers["changes"])
    assert changes["changes"] == [{"part": "text", "kind": "added", "before": "", "after": LATER}]
    assert changes["permalink"].startswith(f"{permalink}/compare?before={read['version_id']}")
    assert permalink in value(answers["cited"])
    assert [event["kind"] for event in value(answers["events"])] in ([], ["removed"])


def test_what_is_not_there_or_wrong_is_said(answers):
    for key, said in (("nothing", "look for it by search"), ("wrong", "50")):
        assert answers[key].is_error
        assert re.search(said, answers[key].content[0].text)
