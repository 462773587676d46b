"""The configuration of an archive while it is edited."""

from collections.abc import Callable

from archive.config import Config, load_config
from archive.errors import ConfigError
from archive.layout import Archive


class LiveConfig:
    """The configuration of an archive while it is edited: the last one that could be read.

    Args:
        archive: Whose.
        on_fault: Called with what is wrong, once for each state of the file.

    Raises:
        ConfigError: it cannot be read now, and never was.
    """

    def __init__(self, archive: Archive, *, on_fault: Callable[[ConfigError], None]) -> None:
        self._archive, self._on_fault = archive, on_fault
        self._seen = self._state()
        self._config = load_config(archive)

    def current(self) -> Config:
        """The configuration as it stands, or as it stood when it was last right."""
        state = self._state()
        if state != self._seen:
            self._seen = state
            try:
                self._config = load_config(self._archive)
            except ConfigError as error:
                self._on_fault(error)
        return self._config

    def _state(self) -> tuple[int, int, int] | None:
        try:
            stat = self._archive.config_path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size
