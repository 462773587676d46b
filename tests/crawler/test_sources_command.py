"""Sources by the list, and taken in and out of microfiche.toml."""

import tomllib

import pytest

from archive.config import load_config
from archive.layout import create_archive
from tests.crawler.conftest import Bench

OPML = """<?xml version="1.0"?>
<opml version="2.0"><body><outline text="Towns">
<outline type="rss" text="The Gazette" xmlUrl="http://gazette.test/rss" htmlUrl="http://gazette.test/"/>
<outline type="rss" title="Herald" xmlUrl="http://herald.test/feed.xml"/>
</outline></body></opml>
"""


@pytest.fixture
def bench(tmp_path):
    archive = create_archive(tmp_path / "press", contact="mailto:desk@example.org")
    with archive.config_path.open("a", encoding="utf-8") as config:
        config.write(
            '\n# The evening paper.\n[sources.post]\nname = "Post"\nurl = "http://post.test/"\n'
        )
    return Bench(archive)


def sources(bench):
    return tomllib.loads(bench.archive.config_path.read_text("utf-8"))["sources"]


def test_sites_of_an_opml_file_are_added_with_names_and_feeds(bench, tmp_path):
    (tmp_path / "towns.opml").write_text(OPML)
    ended = bench.run("add", "--no-probe", "--from", str(tmp_path / "towns.opml"))
    assert ended.status == 0, ended.err
    found = sources(bench)
    assert found["gazette.test"] == {
        "name": "The Gazette",
        "url": "http://gazette.test/",
        "feeds": ["http://gazette.test/rss"],
    }
    assert found["herald.test"]["name"] == "Herald"
    again = bench.run("add", "--no-probe", "--from", str(tmp_path / "towns.opml"))
    assert (again.status, again.err.count("there already: ")) == (0, 2)


def test_addresses_a_line_are_added_and_wrong_ones_named(bench, tmp_path):
    listed = tmp_path / "sites.txt"
    listed.write_text("# Papers\nhttp://one.test/\n\nno address\nhttp://two.test/ # the other\n")
    ended = bench.run("add", "--no-probe", "--from", str(listed))
    assert ended.status == 1
    assert "no address: 'no address' is no address of a site" in ended.err
    assert {"one.test", "two.test"} < set(sources(bench))


@pytest.mark.parametrize(
    ("text", "told"), [("", "names no site"), ("<opml", "no OPML"), (None, "cannot be read")]
)
def test_a_list_that_is_none_is_refused(bench, tmp_path, text, told):
    listed = tmp_path / "sites.txt"
    if text is not None:
        listed.write_text(text)
    ended = bench.run("add", "--from", str(listed))
    assert ended.status == 1
    assert told in ended.err
    assert bench.run("add").status == 2


def test_a_source_is_disabled_enabled_and_removed(bench):
    before = bench.archive.config_path.read_text("utf-8")
    assert bench.run("sources", "disable", "post").status == 0
    assert load_config(bench.archive).sources["post"].enabled is False
    assert bench.run("sources", "enable", "post").status == 0
    assert load_config(bench.archive).sources["post"].enabled is True
    assert before.strip() in bench.archive.config_path.read_text("utf-8")
    wrong = bench.run("sources", "remove", "pots")
    assert wrong.status == 3
    assert "did you mean 'post'" in wrong.err
    assert bench.run("sources", "remove", "post").status == 0
    assert load_config(bench.archive).sources == {}
