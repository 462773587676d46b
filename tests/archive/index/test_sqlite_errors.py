"""A damaged index, met while it is read: one line for people, whoever asks."""

import asyncio
import sqlite3
from contextlib import closing

import httpx
import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ArchiveLocked, ArchiveUnwritable, ExitCode, IndexDamaged, MicroficheError
from archive.index.open import open_index
from archive.index.sqlite_errors import explained
from archive.replay.app import create_replay
from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.indexer.press import http, index_here, new_press, story

URL = "https://morning.example/2026/bridge-closed-again"
ORIGINS = Origins.on_loopback(8080, 8081)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive whose index opens, and whose captures and articles are noise."""
    press = new_press(tmp_path_factory.mktemp("damaged"))
    press.write("a.warc.gz", [press.exchange(URL, http(story("Bridge closed again")))])
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (size,) = db.execute("PRAGMA page_size").fetchone()
        names = "'captures', 'articles', 'addresses', 'captures_by_urlkey', 'addresses_by_key'"
        roots = [
            root
            for (root,) in db.execute(f"SELECT rootpage FROM sqlite_master WHERE name IN ({names})")
        ]
    with press.archive.index_path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xa5" * size)
    return press.archive


@pytest.mark.parametrize("command", [["show", URL], ["stats"], ["events"], ["search", "bridge"]])
def test_commands_say_so_in_one_line(archive, command):
    result = CliRunner().invoke(cli, ["-C", str(archive.root), *command])
    assert isinstance(result.exception, MicroficheError)
    assert result.exception.exit_code is ExitCode.DAMAGED
    assert "run `microfiche index`" in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize("path", [f"/captures?url={URL}", f"/api/v1/captures?url={URL}"])
def test_the_reading_room_says_so(archive, path):
    reply = asyncio.run(answer(create_room(archive, ORIGINS), ORIGINS.room + path))
    assert (reply.status_code, "run `microfiche index`" in reply.text) == (500, True)


def test_the_replay_says_so(archive):
    reply = asyncio.run(answer(create_replay(archive, ORIGINS), f"{ORIGINS.replay}/web/2026/{URL}"))
    assert (reply.status_code, "run `microfiche index`" in reply.text) == (500, True)


async def answer(app, url):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        return await client.get(url)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, ArchiveLocked),
        (sqlite3.SQLITE_FULL, ArchiveUnwritable),
        (sqlite3.SQLITE_READONLY_DIRECTORY, ArchiveUnwritable),
        (sqlite3.SQLITE_IOERR_WRITE, ArchiveUnwritable),
        (sqlite3.SQLITE_CORRUPT_VTAB, IndexDamaged),
        (sqlite3.SQLITE_NOTADB, IndexDamaged),
    ],
)
def test_each_code_has_its_next_step(code, kind):
    error = sqlite3.OperationalError("whatever it says")
    error.sqlite_errorcode = code
    assert type(explained(error)) is kind
