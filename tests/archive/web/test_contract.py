"""The OpenAPI document held against the running interface by schemathesis."""

import shutil
import subprocess
import sys

import pytest

# Built in an environment of its own: its many dependencies are none of ours.
PACKAGE = "schemathesis>=4,<5"


@pytest.mark.soak
def test_no_request_is_a_server_error(served, tmp_path):
    tool = shutil.which("schemathesis")
    if tool is None:
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
        pip = [tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", PACKAGE]
        if subprocess.run(pip, check=False).returncode:
            pytest.skip(f"{PACKAGE} cannot be installed here")
        tool = str(tmp_path / "venv/bin/schemathesis")
    done = subprocess.run(
        [
            *(tool, "run", f"{served.room}/api/v1/openapi.json"),
            *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
            *("--max-examples", "25", "--generation-deterministic"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
