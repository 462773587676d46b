"""The people who may see what readers may not: names, with passwords and tokens, in one file.

``staff.json`` lies in the archive with mode 0600. Passwords stand there as argon2id, with the
parameters that OWASP asks for least; tokens have 256 random bits, so that one SHA-256 keeps them as
safe, and a program that sends one with each request does not pay for argon2 each time.
"""

import hashlib
import json
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from archive.errors import ConfigError, NotFound
from archive.layout import Archive, write_atomically
from archive.times import to_timestamp, utc_now

MIN_PASSWORD = 12
"""Characters; longer ones are the only rule. Source: NIST SP 800-63B."""
MAX_PASSWORD = 1000
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
# 19 MiB, two rounds, one lane. Source: OWASP Password Storage Cheat Sheet (argon2id).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# One at a time, so that many guesses at once take neither memory nor all cores.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Account:
    """One of the staff. ``password`` is an argon2 hash or empty; ``tokens`` are SHA-256 in hex."""

    name: str
    password: str
    tokens: tuple[str, ...]
    added: str

    @property
    def proof(self) -> str:
        """What changes with the password and the tokens: an older sign-in no longer holds."""
        return _sha256("\n".join((self.name, self.password, *self.tokens)))


Accounts = dict[str, Account]


def read_accounts(archive: Archive) -> Accounts:
    """The staff by name; none where there is no file.

    Raises:
        ConfigError: others may read the file, or it is none of ours.
    """
    path = archive.staff_path
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if mode & 0o077:
        raise ConfigError(f"{path}: others may read it (mode {mode:o}); run `chmod 600 {path}`")
    try:
        return {
            name: Account(name, row["password"], tuple(row["tokens"]), row["added"])
            for name, row in json.loads(text)["people"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: expected what `microfiche staff add` writes: {error!r}; put it back from a "
            "backup, or remove it and add the staff again"
        ) from error


def set_password(
    archive: Archive, name: str, password: str, *, now: Callable[[], datetime] = utc_now
) -> None:
    """Give a person a password, in place of any other; whoever was signed in by it no longer is.

    Raises:
        ConfigError: the name or the password cannot be one, or the file cannot be used.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise ConfigError(
            f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters, this has {len(password)}"
        )
    account = _account(archive, name, now)
    _write(archive, replace(account, password=_HASHER.hash(password)))


def add_token(archive: Archive, name: str, *, now: Callable[[], datetime] = utc_now) -> str:
    """Give a person one more token, and say which: it is kept nowhere.

    Raises:
        ConfigError: the name cannot be one, or the file cannot be used.
    """
    token = secrets.token_urlsafe(32)
    account = _account(archive, name, now)
    _write(archive, replace(account, tokens=(*account.tokens, _sha256(token))))
    return token


def remove_account(archive: Archive, name: str) -> None:
    """Take a person off the staff, with password and tokens; a running server sees it at once.

    Raises:
        NotFound: there is nobody of that name.
    """
    accounts = read_accounts(archive)
    if accounts.pop(name, None) is None:
        known = ", ".join(sorted(accounts)) or "nobody"
        raise NotFound(f"{archive.staff_path}: there is no {name!r}; on the staff: {known}")
    _save(archive, accounts)


def has_password(account: Account | None, password: str) -> bool:
    """Whether a password is the person's; takes as long where there is no such person."""
    kept = account.password if account and account.password else _nobody()
    with _ONE_AT_A_TIME:
        try:
            _HASHER.verify(kept, password[:MAX_PASSWORD])
        except (Argon2Error, InvalidHashError):
            return False
    return bool(account and account.password)


def find_by_token(accounts: Accounts, token: str) -> Account | None:
    """Whose token it is."""
    digest = _sha256(token)
    return next((person for person in accounts.values() if digest in person.tokens), None)


def _account(archive: Archive, name: str, now: Callable[[], datetime]) -> Account:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r:.80}: expected a name of lower-case letters, digits, dots and dashes"
        )
    known = read_accounts(archive).get(name)
    return known or Account(name, "", (), to_timestamp(now()))


def _write(archive: Archive, account: Account) -> None:
    _save(archive, read_accounts(archive) | {account.name: account})


def _save(archive: Archive, accounts: Accounts) -> None:
    people = {}
    for name, account in sorted(accounts.items()):
        people[name] = asdict(account)
        del people[name]["name"]
    text = json.dumps({"people": people}, indent=1)
    write_atomically(archive.staff_path, text + "\n", mode=0o600)


@cache
def _nobody() -> str:
    """A hash of what nobody knows, made when it is first needed."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
