"""Values in ``microfiche.toml`` that are more than text or numbers, each with what it must be."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field

from archive.durations import parse_duration
from archive.layout import is_own_file
from archive.urls import is_http

SOURCE_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

_TIME = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(f"{_TIME}-(?:{_TIME}|24:00)")


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _source_id(value: str) -> str:
    if not SOURCE_ID.fullmatch(value):
        raise ValueError("expected a name of lower-case letters, digits, dots and dashes")
    return value


def _http_url(value: str) -> str:
    if not is_http(value):
        raise ValueError("expected an absolute http or https address")
    return value


def _public_url(value: str) -> str:
    if "@" in _http_url(value).split("/", 3)[2]:
        raise ValueError(
            "a user name or password does not belong into an address here; "
            'say `login = "env:NAME"`, and set NAME to user:password'
        )
    return value


def _proxy(value: str) -> str:
    return _http_url(value) if value else value


def _secret_place(value: str) -> str:
    kind, _, name = value.partition(":")
    if value and (kind not in ("env", "file") or not name):
        raise ValueError("expected env:NAME or file:PATH, never the secret itself")
    return value


def _cron(value: str) -> str:
    if value:
        try:
            CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ValueError(f"no cron expression: {error}; such as */30 6-22 * * *") from error
    return value


def _output_path(value: str) -> str:
    """Refuse what would be written outside the archive, or over what it holds."""
    parts = PurePosixPath(value).parts
    outside = value.startswith("/") or ".." in parts or "\0" in value
    if value and (not parts or outside or is_own_file(PurePosixPath(value))):
        raise ValueError(
            f"{value!r}: expected a path below the archive that is none of its own files, "
            "such as saved/bridges.atom"
        )
    return value


def _mail_address(value: str) -> str:
    if value and (not value.isprintable() or "@" not in parseaddr(value)[1].strip("@")):
        raise ValueError("expected a mail address such as desk@example.org")
    return value


def _smtp_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_plain = parts.port != 0 and not parts.path.strip("/")
    except ValueError:
        is_plain = False
    if not is_plain or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("expected smtp://HOST:PORT, or smtps:// where TLS comes first")
    if "@" in parts.netloc:
        raise ValueError(
            'a user name or password does not belong here; say smtp_login = "env:NAME"'
        )
    return value


def _hours(value: str) -> str:
    if not _HOURS.fullmatch(value):
        raise ValueError("expected hours such as 22:00-06:00")
    return value


def _zone(value: str) -> str:
    try:
        if value != "UTC":
            ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ValueError("expected a time zone such as Europe/Berlin") from error
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
SourceId = Annotated[str, AfterValidator(_source_id)]
HttpUrl = Annotated[str, AfterValidator(_public_url)]
SecretPlace = Annotated[str, AfterValidator(_secret_place)]
CronExpression = Annotated[str, AfterValidator(_cron)]
ProxyUrl = Annotated[str, AfterValidator(_proxy)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
SmtpUrl = Annotated[str, AfterValidator(_smtp_url)]
Hours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
OutputPath = Annotated[str, AfterValidator(_output_path)]
Pattern = Annotated[str, AfterValidator(_pattern)]
