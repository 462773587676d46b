"""The face of the project: what ``import microfiche`` offers, costs, and says in docs/python.md."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import microfiche
from tests.archive.indexer.press import http, new_press, story

ROOT = Path(__file__).parent.parent
EXAMPLES = re.compile(r"```python\n(.*?)```", re.DOTALL)
HEAVY = ("scrapy", "twisted", "lxml", "sqlite_utils", "pydantic", "fastapi", "trafilatura")


def test_every_name_is_offered_placed_and_typed():
    tree = ast.parse((ROOT / "microfiche.py").read_text("utf-8"))
    typed = {
        (node.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    placed = {(place, name) for name, place in microfiche._PLACE_OF.items()}
    assert placed == typed
    assert microfiche.__all__ == sorted(microfiche.__all__)
    assert set(microfiche.__all__) == {name for _, name in placed} | {"__version__"}
    assert [name for name in microfiche.__all__ if getattr(microfiche, name, None) is None] == []


def test_importing_it_loads_nothing_heavy():
    script = (
        "import sys; before = set(sys.modules); import microfiche; "
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    loaded = set(done.stdout.split())
    assert "microfiche" in loaded
    assert loaded & {*HEAVY, "archive", "crawler", "extract"} == set()


def test_opening_and_searching_never_loads_scrapy(tmp_path):
    script = (
        "import sys, microfiche as m; a = m.create_archive(sys.argv[1], contact='mailto:a@b.c');"
        "a.index(); a.search('x'); print(*{m.partition('.')[0] for m in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert set(done.stdout.split()) & {"scrapy", "twisted", "crawler", "fastapi"} == set()


def test_the_examples_of_the_documentation_run(tmp_path, monkeypatch, capsys):
    press = new_press(tmp_path)
    url = "https://morning.example/2026/bridge"
    edited = story("Bridge closed again", *["It opens on Monday, says the council. "] * 9)
    for name, page in (("a", story("Bridge closed again")), ("b", edited)):
        press.write(f"2026/01/{name}.warc.gz", [press.exchange(url, http(page))])
    press.archive.root.rename(tmp_path / "press")
    monkeypatch.chdir(tmp_path)
    microfiche.open_archive("press").index()
    names: dict[str, object] = {}
    blocks = EXAMPLES.findall((ROOT / "docs" / "python.md").read_text("utf-8"))
    assert len(blocks) >= 5
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "Bridge closed again" in printed
    assert "2 captures, 1 articles" in printed
    assert "Ferry delayed | The last ferry left an hour late on Sunday." in printed
    assert "nowhere: no archive here" in printed
    assert url in (tmp_path / "articles.csv").read_text("utf-8")
