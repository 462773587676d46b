"""The README's commands run, in their order, and print what it says they print."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.site import Newspaper

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What the newspaper on loopback needs and a site on the web does not.
ONLY_HERE = {"add": ["--allow-private-addresses"]}
ELLIPSIS = "…"


@dataclass(frozen=True)
class Example:
    command: list[str]
    output: list[str]


def examples(text: str) -> list[Example]:
    """Commands (`$ …`) of the console blocks, each with the lines that follow it."""
    found: list[Example] = []
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Example(shlex.split(line[2:]), []))
            elif line.strip():
                found[-1].output.append(line)
    return found


def same_shape(line: str, base: str = "https://gazette.example") -> str:
    """A line without what differs from run to run: addresses, moments, ids, counts, padding."""
    line = line.replace(base, "https://gazette.example")
    line = re.sub(r"\b[0-9a-f]{16}\b", "ID", line)
    return " ".join(re.sub(r"\d+", "0", line).split())


def test_the_commands_print_what_the_readme_says(newspaper: Newspaper, tmp_path: Path):
    listed = examples(README.read_text("utf-8"))
    assert [e.command[0] for e in listed] == ["microfiche"] * len(listed)
    assert len(listed) >= 5
    environment = {**os.environ, "COLUMNS": "100"}
    for example in listed:
        arguments = [
            part.replace("https://gazette.example", newspaper.a) for part in example.command[1:]
        ]
        for name, options in ONLY_HERE.items():
            arguments += options if name in arguments else []
        done = subprocess.run(
            [sys.executable, "-m", "archive.cli", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(example.command)}: {done.stderr}"
        printed = [same_shape(line, newspaper.a) for line in done.stdout.splitlines()]
        missing = [
            line
            for line in example.output
            if line.strip() != ELLIPSIS and same_shape(line) not in printed
        ]
        assert missing == [], f"{shlex.join(example.command)} printed:\n{done.stdout}"
