"""The page that tells publishers how they are treated: from the configuration, as it stands."""

import lxml.html
import pytest

from archive.layout import create_archive
from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.web.direct import asking

ORIGINS = Origins("http://127.0.0.1:8080", "http://replay.localhost:8081")
CONFIG = """
operator = "The Town Library"

[sources.post]
name = "The Post"
url = "http://post.test/"
delay = 7.5
respect = ["noarchive"]

[sources.daily]
name = "<The Daily>"
url = "http://daily.test/"
obey_robots = false

[[rights]]
access = "blocked"
reason = "x"
source = "daily"

[limits]
per_minute = 900
"""


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "a", contact="mailto:rights@library.example")


def page_of(archive):
    reply = asking(create_room(archive, ORIGINS), ORIGINS.room).get("/publishers")
    assert reply.status_code == 200
    return " ".join(lxml.html.fromstring(reply.text).find(".//main").text_content().split())


def test_it_says_what_is_configured(archive):
    with archive.config_path.open("a") as config:
        config.write(CONFIG)
    text = page_of(archive)
    for said in (
        "Kept byThe Town Library",
        "rights@library.example",
        "obeyed, but for <The Daily>",
        "5 seconds or more between two requests",
        "noarchive: honoured for 1 of 2 publications",
        "tdm-reservation: honoured for 0 of 2 publications",
        "No reader gets more than 900 answers a minute, and 60",
        "whoever asks is told why (HTTP 451)1",
    ):
        assert said in text, said


def test_an_archive_of_its_defaults_says_so(archive):
    assert "obeyed everywhere, with its Crawl-delay" in page_of(archive)
