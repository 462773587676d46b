"""``microfiche check``: what it prints, and the code it ends with."""

import json

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ExitCode
from archive.layout import Archive
from tests.archive.warc.exchanges import sealed


def run(archive: Archive | None, *arguments: str):
    named = ["-C", str(archive.root)] if archive else []
    return CliRunner().invoke(cli, [*named, "check", *arguments])


@pytest.mark.parametrize("workers", ["-3", "many", "257"])
def test_a_number_of_processes_that_cannot_be_is_refused(workers):
    ended = run(None, "--workers", workers)
    assert ended.exit_code == ExitCode.USAGE
    assert f"Invalid value for '--workers': {workers}" in ended.output.replace("'many'", "many")


def test_the_command_tells_faults_and_ends_with_its_code(archive):
    assert run(archive).exit_code == ExitCode.OK
    path = sealed(archive.root)[0]
    path.write_bytes(path.read_bytes()[:-4])
    result = run(archive, "--json", "--workers", "1")
    assert result.exit_code == ExitCode.DAMAGED
    *found, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert {item["kind"] for item in found} >= {"damaged", "manifest"}
    assert last["summary"]["faults"] == len(found)
    text = run(archive, "--workers", "1").stdout
    name = path.relative_to(archive.warcs_dir).as_posix()
    assert any(line.startswith(f"{name}@") for line in text.splitlines())


def test_files_are_checked_without_an_archive(archive):
    paths = [str(path) for path in sealed(archive.root)]
    result = run(None, *paths)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{len(paths)} files" in result.stderr
    assert run(None, "--repair", *paths).exit_code == ExitCode.USAGE
