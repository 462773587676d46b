"""Our child processes, started where files are named like our packages."""

import subprocess

import pytest

from archive.layout import create_archive
from archive.process import module_command
from crawler.indexing import IndexerChild

MODULES = {
    "archive.indexer": ("no-archive",),
    "archive.indexer.worker": ("0",),
    "archive.replay.reread": (),
}


@pytest.fixture
def shadowed(tmp_path, monkeypatch):
    """A working directory in which every name of ours is another's."""
    place = tmp_path / "cron"
    place.mkdir()
    for name in ("archive", "crawler", "extract", "scrapy", "sqlite_utils"):
        (place / f"{name}.py").write_text("import sys; sys.exit('SHADOWED')")
    monkeypatch.chdir(place)
    return place


@pytest.mark.parametrize("module", MODULES)
def test_a_child_runs_our_module_and_not_what_lies_beside_it(shadowed, module):
    done = subprocess.run(
        module_command(module, *MODULES[module]), input=b"{}\n", capture_output=True, check=False
    )
    assert b"SHADOWED" not in done.stderr
    assert b"No module named" not in done.stderr


def test_the_indexer_of_a_crawl_works_in_such_a_directory(shadowed, tmp_path):
    archive = create_archive(tmp_path / "archive", contact="mailto:desk@example.org")
    child = IndexerChild(archive)
    child.close(timeout_s=60)
    assert child.progress.complete
    assert archive.index_path.exists()
