"""Articles on their way out, in each form, read back as others would."""

import csv
import io
import json
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from tests.archive.indexer.press import http, index_here, new_press, story

HEAD = '<meta name="author" content="Ann Lee">'


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("export"))
    pages = [
        ("bridge-closed-again", story("Bridge *closed*, “again”", head=HEAD)),
        ("tokyo-kowan-keikaku", story("港湾計画で説明会", lang="ja")),
        ("harbour-vote-tonight", story("Harbour vote tonight")),
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
    assert rows == expected


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
    assert result.exit_code == 2
    assert "--to" in result.output


def test_a_target_that_cannot_be_written(press, tmp_path):
    target = str(tmp_path / "no" / "such" / "file")
    result = CliRunner().invoke(cli, ["-C", str(press.archive.root), "export", "--to", target])
    assert "cannot be written" in str(result.exception)
