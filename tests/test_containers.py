"""The container, the compose file and the workflow are what their formats allow; nothing is run."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environments import cache_dir, environment

ROOT = Path(__file__).parent.parent
FILES = {
    "compose.yaml": "vendor.compose-spec",
    ".github/workflows/ci.yml": "vendor.github-workflows",
}


@pytest.mark.soak
@pytest.mark.parametrize(("name", "schema"), FILES.items())
def test_yaml_files_follow_their_schema(name, schema):
    check = environment("check-jsonschema-0.39", "check-jsonschema==0.39.*") / "check-jsonschema"
    done = subprocess.run(
        [check, "--builtin-schema", schema, ROOT / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.soak
def test_the_containerfile_has_nothing_that_a_linter_minds(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here: the linter of container files comes from its registry")
    place = cache_dir() / "dockerfilelint-1.8"
    install = [npm, "install", "--silent", "--prefix", place, "dockerfilelint@1.8"]
    subprocess.run(install, check=True, capture_output=True, timeout=240)
    # The linter goes by the name.
    copied = shutil.copy(ROOT / "Containerfile", tmp_path / "Dockerfile")
    linter = place / "node_modules" / ".bin" / "dockerfilelint"
    done = subprocess.run([linter, copied], capture_output=True, text=True, check=False)
    assert (done.returncode, "Issues: None found" in done.stdout) == (0, True), done.stdout


def test_the_container_serves_as_nobody_in_particular():
    lines = (ROOT / "Containerfile").read_text("utf-8").splitlines()
    last = [line for line in lines if line.startswith(("USER", "FROM", "ENTRYPOINT"))]
    assert last[-2:] == ["USER microfiche", 'ENTRYPOINT ["microfiche"]']
    assert "VOLUME /archive" in lines
