"""``microfiche extract`` on files and stdin."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import NotFound

STORY = "".join(
    f"<p>{'The ' + what + ' came in two hours late and nobody was surprised by it. ' * 3}</p>"
    for what in ("ferry", "tram", "night bus")
)
PAGE = (
    f"<h1>Everything is late today</h1><article>{STORY}<p>Leave a comment</p>{STORY[:3]}</article>"
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    return path


def run(*args: str, stdin: str | None = None) -> str:
    result = CliRunner().invoke(cli, ["extract", *args], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_file_is_read(page: Path) -> None:
    text = run(str(page), "--url", "https://paper.test/a")
    assert text.startswith("Everything is late today\n\nThe ferry")
    assert "comment" not in text


def test_stdin_is_read_and_json_is_one_object() -> None:
    row = json.loads(run("-", "--url", "https://paper.test/a", "--json", stdin=PAGE))
    assert (row["url"], row["title"]) == ("https://paper.test/a", "Everything is late today")


def test_explain_names_rules_and_removals(page: Path) -> None:
    text = run(str(page), "--url", "https://paper.test/a", "--explain")
    assert "title              Everything is late today\n                     by h1" in text
    assert "comments words (en)" in text
    assert "      - Leave a comment" in text


def test_scaffold_begins_a_rule_file(page: Path) -> None:
    text = run(str(page), "--url", "https://www.paper.test/a", "--scaffold")
    assert 'hosts = ["paper.test"]' in text
    assert "//article" in text


def test_what_is_neither_file_nor_address_is_said_so() -> None:
    with pytest.raises(NotFound, match="no such file, and no http or https address"):
        run("nowhere.html")
