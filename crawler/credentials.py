"""What a source wants to be shown: user and password, or cookies, kept out of every file of ours.

They go to the hosts of their source alone, and are masked in records.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass

from archive.config import Source
from archive.errors import ConfigError
from archive.layout import Archive
from archive.secrets import read_secret


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
        pair = read_secret(archive, f"sources.{source_id}.login", source.login, environment)
        if ":" not in pair:
            raise ConfigError(
                f"{archive.config_path}: sources.{source_id}.login: expected user:password in "
                f"{source.login}, found no colon"
            )
        authorization = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    cookie = ""
    if source.cookies:
        cookie = read_secret(archive, f"sources.{source_id}.cookies", source.cookies, environment)
    return Credentials(authorization, cookie)
