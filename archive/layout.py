"""Where things lie in an archive on disk."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePath

from archive.errors import ArchiveNotFound, ArchiveUnwritable, ConfigError, LayoutError

LAYOUT = 1
CONFIG_NAME = "microfiche.toml"
OPEN_SUFFIX = ".open"
PARTIAL_SUFFIX = ".part"
DOWNLOADS = ".downloads"
"""Below ``warcs/ingested/``: files on their way here, which are no part of the archive yet."""

_OWN_FOLDERS = ("warcs", "runs", "rules")
# Logs, marks and locks have names that start like these.
_OWN_FILES = (
    ".",
    CONFIG_NAME,
    "index.db",
    "frontier.db",
    "notes.db",
    "staff.json",
    "takedowns.jsonl",
    "erasing.json",
)

_NEW_CONFIG = """\
# What this archive collects, and how politely. `microfiche add URL` writes sources here;
# docs/settings.md lists every key.
layout = {layout}

[archive]
contact = {contact}   # told to every site in the User-Agent; where its owner can reach you
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """The paths of one archive; nothing is opened by making one."""

    root: Path

    @property
    def config_path(self) -> Path:
        """``microfiche.toml``, what people decided."""
        return self.root / CONFIG_NAME

    @property
    def warcs_dir(self) -> Path:
        """``warcs/``: the archive itself."""
        return self.root / "warcs"

    @property
    def index_path(self) -> Path:
        """``index.db``: derived from the WARCs, replaceable."""
        return self.root / "index.db"

    @property
    def frontier_path(self) -> Path:
        """``frontier.db``: the crawler's memory."""
        return self.root / "frontier.db"

    @property
    def runs_dir(self) -> Path:
        """``runs/``: a report and a log for each crawl run."""
        return self.root / "runs"

    @property
    def rules_dir(self) -> Path:
        """``rules/``: the operator's own rules for reading pages; need not be there."""
        return self.root / "rules"

    @property
    def staff_path(self) -> Path:
        """``staff.json``: who may sign in, for nobody else to read; need not be there."""
        return self.root / "staff.json"

    @property
    def notes_path(self) -> Path:
        """``notes.db``: notes and tags of the staff; derived from nothing, need not be there."""
        return self.root / "notes.db"

    @property
    def takedowns_path(self) -> Path:
        """``takedowns.jsonl``: what was kept back or erased, and why; only ever added to."""
        return self.root / "takedowns.jsonl"

    @property
    def erasing_path(self) -> Path:
        """``erasing.json``: a record on its way out; there only until that is finished."""
        return self.root / "erasing.json"

    @property
    def saved_dir(self) -> Path:
        """``saved/``: what each saved search has told."""
        return self.root / "saved"

    @property
    def saved_lock_path(self) -> Path:
        """The file whose lock means "somebody runs saved searches"."""
        return self.root / ".saved-lock"

    @property
    def notify_path(self) -> Path:
        """``runs/notify.json``: who has been told what, and what waits to be told."""
        return self.runs_dir / "notify.json"

    @property
    def notify_lock_path(self) -> Path:
        """The file whose lock means "somebody is telling what happened"."""
        return self.root / ".notify-lock"

    @property
    def lock_path(self) -> Path:
        """The file whose lock means "somebody writes WARCs and the frontier"."""
        return self.root / ".lock"

    @property
    def index_lock_path(self) -> Path:
        """The file whose lock means "somebody writes index.db"."""
        return self.root / ".index-lock"

    def find_warc(self, filename: str) -> Path | None:
        """The file of a name relative to ``warcs/``, sealed or still being written."""
        for path in (self.warcs_dir / filename, self.warcs_dir / (filename + OPEN_SUFFIX)):
            if path.is_file():
                return path
        return None


def open_archive(root: Path) -> Archive:
    """The archive at ``root``.

    Raises:
        ArchiveNotFound: there is none.
        LayoutError: it has a layout this version cannot read.
        ConfigError: its ``microfiche.toml`` is not TOML.
    """
    archive = Archive(root.resolve())
    if not archive.config_path.is_file():
        raise ArchiveNotFound(
            f"{root}: no archive here (no {CONFIG_NAME}); name one with -C DIR or "
            f"MICROFICHE_ARCHIVE, or make one with `microfiche init {root}`"
        )
    try:
        layout = tomllib.loads(archive.config_path.read_text("utf-8")).get("layout")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{archive.config_path}: not valid TOML: {error}; correct it there"
        ) from error
    except OSError as error:
        raise ArchiveNotFound(f"{archive.config_path}: cannot be read: {error.strerror}") from error
    if layout != LAYOUT:
        raise LayoutError(
            f"{archive.config_path}: layout is {layout!r}, this microfiche reads layout {LAYOUT}; "
            f"set `layout = {LAYOUT}` or use the version that made the archive"
        )
    return archive


def create_archive(root: Path, *, contact: str) -> Archive:
    """Make an empty archive at ``root``, a new or empty directory.

    Raises:
        ArchiveUnwritable: there is something there already, or it cannot be written.
    """
    archive = Archive(root.resolve())
    if archive.config_path.exists():
        raise ArchiveUnwritable(f"{root}: an archive is here already; nothing was changed")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ArchiveUnwritable(f"{root}: expected a new or empty directory; name another one")
    try:
        for directory in (archive.warcs_dir, archive.runs_dir):
            directory.mkdir(parents=True, exist_ok=True)
        write_atomically(
            archive.config_path,
            _NEW_CONFIG.format(layout=LAYOUT, contact=_toml_string(contact)),
        )
    except OSError as error:
        raise ArchiveUnwritable(
            f"{root}: cannot be written: {error.strerror}; choose a directory you may write"
        ) from error
    return archive


def is_own_file(path: PurePath) -> bool:
    """Whether a path, relative to the root of an archive, is for what the archive itself keeps."""
    if not path.parts:
        return False
    first = path.parts[0]
    is_memory = first == "saved" and path.suffix == ".json"
    return first in _OWN_FOLDERS or first.startswith(_OWN_FILES) or is_memory


def require_not_own(archive: Archive, target: Path) -> None:
    """Raises ArchiveUnwritable where what is written for others would replace the archive's own.

    Other files may lie in its directory: it is where most people work.
    """
    place, root = target.resolve(), archive.root.resolve()
    if place.is_relative_to(root) and is_own_file(place.relative_to(root)):
        raise ArchiveUnwritable(f"{target}: is a part of the archive itself; name another place")


def write_atomically(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Replace a file by ``text``, durably, so that a crash leaves the old or the new one whole.

    Args:
        path: Need not be there.
        text: All of it.
        mode: Who may read and write it, less the umask.

    Raises:
        OSError: as the file system says.
    """
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make names created or renamed in ``directory`` durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
