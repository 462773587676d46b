"""The references in docs/, written from the code: commands, settings, exit codes.

Cog runs these in docs/cli.md, docs/settings.md and docs/python.md; `make check` fails where a page
is stale.
"""

import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from archive.cli import COMMANDS, cli
from archive.config import (
    ArchiveTable,
    CrawlTable,
    NotifyTable,
    SavedSearch,
    SealTable,
    Source,
)
from archive.durations import format_duration
from archive.errors import ExitCode
from archive.rights.table import Right
from archive.staff.table import LimitsTable

TABLES: dict[str, type[BaseModel]] = {
    "[archive]": ArchiveTable,
    "[crawl]": CrawlTable,
    "[notify]": NotifyTable,
    "[seal]": SealTable,
    "[sources.ID]": Source,
    "[searches.NAME]": SavedSearch,
    "[[rights]]": Right,
    "[limits]": LimitsTable,
}
EXIT_CODES = {
    ExitCode.OK: "done",
    ExitCode.ERROR: "an error, said in one line on stderr",
    ExitCode.USAGE: "the command line was wrong",
    ExitCode.CONFIG: "no archive here, or `microfiche.toml` is wrong",
    ExitCode.UNWRITABLE: "the archive cannot be written (disk full, permission): the run stopped",
    ExitCode.LOCKED: "another process is writing this archive",
    ExitCode.DAMAGED: "a WARC file or the index is damaged",
    ExitCode.SOURCE_FAILED: "the crawl ended, but a source gave nothing: all its seeds failed",
    ExitCode.OUT_OF_ROOM: "the crawl ended: no room is left by `min_free_bytes` or `budget_bytes`",
    ExitCode.INTERRUPTED: "interrupted, and finished cleanly",
}


def cli_reference() -> str:
    """Every command with its usage and options, as Markdown."""
    root = click.Context(cli, info_name="microfiche", terminal_width=80, **cli.context_settings)
    parts = [_section("microfiche", root)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        below = click.Context(command, parent=root, info_name=name)
        parts.append(_section(f"microfiche {name}", below))
        if isinstance(command, click.Group):
            for verb, inner in command.commands.items():
                context = click.Context(inner, parent=below, info_name=verb)
                parts.append(_section(f"microfiche {name} {verb}", context))
    return "\n".join(parts)


def exit_code_table() -> str:
    """The exit codes, as a Markdown table."""
    rows = [f"| {int(code)} | {EXIT_CODES[code]} |" for code in ExitCode]
    return "\n".join(["| code | meaning |", "| ---: | --- |", *rows])


def settings_reference() -> str:
    """Every key of ``microfiche.toml``, as Markdown tables."""
    parts = []
    for title, model in TABLES.items():
        rows = [_row(name, field) for name, field in model.model_fields.items()]
        intro = (model.__doc__ or "").partition(": ")[2].strip()
        head = ["| key | default | meaning |", "| --- | --- | --- |"]
        parts.append("\n".join([f"## `{title}`", "", _sentence(intro), "", *head, *rows, ""]))
    return "\n".join(parts)


def python_reference(module: ModuleType) -> str:
    """Every name that a module offers, with its docstring, as Markdown."""
    offered = ((name, getattr(module, name)) for name in module.__all__)
    documented = [(name, value) for name, value in offered if callable(value)]
    return "\n".join(part for name, value in documented for part in _described(name, value))


def _described(name: str, value: object) -> Iterator[str]:
    """A class with its public methods, or a function."""
    yield f"### `{name}{_signature(value)}`\n\n{_markdown(inspect.getdoc(value) or '')}\n"
    if not isinstance(value, type) or issubclass(value, BaseException):
        return
    for member, method in vars(value).items():
        if not member.startswith("_") and inspect.isfunction(method):
            text = _markdown(inspect.getdoc(method) or "")
            yield f"#### `{name}.{member}{_signature(method)}`\n\n{text}\n"


def _signature(value: object) -> str:
    """The parameters, as they are written; of errors and rows their names alone say enough."""
    if isinstance(value, type) and (
        issubclass(value, BaseException) or hasattr(value, "__slots__")
    ):
        return ""
    assert callable(value)
    return re.sub(r"\(self(, )?", "(", str(inspect.signature(value))).partition(" -> ")[0]


def _markdown(docstring: str) -> str:
    r"""A docstring in Google's form as Markdown: its sections are lists.

    >>> print(_markdown("Find.\n\nArgs:\n    q: What\n        to find.\n    n: How many."))
    Find.
    <BLANKLINE>
    Args:
    <BLANKLINE>
    - `q`: What to find.
    - `n`: How many.
    """
    lines: list[str] = []
    in_section = False
    for line in docstring.replace("``", "`").splitlines():
        if re.fullmatch(r"(Args|Attributes|Raises|Returns|Source):", line):
            in_section = True
            lines += [line, ""]
        elif in_section and (item := re.match(r"    (\w+): (.*)", line)):
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif in_section and line.startswith("        "):
            lines[-1] += f" {line.strip()}"
        else:
            in_section = in_section and bool(line.strip()) and line.startswith(" ")
            lines.append(line)
    return "\n".join(lines)


def _section(title: str, context: click.Context) -> str:
    usage = context.command.get_help(context).rstrip()
    return f"## {title}\n\n```text\n{usage}\n```\n"


def _row(name: str, field: FieldInfo) -> str:
    default = "(required)" if field.is_required() else f"`{_default(field.default)}`"
    return f"| `{name}` | {default} | {field.description} |"


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_default(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        return "{}"
    return format_duration(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
