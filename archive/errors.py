"""What can go wrong, and the exit code each kind ends a command with.

::

    MicroficheError            1
    ├── ArchiveNotFound        3   no archive here, or no directory
    ├── LayoutError            3   an archive of another layout version
    ├── ConfigError            3   microfiche.toml is wrong; says file, line, key
    ├── ArchiveLocked          5   another process writes this archive
    ├── ArchiveUnwritable      4   disk full, read-only, permission: the run ends
    │   └── OutOfRoom          8   the disk budget is used up: the run ends by itself
    ├── WarcError              6   a WARC file that cannot be read as one
    ├── IndexDamaged           6   index.db is no database, or a broken one
    │   ├── IndexUnsound       6   index.db was found damaged; `microfiche index` rebuilds it
    │   └── IndexOutdated      6   index.db has tables of another version; the same rebuilds it
    ├── NotesDamaged           6   notes.db is no database, or a broken one; no rebuild makes it
    ├── RebuildFailed          6   the index being made broke; the one in use is not affected
    ├── NotFound               1   no such article, capture, source
    │   └── Withheld           1   there is one, and a rule of the archive keeps it back
    ├── TookTooLong            1   a query that would hold others up, and was stopped
    ├── NotReadAgain           1   a stored page takes too much to be read once more
    ├── NotStamped             1   no time-stamp token was issued, or it proves nothing
    ├── DownloadFailed         1   a download failed
    ├── NotDelivered           1   a message that a mail server or a webhook has not taken
    ├── ExportError            1   rows cannot be written in the form asked for
    ├── CannotServe            1   an address or port cannot be listened on
    └── StaffOnly              1   a reader asked for what is for the staff

Every message says what, where, what was expected and the next step, on one line.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; documented in docs/cli.md."""

    OK = 0
    ERROR = 1
    USAGE = 2
    CONFIG = 3
    UNWRITABLE = 4
    LOCKED = 5
    DAMAGED = 6
    SOURCE_FAILED = 7
    OUT_OF_ROOM = 8
    INTERRUPTED = 130


class MicroficheError(Exception):
    """Base of all our errors: one line for the user, one exit code."""

    exit_code: ExitCode = ExitCode.ERROR


class ArchiveNotFound(MicroficheError):
    """There is no archive where one was asked for."""

    exit_code = ExitCode.CONFIG


class LayoutError(MicroficheError):
    """The archive was made by another version of the layout."""

    exit_code = ExitCode.CONFIG


class ConfigError(MicroficheError):
    """``microfiche.toml`` cannot be used as it stands."""

    exit_code = ExitCode.CONFIG


class ArchiveLocked(MicroficheError):
    """Another process holds the archive's lock."""

    exit_code = ExitCode.LOCKED


class ArchiveUnwritable(MicroficheError):
    """The archive cannot be written; nothing may go on that needs it."""

    exit_code = ExitCode.UNWRITABLE


class OutOfRoom(ArchiveUnwritable):
    """So much is written as may be: the disk could take more, and is not given it."""

    exit_code = ExitCode.OUT_OF_ROOM


class WarcError(MicroficheError):
    """A WARC file or record cannot be read as one."""

    exit_code = ExitCode.DAMAGED


class IndexDamaged(MicroficheError):
    """``index.db`` is no database or a broken one; the WARCs are not affected."""

    exit_code = ExitCode.DAMAGED


class IndexUnsound(IndexDamaged):
    """``index.db`` was found damaged; `microfiche index` rebuilds it from the WARC files."""


class IndexOutdated(IndexDamaged):
    """``index.db`` was made by another version; the WARC files have all it takes to rebuild it."""


class NotesDamaged(MicroficheError):
    """``notes.db`` is no database or a broken one; index and WARCs are not affected."""

    exit_code = ExitCode.DAMAGED


class RebuildFailed(MicroficheError):
    """The index that was being made was damaged while it was; the one in use is not affected."""

    exit_code = ExitCode.DAMAGED


class NotFound(MicroficheError):
    """Something asked for by name is not in the archive."""


class Withheld(NotFound):
    """What was asked for is there, and a rule of the archive keeps it back.

    ``status`` is what an HTTP server answers: 451 for what nobody may see, else 403.
    """

    def __init__(self, message: str, *, legal: bool) -> None:
        super().__init__(message)
        self.status = 451 if legal else 403


class TookTooLong(MicroficheError):
    """A query took longer than it may, and was stopped; nothing is damaged."""


class NotReadAgain(MicroficheError):
    """A stored page could not be read once more within its limits."""


class NotStamped(MicroficheError):
    """No time-stamp token was issued, or it does not prove what it should."""


class DownloadFailed(MicroficheError):
    """A download failed."""


class NotDelivered(MicroficheError):
    """A mail server or a webhook has not taken a message."""


class CannotServe(MicroficheError):
    """An address or port cannot be listened on."""


class ExportError(MicroficheError):
    """Rows cannot be written in the form asked for."""


class StaffOnly(MicroficheError):
    """A reader asked for what only the staff may see."""
