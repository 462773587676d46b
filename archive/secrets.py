"""Secrets: ``microfiche.toml`` says only where they stand, and never holds one.

In a variable of the environment, or in a file below the archive that nobody else may read.
"""

import os
import stat
from collections.abc import Mapping

from archive.errors import ConfigError
from archive.layout import Archive


def read_secret(
    archive: Archive, key: str, named: str, environment: Mapping[str, str] = os.environ
) -> str:
    """Read what a key of ``microfiche.toml`` says where to find: ``env:NAME`` or ``file:PATH``.

    Raises:
        ConfigError: there is no such variable or file, or others may read it.
    """
    kind, _, name = named.partition(":")
    if kind == "env":
        if not (value := environment.get(name, "").strip()):
            raise ConfigError(f"{archive.config_path}: {key}: the variable {name} is not set")
        return _one_line(archive, key, value)
    path = (archive.root / name).resolve()
    if not path.is_relative_to(archive.root):
        raise ConfigError(
            f"{archive.config_path}: {key}: expected a file below the archive, got {name!r}"
        )
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{archive.config_path}: {key}: {path} cannot be read: {error}"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"{archive.config_path}: {key}: others may read {path} (mode "
            f"{stat.S_IMODE(mode):o}); run `chmod 600 {path}`"
        )
    return _one_line(archive, key, text)


def _one_line(archive: Archive, key: str, value: str) -> str:
    if not value or not value.isprintable():
        raise ConfigError(f"{archive.config_path}: {key}: expected one line of printable text")
    return value
