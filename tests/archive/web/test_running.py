"""A run that is under way, followed by the staff: what is sent when, and that it ends."""

import asyncio
import os

from archive.lock import hold
from archive.replay.origins import Origins
from archive.runs.running import NAME, find_running, write_running
from archive.staff.door import Door
from archive.web.app import create_room
from archive.web.runs import LOOKS, follow_run
from tests.archive.replay.shelf import Shelf
from tests.archive.web.direct import asking

ROOM = "http://127.0.0.1:8080"


def report(urls, *errors):
    counts = {"urls": urls, "articles_new": 1, "body_bytes": 900, "errors": len(errors)}
    troubles = [
        {"url": url, "source": "post", "outcome": "timed_out", "message": "<b>late</b>"}
        for url in errors
    ]
    return {
        "run": "20260301080000",
        "totals": counts,
        "sources": {"post": counts},
        "errors": troubles,
    }


def followed(archive, *steps):
    """The events, with a step of the crawl in each pause; it ends with them."""
    waiting = list(steps)

    async def pause(_seconds):
        if waiting:
            waiting.pop(0)()

    async def all_of_them():
        return [event async for event in follow_run(archive, pause=pause)]

    return asyncio.run(all_of_them())


def test_a_run_is_followed_until_it_ends_and_nothing_is_sent_twice(tmp_path):
    archive = Shelf(tmp_path / "archive").archive
    held = hold(archive.lock_path, purpose="crawl")

    def write(*said):
        return lambda: write_running(archive, report(*said), process=os.getpid())

    with held:
        write(7)()
        url = "http://post.test/a?<i>"
        events = followed(archive, lambda: None, write(4711, url), (archive.runs_dir / NAME).unlink)
        assert [event.event for event in events] == ["run", "run", "end"]
        assert "4,711" in events[1].raw_data
        assert "4,711" not in events[0].raw_data
        assert "&lt;b&gt;late" in events[1].raw_data
        # Somebody who has been signed out does not follow for ever.
        write(8)()
        assert [event.event for event in followed(archive, *[lambda: None] * LOOKS)] == ["run"]


def test_what_a_killed_run_left_is_no_run(tmp_path):
    archive = Shelf(tmp_path / "archive").archive
    write_running(archive, report(7), process=os.getpid())
    assert find_running(archive) is None
    with hold(archive.lock_path, purpose="crawl"):
        assert find_running(archive) is not None
        write_running(archive, report(7), process=os.getpid() + 1)
        assert find_running(archive) is None


def test_the_staff_alone_follow_it(tmp_path):
    archive = Shelf(tmp_path / "archive").archive
    door = Door(archive, room=ROOM, elsewhere=False)
    room = asking(create_room(archive, Origins.on_loopback(8080, 8081), door=door), ROOM)
    assert room.get("/runs/now").headers["location"] == "/runs"
    ended = room.get("/runs/now/events")
    assert ended.headers["content-type"].startswith("text/event-stream")
    assert ended.text.startswith("event: end\ndata: <p")
    with hold(archive.lock_path, purpose="watch"):
        write_running(archive, report(7), process=os.getpid())
        assert 'href="/runs/now"' in room.get("/runs").text
        assert 'data-live="/runs/now/events"' in room.get("/runs/now").text
    door = Door(archive, room=ROOM, elsewhere=True)
    reader = asking(create_room(archive, Origins.on_loopback(8080, 8081), door=door), ROOM)
    assert reader.get("/runs/now/events").headers["location"].startswith("/sign-in")
