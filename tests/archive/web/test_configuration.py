"""The room while its owner edits ``microfiche.toml``."""

from archive.layout import Archive
from tests.archive.web.room import serve
from tests.archive.web.shelves import fill


def test_a_typo_takes_nothing_down_and_is_told_its_owner(tmp_path):
    root = tmp_path / "archive"
    fill(root)
    config = Archive(root).config_path
    right = config.read_text()
    with serve(root) as running, running.ask_room() as room:
        before = room.get("/sources").text
        config.write_text(right + "\n[crawl.typo]\n")
        pages = [room.get(path) for path in ("/", "/?q=harbour", "/sources", "/api/v1/sources")]
        assert [page.status_code for page in pages] == [200] * 4
        assert pages[2].text == before
        config.write_text(right.replace("The test archive", "Annals of the quay"))
        assert "Annals of the quay" in room.get("/").text
        told = next(line for line in running.process.stderr if "served as it was" in line)
        assert "crawl.typo: unknown key" in told
        assert told.endswith("; served as it was before\n")
