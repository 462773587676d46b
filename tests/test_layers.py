"""The arrows between the rooms: extract <- archive <- crawler; nobody imports the crawler."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "extract": {"archive", "crawler", "tests"},
    "archive": {"crawler", "tests"},
    "crawler": {"tests"},
}
# What would let the pure room reach a file, a socket or a clock.
IMPURE = {
    "socket",
    "ssl",
    "http",
    "urllib.request",
    "subprocess",
    "sqlite3",
    "time",
    "requests",
    "httpx",
}


def imported_by(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import hides its layer"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room_imports_nothing_above_it(room):
    found = modules(room)
    assert found
    wrong = {
        str(path.relative_to(ROOT)): sorted(bad)
        for path in found
        if (bad := {name for name in imported_by(path) if name.split(".")[0] in FORBIDDEN[room]})
    }
    assert wrong == {}


def test_extract_reaches_no_file_socket_or_clock():
    wrong = {
        str(path.relative_to(ROOT)): sorted(bad)
        for path in modules("extract")
        if (bad := imported_by(path) & IMPURE)
    }
    assert wrong == {}


def test_no_import_of_extract_runs_back():
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules("extract")
    }
    # A module imports names of others; the front door only hands on.
    graph = {
        name: {found for found in imported_by(path) if found in names and found != "extract"}
        for name, path in names.items()
        if name != "extract"
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(names) - 1


def test_a_crawl_does_not_load_the_readers_of_articles():
    script = "import sys, crawler.run; print({'extract.page', 'trafilatura'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "set()"), done.stderr


@pytest.mark.parametrize("command", ["init", "search", "show", "serve", "index"])
def test_commands_that_do_not_crawl_never_load_twisted(command):
    script = (
        "import sys; from archive.cli import cli; cli.get_command(None, sys.argv[1]);"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'twisted', 'scrapy', 'crawler'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_no_module_is_a_drawer_for_everything():
    assert [
        p for room in FORBIDDEN for p in modules(room) if p.stem in ("utils", "helpers", "misc")
    ] == []


def test_nothing_but_the_rooms_holds_code():
    rooms = {
        p.parts[0]
        for path in ROOT.rglob("*.py")
        if not (p := path.relative_to(ROOT)).parts[0].startswith(".")
    }
    assert rooms == {"archive", "crawler", "extract", "microfiche.py", "tests"}
