"""The arrows between the rooms: extract <- archive <- crawler; nobody imports the crawler."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Every package, the lowest first, with those inside it; modules beside them (`archive/urls.py`) may
# stand anywhere as long as nothing comes back through them.
ORDER = (
    "extract.words",
    "extract.refusals",
    "extract",
    "archive.text",
    "archive.warc",
    "archive.rights",
    "archive.seal",
    "archive.index",
    "archive.staff",
    "archive.search",
    "archive.indexer",
    "archive.check",
    "archive.replay",
    "archive.packages",
    "archive.ingest",
    "archive.saved",
    "archive.runs",
    "archive.notify",
    "archive.web",
    "archive.viewers",
    "crawler.discovery",
    "crawler.frontier",
    "crawler.capture",
    "crawler.spiders",
    "crawler.addon",
    "crawler.commands",
    "archive.cli",
    "microfiche",
)
NAME = re.compile(r"((?:archive|crawler|extract)(?:\.\w+)+)(?::\w+)?")
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


def parts() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    paths = [path for room in FORBIDDEN for path in modules(room)] + [ROOT / "microfiche.py"]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


def named_by(path: Path) -> set[str]:
    """What a module names in strings: modules and their contents to be loaded late."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= {found[1] for found in [NAME.fullmatch(node.value)] if found}
    return names | {name.rpartition(".")[0] for name in names}


def graph_of_packages() -> dict[str, set[str]]:
    """What each package needs directly, by imports or by strings; a module beside them is one."""
    found = parts()

    def part(name: str) -> str:
        package = ".".join(name.split(".")[:2])
        return package if package in found else name

    graph: dict[str, set[str]] = {part(name): set() for name in found}
    for name, path in found.items():
        needed = {part(other) for other in imported_by(path) | named_by(path) if other in found}
        graph[part(name)] |= needed - {part(name), "archive", "crawler"}
    return graph


def test_no_circle_of_packages():
    graph = graph_of_packages()
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


def test_the_order_names_every_package():
    packages = {
        ".".join(name.split(".")[:2])
        for name, path in parts().items()
        if path.name == "__init__.py"
    }
    assert packages - {"archive", "crawler"} == set(ORDER) - {"microfiche"}


def test_every_package_says_what_to_read_in_it():
    wrong = []
    for path in [path for path in parts().values() if path.name == "__init__.py"]:
        said = set(re.findall(r"\w+", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""))
        inside = {other.stem for other in path.parent.glob("*.py")} - {"__init__", "__main__"}
        # A command's module has the command's name.
        if path.parent.name not in ("cli", "commands") and len(inside - said) * 4 > len(inside):
            wrong.append((str(path.relative_to(ROOT)), sorted(inside - said)))
    assert wrong == []


def test_nothing_needs_a_package_above_it():
    graph = graph_of_packages()
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        reached[name] = graph[name].union(*(reached[needed] for needed in graph[name]))
    wrong = {
        name: above
        for at, name in enumerate(ORDER)
        if (above := sorted(reached[name] & set(ORDER[at + 1 :])))
    }
    assert wrong == {}


def test_the_format_knows_no_database():
    graph = graph_of_packages()
    assert graph["archive.warc"] & set(ORDER) <= {"archive.text"}
    wrong = [path.name for path in modules("archive/warc") if "sqlite3" in imported_by(path)]
    assert wrong == []


def test_extract_reaches_no_file_socket_or_clock():
    wrong = {
        str(path.relative_to(ROOT)): sorted(bad)
        for path in modules("extract")
        if (bad := imported_by(path) & IMPURE)
    }
    assert wrong == {}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_import_of_a_module_runs_back(room):
    found = {name: path for name, path in parts().items() if name.split(".")[0] == room}
    # A module imports names of others; front doors only hand on.
    doors = {name for name, path in found.items() if path.name == "__init__.py"}
    graph = {
        name: {other for other in imported_by(path) if other in found and other not in doors}
        for name, path in found.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(found)


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
