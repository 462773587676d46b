"""A search that would take too long is stopped, and says so."""

import sqlite3

import pytest
from sqlite_utils import Database

from archive.errors import IndexDamaged, TookTooLong
from archive.index.deadline import set_limit
from archive.index.sqlite_errors import explained
from archive.layout import create_archive
from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.search.shelf import Told, new_shelf
from tests.archive.web.direct import asking

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_connection_stops_at_its_limit():
    times = iter(range(100))
    db = Database(memory=True)
    set_limit(db, 5, clock=lambda: next(times))
    assert db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.OperationalError) as stopped:
        db.execute(ENDLESS).fetchone()
    assert isinstance(explained(stopped.value), TookTooLong)
    assert isinstance(explained(sqlite3.OperationalError("no such table")), IndexDamaged)


def test_a_search_that_takes_too_long_says_so(tmp_path):
    archive = create_archive(tmp_path / "archive", contact="mailto:a@b.example")
    new_shelf((Told(f"{n}", text="quay") for n in range(700)), archive.index_path)
    for limit, status in ((60, 200), (-1, 503)):
        room = asking(
            create_room(archive, Origins.on_loopback(80, 81), answer_within_s=limit),
            "http://127.0.0.1",
        )
        reply, page = (room.get(path, params={"q": "quay"}) for path in ("/api/v1/facets", "/"))
        assert (reply.status_code, page.status_code) == (status, status)
    assert "was stopped: ask for less" in reply.json()["detail"]
    assert "was stopped: ask for less" in page.text
    assert page.headers["Retry-After"] == "60"
    assert not list(archive.root.glob("*.damaged*"))
