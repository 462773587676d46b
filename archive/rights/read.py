"""The rules of an archive, as its configuration has them now."""

import json
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from archive.errors import ArchiveUnwritable, ConfigError
from archive.layout import Archive
from archive.rights.rules import Rule
from archive.takedowns import note_rules
from archive.times import to_timestamp, utc_now

_State = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Known:
    state: _State
    rules: tuple[Rule, ...]


_known: dict[Path, _Known] = {}
_lock = Lock()


def rules_of(archive: Archive) -> tuple[Rule, ...]:
    """The rules, in their order; read again only when the file has changed.

    Those that have come or gone since are noted in the log of takedowns.

    While it is edited and cannot be read, those that were in force last stay so.

    Raises:
        ConfigError: it cannot be read, and never could be by this process.
    """
    path = archive.config_path
    try:
        found = path.stat()
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        with _lock:
            known = _known.get(path)
        if known is not None and known.state == state:
            return known.rules
        text = path.read_text("utf-8")
        rules = parse_rules(text, where=str(path))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        if (last := _known.get(path)) is not None:
            return last.rules
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    with _lock:
        _known[path] = _Known(state, rules)
        # On storage that cannot be written there is no log; the rules hold.
        with suppress(ArchiveUnwritable):
            note_rules(archive, _as_lines(text), at=to_timestamp(utc_now()))
    return rules


def _as_lines(text: str) -> list[str]:
    """The rules as they are written, each as one line of JSON."""
    written = tomllib.loads(text).get("rights", ())
    return [json.dumps(rule, ensure_ascii=False, default=str) for rule in written]


def parse_rules(text: str, *, where: str) -> tuple[Rule, ...]:
    """The rules in the text of a configuration.

    Raises:
        ConfigError: it is no TOML, or a rule is none.
    """
    try:
        written = tomllib.loads(text).get("rights", ())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}; correct it there") from error
    if not written:
        return ()
    # Most archives have no rules, and then no command pays for the loading of pydantic.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from archive.rights.table import Right  # noqa: PLC0415

    try:
        return tuple(
            right.rule() for right in TypeAdapter(tuple[Right, ...]).validate_python(written)
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{where}: rights.{place}: {first['msg']}; `microfiche config check` names the line"
        ) from error
