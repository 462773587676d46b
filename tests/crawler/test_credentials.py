"""Logins, cookies, proxies and times of single sources: where they stand, and who is shown them."""

import gzip
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from archive.config import Source
from archive.errors import ConfigError
from crawler.credentials import Credentials, read_credentials
from crawler.frontier import KnownUrl
from crawler.outcomes import Kind, Why
from crawler.schedule import due_after_success
from tests.crawler.oddsite import Asked, OddSite, Reply, odd_site

BASIC = "Basic ZGVzazpvcGVuIHNlc2FtZQ=="


def source(**values) -> Source:
    return Source(**({"name": "News", "url": "https://news.example/"} | values))


def test_a_login_is_read_from_the_environment_or_from_a_file_of_ones_own(bench):
    named = source(login="env:DESK", cookies="file:secret/cookies")
    place = bench.archive.root / "secret"
    place.mkdir()
    (place / "cookies").write_text("id=1; b=2\n")
    (place / "cookies").chmod(0o600)
    shown = read_credentials(bench.archive, "news", named, {"DESK": "desk:open sesame"})
    assert shown == Credentials(BASIC, "id=1; b=2")
    (place / "cookies").chmod(0o640)
    with pytest.raises(ConfigError, match=r"others may read .* run `chmod 600"):
        read_credentials(bench.archive, "news", named, {"DESK": "desk:open sesame"})


@pytest.mark.parametrize(
    ("values", "environment", "says"),
    [
        ({"login": "env:DESK"}, {}, "the variable DESK is not set"),
        ({"login": "env:DESK"}, {"DESK": "no-colon"}, "found no colon"),
        ({"login": "env:DESK"}, {"DESK": "a:b\r\nX: y"}, "one line of printable text"),
        ({"cookies": "file:nowhere"}, {}, "nowhere"),
    ],
)
def test_what_cannot_be_read_is_said_without_the_secret(bench, values, environment, says):
    with pytest.raises(ConfigError, match=says) as raised:
        read_credentials(bench.archive, "news", source(**values), environment)
    assert "sources.news" in str(raised.value)
    assert "a:b" not in str(raised.value)


@pytest.mark.parametrize(
    "values",
    [
        {"login": "desk:secret"},
        {"cookies": "id=1"},
        {"feeds": ["https://desk:secret@news.example/feed"]},
        {"cron": "every now and then"},
    ],
)
def test_a_secret_itself_is_refused_and_so_is_what_is_no_cron_expression(values):
    with pytest.raises(ValidationError):
        source(**values)


def test_listings_of_a_source_with_a_cron_expression_come_at_its_times():
    timed = source(cron="0 7,19 * * *")
    feed = KnownUrl(*"us", Kind.FEED, True, Why.CONFIGURED, "", "", 0, 0, 0, 0, 0, "", "", None)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    assert due_after_success(timed, feed, now=noon) == noon + 7 * 3600.0


def test_only_the_hosts_of_a_source_are_shown_its_login_and_records_hide_it(bench, monkeypatch):
    def closed(site: OddSite, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != BASIC:
            return Reply(401)
        return site.feed("/a") if asked.path == "/feed" else Reply(body=page)

    monkeypatch.setenv("DESK", "desk:open sesame")
    with odd_site() as site, odd_site() as pictures:
        page = f"<html><img src={pictures.base}/p.png><p>x".encode()
        site.answers |= {"/feed": closed, "/a": closed}
        pictures.answers["/p.png"] = Reply(body=b"png", content_type="image/png")
        # Both are at one address here: the port tells them apart.
        host = site.base.partition("//")[2]
        values = {"feeds": [f"{site.base}/feed"], "hosts": [host], "login": "env:DESK"}
        bench.source("press", f"{site.base}/", delay=0.0, **values)
        assert bench.run("crawl", "--no-index").status == 0
    assert site.times("/a") == 1
    assert [asked.headers.get("Authorization") for asked in pictures.asked] == [None] * len(
        pictures.asked
    )
    assert pictures.times("/p.png") == 1
    kept = b"".join(path.read_bytes() for path in bench.archive.warcs_dir.rglob("*.gz"))
    assert kept
    assert b"ZGVzazpvcGVu" not in gzip.decompress(kept)
    assert b"Authorization: [masked]" in gzip.decompress(kept)
