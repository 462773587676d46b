"""An operator's own rules: what they change in the index, and that a rebuild gives the same."""

import json
import shutil
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from archive.index.writing import write_index
from archive.rules import load_rules
from archive.warc.records import RecordWriter, rules_record
from extract import VERSION
from tests.archive.indexer.press import http, rows_of, story

BOX = "<div class=box>Every Thursday the editor reads your letters aloud, tea is served.</div>"
RULES = """\
hosts = ["paper.test"]

[[rules]]
from = 2026-01-01
drop = ["//div[@class='box']"]
"""


@pytest.fixture
def paper(press):
    """Two sources, two captures of a story each, the second one edited."""

    def write(name: str, edited: str) -> None:
        texts = [f"The {edited} ferry runs again, and the harbour is glad of it.", "It sails."]
        exchanges = []
        for source in ("paper", "other"):
            for slug in ("ferry", "tram"):
                page = story(f"The {slug} of {source}", *texts).replace(
                    b"</article>", f"{BOX}</article>".encode()
                )
                url = f"https://www.{source}.test/{slug}"
                exchanges.append(
                    press.exchange(url, http(page), source=source, after=timedelta(days=1))
                )
        press.write(name, exchanges)

    with press.archive.config_path.open("a", encoding="utf-8") as config:
        config.write("\n[crawl]\nworkers = 1\n")
    write("2026/01/a.warc.gz", "old")
    write("2026/01/b.warc.gz", "new")
    return press


def microfiche(press, *arguments):
    done = CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def set_rules(press, text: str, name: str = "paper.toml") -> None:
    press.archive.rules_dir.mkdir(exist_ok=True)
    (press.archive.rules_dir / name).write_text(text, "utf-8")


def texts(press) -> dict[str, set[bool]]:
    """By source, whether the box stands in the versions' texts."""
    found: dict[str, set[bool]] = {}
    with closing(open_index(press.archive)) as db:
        for source, text in db.execute(
            "SELECT a.source, v.text FROM versions v JOIN articles a ON a.id = v.article"
        ):
            found.setdefault(source, set()).add("tea is served" in text)
    return found


def rows(press):
    with write_index(press.archive) as db:
        return rows_of(db)


def test_only_outlets_whose_rules_changed_are_read_again_and_give_what_a_rebuild_does(paper):
    microfiche(paper, "index")
    assert texts(paper) == {"paper": {True}, "other": {True}}
    set_rules(paper, RULES)
    told = microfiche(paper, "index")
    assert "other rules than before for paper.test; those pages are read again" in told
    assert "Read again by other rules: 4 captures" in told
    assert texts(paper) == {"paper": {False}, "other": {True}}
    read_again = rows(paper)
    microfiche(paper, "index", "--rebuild")
    assert rows(paper) == read_again
    set_rules(paper, f"# A comment changes nothing.\n{RULES}")
    assert "Read again" not in microfiche(paper, "index")
    (paper.archive.rules_dir / "paper.toml").unlink()
    assert "Read again by other rules: 4 captures" in microfiche(paper, "index")
    assert texts(paper) == {"paper": {True}, "other": {True}}
    assert not list(paper.archive.root.glob("index.db.*re*"))


def test_no_edit_is_told_between_texts_read_by_different_rules(paper):
    from_the_second = RULES.replace("2026-01-01", "2026-01-10")
    set_rules(paper, from_the_second)
    microfiche(paper, "index")
    with closing(open_index(paper.archive)) as db:
        readers = {row[0].partition("+")[0] for row in db.execute("SELECT extractor FROM versions")}
        edited = db.execute(
            "SELECT DISTINCT a.source FROM events e JOIN articles a ON a.id = e.article "
            "WHERE e.kind = 'edited'"
        ).fetchall()
    assert readers == {VERSION}
    assert edited == [("other",)]


