"""Articles on their way out, in each form, read back as others would."""

import csv
import dataclasses
import io
import json
import os
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ArchiveUnwritable
from archive.exporters import Csv
from archive.index.open import open_index
from tests.archive.indexer.press import SENTENCES, http, index_here, new_press, story

VOTE = (
    f'{SENTENCES[0]} It has read <a href="https://evening.example/the-plan">the plan</a> twice.',
    " ".join(SENTENCES[1:5]),
    " ".join(SENTENCES[4:]),
)
HEAD = '<meta name="author" content="Ann Lee">'


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("export"))
    pages = [
        ("bridge-closed-again", story("Bridge *closed*, “again”", head=HEAD)),
        ("tokyo-kowan-keikaku", story("港湾計画で説明会", lang="ja")),
        ("harbour-vote-tonight", story("Harbour vote tonight", *VOTE)),
    ]
    press.write(
        "a.warc.gz",
        [press.exchange(f"https://morning.example/2026/{n}", http(page)) for n, page in pages],
    )
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    return press


def export(press, *arguments):
    result = CliRunner().invoke(cli, ["-C", str(press.archive.root), "export", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_lines_to_stdout(press):
    rows = [json.loads(line) for line in export(press).splitlines()]
    assert len(rows) == 3
    assert {row["title"] for row in rows} >= {"Harbour vote tonight", "港湾計画で説明会"}
    assert [json.loads(line)["url"] for line in export(press, "title:harbour").splitlines()] == [
        "https://morning.example/2026/harbour-vote-tonight"
    ]


def test_csv_reads_back(press, tmp_path):
    assert "Exported 3 articles" in export(
        press, "--format", "csv", "--to", str(tmp_path / "a.csv")
    )
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    bridge = next(row for row in rows if row["title"].startswith("Bridge"))
    assert bridge["authors"] == "Ann Lee"
    assert "\n" in bridge["text"]
    empty = export(press, "title:nothing", "--format", "csv")
    assert empty.startswith("id,url,source")


def test_parquet_reads_back(press, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    export(press, "--format", "parquet", "--to", str(tmp_path / "a.parquet"))
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    expected = [json.loads(line) for line in export(press).splitlines()]
    moments = {
        "published", "modified", "first_captured", "last_captured", "edited", "removed",
        "published_printed", "modified_printed",
    }  # fmt: skip
    assert [{k: v for k, v in row.items() if k not in moments} for row in rows] == [
        {k: v for k, v in row.items() if k not in moments} for row in expected
    ]
    for row, said in zip(rows, expected, strict=True):
        assert f"{row['first_captured']:%Y%m%d%H%M%S}" == said["first_captured"]
        assert row["published_printed"] == said["published"]
        assert row["edited"] is None


def test_duckdb_opens_parquet(press, tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    export(press, "--format", "parquet", "--to", str(tmp_path / "a.parquet"))
    expected = [json.loads(line) for line in export(press).splitlines()]
    asked = "SELECT title, words, len(authors), year(first_captured) FROM read_parquet(?)"
    rows = duckdb.execute(asked, [str(tmp_path / "a.parquet")]).fetchall()
    assert rows == [
        (row["title"], row["words"], len(row["authors"]), int(row["first_captured"][:4]))
        for row in expected
    ]


def test_csv_has_no_cell_that_a_spreadsheet_would_run_and_a_mark_on_request(press):
    assert to_csv_of("=HYPERLINK(1)", "+1", "@SUM", "-2", "plain 1-2")[1:] == [
        "'=HYPERLINK(1),'+1,'@SUM,'-2,plain 1-2"
    ]
    assert not export(press, "--format", "csv").startswith("\ufeff")
    assert export(press, "--format", "csv-bom").startswith("\ufeffid,url,source")


def to_csv_of(*cells):
    made = dataclasses.make_dataclass("Cells", [f"c{n}" for n in range(len(cells))])
    stream = io.StringIO(newline="")
    assert Csv().write([made(*cells)], made, stream) == 1
    return stream.getvalue().splitlines()


def test_versions_events_stories_and_links_are_exported_too(press):
    def rows(*arguments):
        return [json.loads(line) for line in export(press, *arguments).splitlines()]

    versions = rows("--what", "versions", "title:harbour")
    assert [(row["title"], row["captures"], row["is_cut"]) for row in versions] == [
        ("Harbour vote tonight", 1, False)
    ]
    events = rows("--what", "events")
    assert {(row["kind"], row["silent"]) for row in events} == {("published", False)}
    assert len(events) == 3
    assert rows("--what", "links") == [
        {
            "article_id": events[-1]["article_id"],
            "url": "https://morning.example/2026/harbour-vote-tonight",
            "title": "Harbour vote tonight",
            "source": "morning",
            "target": "https://evening.example/the-plan",
            "words": "the plan",
        }
    ]
    assert len({row["story"] for row in rows("--what", "stories")}) <= 1


def test_markdown_files_show_text_as_it_is(press, tmp_path):
    export(press, "bridge title:closed", "--format", "markdown", "--to", str(tmp_path / "md"))
    (path,) = (tmp_path / "md").iterdir()
    text = path.read_text("utf-8")
    assert "# Bridge \\*closed\\*, “again”" in text
    assert 'authors: ["Ann Lee"]' in text
    assert path.name.endswith(".md")


def test_text_to_stdout_and_files(press, tmp_path):
    assert export(press, "title:harbour", "--format", "text").startswith("Harbour vote tonight\n\n")
    export(press, "--format", "text", "--to", str(tmp_path / "txt"))
    assert len(list((tmp_path / "txt").glob("*.txt"))) == 3


def test_parquet_needs_a_file(press):
    result = CliRunner().invoke(
        cli, ["-C", str(press.archive.root), "export", "--format", "parquet"]
    )
    assert result.exit_code == 1
    assert "--to" in str(result.exception)


def test_a_target_that_cannot_be_written(press, tmp_path):
    target = str(tmp_path / "no" / "such" / "file")
    result = CliRunner().invoke(cli, ["-C", str(press.archive.root), "export", "--to", target])
    assert "cannot be written" in str(result.exception)


EXPORTER = """
from html import escape
from pathlib import Path

from microfiche import Exported


class Links:
    def write(self, rows, row_type, target):
        if row_type is not Exported:
            raise ValueError("only articles")
        if isinstance(target, Path):
            with target.open("w", encoding="utf-8") as file:
                return self.write(rows, row_type, file)
        count = 0
        for count, row in enumerate(rows, 1):
            target.write(f'<li><a href="{escape(row.url)}">{escape(row.title)}</a></li>')
        return count
"""


def test_a_package_of_ones_own_adds_a_form(press, tmp_path):
    (tmp_path / "linklist.py").write_text(EXPORTER, "utf-8")
    metadata = tmp_path / "linklist-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: linklist\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[microfiche.exporters]\nlinks = linklist:Links\n")
    target = tmp_path / "links.html"
    command = ["-C", str(press.archive.root), "export", "--format", "links", "--to", str(target)]
    done = subprocess.run(
        [sys.executable, "-m", "archive.cli", *command],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"Exported 3 articles to {target}\n"), done.stderr
    assert '/harbour-vote-tonight">Harbour vote tonight</a></li>' in target.read_text("utf-8")


@pytest.mark.parametrize("form", ["jsonl", "markdown", "warc", "wacz", "sqlite"])
@pytest.mark.parametrize("name", ["index.db", "warcs/new.gz", "notes.db-wal"])
def test_nothing_is_written_over_the_archive_itself(press, tmp_path, form, name):
    root = press.archive.root
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    (tmp_path / "beside").symlink_to(root)
    for target in (root / name, tmp_path / "beside" / name):
        command = ["-C", str(root), "export", "--format", form, "--to", str(target)]
        refused = CliRunner().invoke(cli, command)
        assert isinstance(refused.exception, ArchiveUnwritable), (target, refused.output)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
