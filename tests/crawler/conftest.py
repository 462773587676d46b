"""Archives to crawl into, and the real command line run on them in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from archive.config import Source
from archive.layout import Archive, create_archive, open_archive
from tests.crawler.queueing import World, source

CRAWL_S = 60
# Whatever the disk of who runs this has left.
_ROOM = ("min_free_bytes", "spare_bytes")


@dataclass
class Crawled:
    """How one run of the command line ended."""

    status: int
    out: str
    err: str


@dataclass
class Bench:
    """An archive and its configuration."""

    archive: Archive
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    crawl: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(_ROOM, 10**6))

    def source(self, source_id: str, url: str, **values: Any) -> None:
        """Configure a source on loopback; JSON's scalars and arrays are TOML's too."""
        base = {"name": source_id.title(), "url": url, "allow_private_addresses": True}
        self.sources[source_id] = base | values
        self.write()

    def write(self) -> None:
        lines = ["layout = 1", "[archive]", 'contact = "mailto:desk@example.org"', "[crawl]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in self.crawl.items()]
        for source_id, values in self.sources.items():
            lines.append(f"[sources.{source_id}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        self.archive.config_path.write_text("\n".join(lines) + "\n", "utf-8")

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "archive.cli", "-C", str(self.archive.root), *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> Crawled:
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=CRAWL_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Crawled(process.returncode, out, err)

    def reports(self) -> list[dict[str, Any]]:
        return [
            json.loads(path.read_text("utf-8"))
            for path in sorted(self.archive.runs_dir.glob("*.json"))
        ]

    def report(self) -> dict[str, Any]:
        return self.reports()[-1]


def make_bench(root: Path) -> Bench:
    create_archive(root, contact="mailto:desk@example.org")
    bench = Bench(open_archive(root))
    bench.write()
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path / "archive")


@pytest.fixture
def world(tmp_path):
    made = []

    def make(sources: dict[str, Source] | None = None, **crawl) -> World:
        made.append(World(tmp_path, sources or {"news": source()}, **crawl))
        return made[-1]

    yield make
    for each in made:
        each.frontier.close()
