"""The wheel: what is in it, and that it works where no checkout is."""

import os
import re
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from archive.layout import open_archive
from tests.archive.indexer.press import Press, http, story
from tests.environments import environment

ROOT = Path(__file__).parent.parent
EXAMPLES = re.compile(r"```python\n(.*?)```", re.DOTALL)
URL = "https://morning.example/2026/bridge"
EDITED = story("Bridge closed again", *["It opens on Monday, says the council. "] * 9)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built of the checkout by the tools that are installed."""
    target = tmp_path_factory.mktemp("wheel")
    done = run(
        *(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(target)),
        str(ROOT),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("microfiche-*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory) -> Path:
    """The wheel, unpacked."""
    place = tmp_path_factory.mktemp("site")
    with ZipFile(wheel) as packed:
        packed.extractall(place)
    return place


def run(*command: str, cwd: Path | None = None, path: Path | None = None):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        env["PYTHONPATH"] = str(path)
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600
    )


def fill(archive: Path, *pages: bytes) -> None:
    """Add captures of one address to an archive, each in a WARC file of its own."""
    press = Press(open_archive(archive))
    for number, page in enumerate(pages):
        press.write(f"2026/01/{number}.warc.gz", [press.exchange(URL, http(page))])


def test_it_has_the_rooms_their_data_and_the_types_and_no_tests(site):
    top = {path.name for path in site.iterdir() if path.suffix != ".dist-info"}
    assert top == {"archive", "crawler", "extract", "microfiche.py", "microfiche-stubs"}
    stub = site / "microfiche-stubs" / "__init__.pyi"
    assert stub.read_bytes() == (ROOT / "microfiche.py").read_bytes()
    for room in ("archive", "crawler", "extract"):
        assert (site / room / "py.typed").is_file()
        missing = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / room).rglob("*")
            if path.is_file()
            and "__pycache__" not in path.parts
            and not (site / path.relative_to(ROOT)).is_file()
        }
        assert missing == set()


def test_its_commands_work_in_another_directory(site, tmp_path):
    def microfiche(*arguments: str) -> str:
        command = (sys.executable, "-P", "-m", "archive.cli", *arguments)
        done = run(*command, cwd=tmp_path, path=site)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = (sys.executable, "-P", "-c", "import archive; print(archive.__file__)")
    assert Path(run(*where, cwd=tmp_path, path=site).stdout.strip()).is_relative_to(site)
    assert microfiche("--version").strip().endswith(f"version {version('microfiche')}")
    microfiche("init", "press", "--contact", "mailto:desk@example.org")
    fill(tmp_path / "press", story("Bridge closed again"))
    microfiche("-C", "press", "index")
    assert "Bridge closed again" in microfiche("-C", "press", "search", "title:bridge")


@pytest.mark.soak
def test_installed_alone_it_runs_and_types_the_examples_of_its_documentation(wheel, tmp_path):
    wanted = sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()[:12]
    binaries = environment(f"wheel-{wanted}", str(wheel), "mypy")
    # What it depends on is kept between runs; the wheel itself is this one.
    run(str(binaries / "pip"), "install", "--force-reinstall", "--no-deps", str(wheel))
    command = str(binaries / "microfiche")
    run(command, "init", "press", "--contact", "mailto:desk@example.org", cwd=tmp_path)
    fill(tmp_path / "press", story("Bridge closed again"), EDITED)
    done = run(command, "-C", "press", "index", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    blocks = EXAMPLES.findall((ROOT / "docs" / "python.md").read_text("utf-8"))
    (tmp_path / "examples.py").write_text("\n".join(blocks), "utf-8")
    done = run(str(binaries / "python"), "examples.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Bridge closed again" in done.stdout
    assert URL in (tmp_path / "articles.csv").read_text("utf-8")
    typed = run(str(binaries / "mypy"), "--strict", "examples.py", cwd=tmp_path)
    assert typed.stdout == "Success: no issues found in 1 source file\n"
    with (tmp_path / "examples.py").open("a", encoding="utf-8") as file:
        file.write("\narchive.captures(7)\n")
    typed = run(str(binaries / "mypy"), "--strict", "examples.py", cwd=tmp_path)
    assert '"captures" of "Archive" has incompatible type "int"' in typed.stdout
