"""The references in docs/, written from the code: commands, settings, exit codes.

Cog runs these in docs/cli.md and docs/settings.md; `make check` fails where a page is stale.
"""

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from archive.cli import COMMANDS, cli
from archive.config import ArchiveTable, CrawlTable, SavedSearch, Source
from archive.durations import format_duration
from archive.errors import ExitCode

TABLES: dict[str, type[BaseModel]] = {
    "[archive]": ArchiveTable,
    "[crawl]": CrawlTable,
    "[sources.ID]": Source,
    "[searches.NAME]": SavedSearch,
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
