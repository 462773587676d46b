"""Changes of ``microfiche.toml`` that leave all else in it as it stands."""

from datetime import timedelta
from stat import S_IMODE
from threading import Lock
from typing import Any

import tomlkit

from archive.config import SavedSearch, Source, load_config
from archive.config_values import SOURCE_ID
from archive.durations import duration_text
from archive.errors import ArchiveUnwritable, ConfigError, NotFound
from archive.layout import Archive, write_atomically
from archive.wording import did_you_mean

# Read, changed and replaced by one at a time: several of the staff may save at once in the room.
_editing = Lock()


def add_source(archive: Archive, source_id: str, source: Source) -> None:
    """Write ``[sources.ID]`` into ``microfiche.toml``, keeping everything else as it stands.

    Raises:
        ConfigError: the id is taken or no id, or the file was wrong before.
        ArchiveUnwritable: the file cannot be replaced.
    """
    config = load_config(archive)
    if source_id in config.sources:
        raise ConfigError(
            f"{archive.config_path}: there is a source {source_id!r} already; choose another --id"
        )
    if not SOURCE_ID.fullmatch(source_id):
        raise ConfigError(
            f"source id {source_id!r}: expected lower-case letters, digits, dots, dashes"
        )
    table = tomlkit.table()
    for key, value in source.model_dump(exclude_defaults=True, mode="python").items():
        table.add(key, _toml_value(value))
    document = _document(archive)
    document.setdefault("sources", tomlkit.table(is_super_table=True)).add(source_id, table)
    _write(archive, document)


def enable_source(archive: Archive, source_id: str, *, enabled: bool) -> None:
    """Have a source crawled again, or no more for now; everything else stays as it stands.

    Raises:
        ConfigError: there is no such source, or the file was wrong before.
        ArchiveUnwritable: the file cannot be replaced.
    """
    _check_known(archive, source_id)
    document = _document(archive)
    table: Any = document["sources"]
    table[source_id]["enabled"] = enabled
    _write(archive, document)


def remove_source(archive: Archive, source_id: str) -> None:
    """Take ``[sources.ID]`` out of ``microfiche.toml``; what was captured of it stays.

    Raises:
        ConfigError: there is no such source, or the file was wrong before.
        ArchiveUnwritable: the file cannot be replaced.
    """
    _check_known(archive, source_id)
    document = _document(archive)
    table: Any = document["sources"]
    del table[source_id]
    _write(archive, document)


def write_search(archive: Archive, name: str, search: SavedSearch) -> None:
    """Write query, title and whether readers see it into ``[searches.NAME]``; its other keys stay.

    Raises:
        ConfigError: the name is none, or the file was wrong before.
        ArchiveUnwritable: the file cannot be replaced.
    """
    if not SOURCE_ID.fullmatch(name):
        raise ConfigError(
            f"saved search {name!r}: expected lower-case letters, digits, dots, dashes"
        )
    with _editing:
        load_config(archive)
        document = _document(archive)
        tables: Any = document.setdefault("searches", tomlkit.table(is_super_table=True))
        if name not in tables:
            tables.add(name, tomlkit.table())
        for key in ("query", "title", "public"):
            tables[name][key] = getattr(search, key)
        _write(archive, document)


def remove_search(archive: Archive, name: str) -> None:
    """Take ``[searches.NAME]`` out of ``microfiche.toml``.

    Raises:
        NotFound: there is no such search.
        ConfigError: the file was wrong before.
        ArchiveUnwritable: the file cannot be replaced.
    """
    with _editing:
        if name not in load_config(archive).searches:
            raise NotFound(f"saved search {name[:100]!r}: there is none; see the list of them")
        document = _document(archive)
        tables: Any = document["searches"]
        del tables[name]
        _write(archive, document)


def _check_known(archive: Archive, source_id: str) -> None:
    known = load_config(archive).sources
    if source_id not in known:
        raise ConfigError(
            f"no source {source_id!r} in microfiche.toml{did_you_mean(source_id, known)}; "
            f"there is: {', '.join(known) or 'none'}"
        )


def _document(archive: Archive) -> tomlkit.TOMLDocument:
    return tomlkit.parse(archive.config_path.read_text("utf-8"))


def _write(archive: Archive, document: tomlkit.TOMLDocument) -> None:
    try:
        mode = S_IMODE(archive.config_path.stat().st_mode)
        write_atomically(archive.config_path, tomlkit.dumps(document), mode=mode)
    except OSError as error:
        raise ArchiveUnwritable(
            f"{archive.config_path}: cannot be written: {error.strerror}"
        ) from error


def _toml_value(value: object) -> object:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, tuple):
        array = tomlkit.array()
        array.extend(_toml_value(item) for item in value)
        return array.multiline(len(value) > 1)
    return value
