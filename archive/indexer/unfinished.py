"""Whether an unfinished rebuild may go on: it has read nothing that is another file by now."""

import json
from collections.abc import Mapping
from pathlib import Path

from sqlite_utils import Database

from archive.index.writing import find_extractors
from archive.layout import write_atomically
from extract.page import VERSION

FILES_SUFFIX = ".files"


def note_files(beside: Path, files: Mapping[str, Path], rules: str = "") -> None:
    """Keep what the WARC files are when a rebuild begins, or goes on.

    Args:
        beside: The index that is being made.
        files: The path of each file by its name below ``warcs/``.
        rules: The digest of the operator's rules in force.

    Raises:
        OSError: it cannot be written.
    """
    stamps = {name: _stamp(path) for name, path in files.items()}
    noted = {"files": stamps, "rules": rules}
    write_atomically(_beside(beside), json.dumps(noted, ensure_ascii=False))


def goes_on(beside: Path, db: Database, files: Mapping[str, Path], rules: str = "") -> bool:
    """Whether an unfinished index holds nothing that one made from nothing would not."""
    stated = _read(beside)
    stamps = stated.get("files")
    noted = stamps if isinstance(stamps, dict) else {}
    if noted and stated.get("rules") != rules:
        return False
    for (name,) in db.execute("SELECT filename FROM warcs").fetchall():
        if name not in files or noted.get(name) != _stamp(files[name]):
            return False
    return {reader.partition("+")[0] for reader in find_extractors(db)} <= {VERSION}


def _stamp(path: Path) -> list[int]:
    # The change time tells of a file put back with size and time of the one before; reading them
    # all for their SHA-256 would take as long as what is left of the rebuild.
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _read(beside: Path) -> dict[str, object]:
    try:
        found = json.loads(_beside(beside).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _beside(path: Path) -> Path:
    return path.with_name(path.name + FILES_SUFFIX)