def test_a_broken_file_is_one_line_and_the_others_work(paper):
    set_rules(paper, RULES)
    set_rules(
        paper, 'hosts = ["other.test"]\n\n[[rules]]\nfrom = 2026-01-01\nbody = "//p["', "o.toml"
    )
    told = microfiche(paper, "index")
    (line,) = [line for line in told.splitlines() if "o.toml" in line]
    assert "o.toml, line 5: body: '//p[' is no XPath" in line
    assert texts(paper) == {"paper": {False}, "other": {True}}
    # What the broken file may have been for is not read without it.
    (paper.archive.rules_dir / "paper.toml").unlink()
    assert "wait until the rule files are right" in microfiche(paper, "index")
    assert texts(paper) == {"paper": {False}, "other": {True}}


def test_a_rebuild_without_the_folder_goes_by_the_newest_rules_recorded(paper):
    set_rules(paper, RULES)
    microfiche(paper, "index")
    read_by_the_folder = rows(paper)
    block = load_rules(paper.archive).block
    assert block is not None
    older = block.replace("div", "nav")
    for day, stated in (("09", older), ("11", block), ("10", older)):
        record = rules_record(
            f"<urn:uuid:{day}>", f"2026-01-{day}T00:00:00Z", "<urn:uuid:1>", stated
        )
        path = paper.archive.warcs_dir / "2026/01" / f"c-202601{day}000000-00001.warc.gz"
        path.write_bytes(RecordWriter().member(record))
    shutil.rmtree(paper.archive.rules_dir)
    microfiche(paper, "index", "--rebuild")
    found = rows(paper)
    names = set(found) - {"warcs"}
    assert {name: found[name] for name in names} == {
        name: read_by_the_folder[name] for name in names
    }


def test_rules_of_ingested_files_are_those_of_others(paper):
    record = rules_record("<urn:uuid:1>", "2026-01-05T00:00:00Z", "<urn:uuid:2>", '{"files": {}}')
    told = record.raw_stream.getvalue()
    assert told == b'{"files": {}}'
    set_rules(paper, RULES)
    block = load_rules(paper.archive).block
    shutil.rmtree(paper.archive.rules_dir)
    path = paper.archive.warcs_dir / "ingested" / "x.warc.gz"
    path.parent.mkdir()
    path.write_bytes(
        RecordWriter().member(
            rules_record("<urn:uuid:1>", "2026-01-05T00:00:00Z", "<urn:uuid:2>", block or "")
        )
    )
    assert load_rules(paper.archive).book.by_host == {}


def test_a_damaged_record_of_rules_is_no_rules(paper):
    record = rules_record("<urn:uuid:1>", "2026-01-05T00:00:00Z", "<urn:uuid:2>", '{"files": 3}')
    path = paper.archive.warcs_dir / "2026/01/c.warc.gz"
    path.write_bytes(RecordWriter().member(record))
    assert load_rules(paper.archive).book.files == {}


def test_what_is_in_force_is_recorded_again_and_an_empty_folder_ends_it(paper):
    assert load_rules(paper.archive).block is None
    set_rules(paper, RULES)
    block = load_rules(paper.archive).block
    shutil.rmtree(paper.archive.rules_dir)
    path = paper.archive.warcs_dir / "2026/01/c.warc.gz"
    record = rules_record("<urn:uuid:1>", "2026-01-05T00:00:00Z", "<urn:uuid:2>", block or "")
    path.write_bytes(RecordWriter().member(record))
    assert load_rules(paper.archive).block == block
    paper.archive.rules_dir.mkdir()
    assert json.loads(load_rules(paper.archive).block or "") == {"files": {}}


def test_pages_that_are_no_articles_are_read_again_once(press):
    broken = http(b"%PDF-1.7\nnothing follows", mime="application/pdf")
    press.write("2026/01/a.warc.gz", [press.exchange("https://paper.test/a.pdf", broken)])
    microfiche(press, "index")
    set_rules(press, RULES)
    assert "Read again by other rules: 1 capture" in microfiche(press, "index")
    assert "Read again" not in microfiche(press, "index")
