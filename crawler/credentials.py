"""What a source wants to be shown: user and password, or cookies, kept out of every file of ours.

``microfiche.toml`` says only where they stand: in a variable of the environment, or in a file that
nobody else may read. They go to the hosts of their source alone, and are masked in records.
"""

import base64
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass

from archive.config import Source
from archive.errors import ConfigError
from archive.layout import Archive


@dataclass(frozen=True, slots=True)
class Credentials:
    """Header lines for the requests of one source."""

    authorization: str = ""
    cookie: str = ""

    def __bool__(self) -> bool:
        return bool(self.authorization or self.cookie)


def read_credentials(
    archive: Archive, source_id: str, source: Source, environment: Mapping[str, str] = os.environ
) -> Credentials:
    """Read what a source's ``login`` and ``cookies`` name.

    Raises:
        ConfigError: there is no such variable or file, or others may read it.
    """
    authorization = ""
    if source.login:
        pair = _secret(archive, f"sources.{source_id}.login", source.login, environment)
        if ":" not in pair:
            raise ConfigError(
                f"{archive.config_path}: sources.{source_id}.login: expected user:password in "
                f"{source.login}, found no colon"
            )
        authorization = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    cookie = ""
    if source.cookies:
        cookie = _secret(archive, f"sources.{source_id}.cookies", source.cookies, environment)
    return Credentials(authorization, cookie)


def _secret(archive: Archive, key: str, named: str, environment: Mapping[str, str]) -> str:
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
