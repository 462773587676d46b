"""Notes of the staff on articles: made, searched, taken along, kept through a rebuild, private."""

import json
import subprocess

import lxml.html
import pytest

from archive.backup import back_up
from archive.errors import NotesDamaged
from archive.index.integrity import is_marked
from archive.replay.origins import Origins
from archive.staff.door import Door
from archive.web.app import create_room
from tests.archive.replay.shelf import Shelf
from tests.archive.web.direct import asking
from tests.archive.web.room import MICROFICHE
from tests.archive.web.shelves import PROSE, T1, article

ROOM = "http://127.0.0.1:8080"
OURS = {"Sec-Fetch-Site": "same-origin"}
NOTE = "Wall <b>1962</b> & after"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    made = Shelf(tmp_path_factory.mktemp("notes") / "archive")
    made.put("http://post.test/a.html", article("Quay", *PROSE), at=T1, kind="article")
    made.index()
    made.close()
    return made


def opened(shelf, *, elsewhere):
    door = Door(shelf.archive, room=ROOM, elsewhere=elsewhere)
    return asking(create_room(shelf.archive, Origins.on_loopback(8080, 8081), door=door), ROOM)


@pytest.fixture(scope="module")
def room(shelf):
    return opened(shelf, elsewhere=False)


@pytest.fixture(scope="module")
def page(room):
    hit = room.get("/api/v1/search", params={"q": "harbour"}).json()["hits"][0]
    made = f"/articles/{hit['article_id']}"
    for text, tags in ((NOTE, "Old quay, wall"), ("Another", "")):
        reply = room.post(f"{made}/notes", data={"text": text, "tags": tags}, headers=OURS)
        assert (reply.status_code, reply.headers["location"]) == (303, f"{made}#notes")
    return made


def texts(room, query=""):
    lines = room.get("/notes.jsonl", params={"q": query}).text.splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_notes_are_shown_on_the_article_and_searched(room, page):
    shown = lxml.html.fromstring(room.get(page).text)
    assert "tags of the page itself" in shown.text_content()
    assert NOTE in shown.xpath("string(//section[.//h2[@id='notes']])")
    assert not shown.xpath("//form[@class='note']//b")
    assert texts(room) == ["Another", NOTE]
    for query in ("1962", "WÀLL after", "tag:old-quay", "tag:wall 1962"):
        assert texts(room, query) == [NOTE], query
    assert texts(room, "tag:quay") == []
    assert "Quay" in room.get("/notes", params={"q": "1962"}).text


def test_a_rebuild_leaves_them_and_a_backup_has_them(shelf, room, page, tmp_path):
    command = [*MICROFICHE, "-C", str(shelf.archive.root)]
    subprocess.run([*command, "index", "--rebuild"], check=True, capture_output=True)
    assert NOTE in lxml.html.fromstring(room.get(page).text).text_content()
    back_up(shelf.archive, tmp_path / "copy")
    said = subprocess.run(
        [*MICROFICHE, "-C", str(tmp_path / "copy"), "notes", "tag:wall"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(said.stdout)["tags"] == ["Old quay", "wall"]


def test_readers_see_none_and_make_none(shelf, room, page):
    reader = opened(shelf, elsewhere=True)
    assert "1962" not in reader.get(page).text
    for path in ("/notes", "/notes.jsonl"):
        assert reader.get(path).headers["location"].startswith("/sign-in")
    before = texts(room)
    reply = reader.post(f"{page}/notes", data={"text": "x"}, headers=OURS)
    assert reply.headers["location"].startswith("/sign-in")
    assert texts(room) == before


def test_a_note_is_taken_away(room, page):
    room.post(f"{page}/notes", data={"text": "Short-lived"}, headers=OURS)
    form = lxml.html.fromstring(room.get(page).text).xpath("//form[@class='note']/@action")[0]
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "http://elsewhere.test"}
    assert room.post(form, headers=elsewhere).status_code == 403
    assert room.post(form, headers=OURS).status_code == 303
    assert "Short-lived" not in texts(room)
    assert room.post(form, headers=OURS).status_code == 404
    long = {"text": "x" * 80_000}
    assert room.post(f"{page}/notes", data=long, headers=OURS).status_code == 413


@pytest.mark.parametrize("found", [b"", b"no database at all, " * 300], ids=["empty", "broken"])
def test_a_broken_file_of_notes_is_not_laid_to_the_index(shelf, room, page, found, tmp_path):
    archive = shelf.archive
    kept = archive.notes_path.read_bytes()
    archive.notes_path.write_bytes(found)
    try:
        notes, shown = room.get("/notes"), room.get(page)
        if found:
            posted = room.post(f"{page}/notes", data={"text": "More"}, headers=OURS)
            assert [reply.status_code for reply in (notes, shown, posted)] == [500] * 3
            assert all("notes.db" in reply.text for reply in (notes, shown, posted))
            with pytest.raises(NotesDamaged, match=r"notes\.db"):
                back_up(archive, tmp_path / "copy")
        else:
            assert (notes.status_code, shown.status_code) == (200, 200)
            assert texts(room) == []
    finally:
        archive.notes_path.write_bytes(kept)
    assert not is_marked(archive.index_path)
    assert opened(shelf, elsewhere=True).get("/?q=harbour").status_code == 200
