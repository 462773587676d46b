"""Whose a request is: the one decision that every page, interface and archived page goes by.

Whoever sits at the machine itself is staff without signing in. That is so only where the server
listens on loopback alone, the request names a loopback host, and nothing in it says that it was
forwarded; everybody else is a reader until they sign in or send a token.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from archive.addresses import is_loopback
from archive.errors import ConfigError, MicroficheError
from archive.layout import Archive
from archive.rights.rules import Audience
from archive.staff.accounts import Accounts, find_by_token, has_password, read_accounts
from archive.staff.pace import Pace, client_name
from archive.staff.sessions import LIFETIME_S, Sessions

logger = logging.getLogger(__name__)

# What proxies add; one of them is enough to show that the client is not who connected.
_FORWARDED = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Anybody."""

    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """One who may see everything; ``name`` is empty for whoever sits at the machine itself."""

    name: str
    is_staff: bool = True


class SignInRefused(MicroficheError):
    """The name or the password is wrong; it is not said which."""


class AskedTooOften(MicroficheError):
    """A client has to wait; ``retry_after_s`` says how long, in whole seconds."""

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = math.ceil(wait_s)


class Door:
    """The staff of one archive, as one server knows them.

    Args:
        archive: Whose.
        room: The origin of the reading room: over https its cookie is for https alone.
        elsewhere: Others than this machine may reach the server.
        behind_proxy: A proxy of ours hands requests on; it adds the client to X-Forwarded-For.
        now: Seconds, on a clock that only goes forward.

    Raises:
        ConfigError: ``staff.json`` cannot be used, so that nobody could tell who is staff.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        room: str,
        elsewhere: bool = False,
        behind_proxy: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive, self.now = archive, now
        self._elsewhere, self._behind_proxy = elsewhere or behind_proxy, behind_proxy
        self._secure = room.startswith("https:")
        self._sessions = Sessions()
        self._guesses = Pace(burst=5, every_s=60, now=now)
        self._all_guesses = Pace(burst=30, every_s=2, now=now)
        self._lock = Lock()
        self._seen = self._state()
        self._accounts = read_accounts(archive)

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the key of a session."""
        return "__Host-microfiche-staff" if self._secure else "microfiche-staff"

    def has_accounts(self) -> bool:
        """Whether anybody could sign in."""
        return bool(self._current())

    def is_local(self, request: HTTPConnection) -> bool:
        """Whether a request comes from the machine itself, so that no sign-in is asked for."""
        return not (
            self._elsewhere
            # No browser speaks HTTP/1.0; a proxy that says nothing else of itself may.
            or request.scope.get("http_version") == "1.0"
            or any(name in request.headers for name in _FORWARDED)
        ) and is_loopback(_host(request))

    def who(self, request: HTTPConnection) -> Reader | Staff:
        """Whose a request is."""
        if self.is_local(request):
            return Staff("")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            owner = find_by_token(self._current(), token.strip())
            return Staff(owner.name) if owner else Reader()
        return self._by_session(self._key(request))

    def _by_session(self, key: str) -> Reader | Staff:
        session = self._sessions.find(key, now=self.now()) if key else None
        if session is None:
            return Reader()
        account = self._current().get(session.name)
        if account is None or account.proof != session.proof:
            self._sessions.end(key)
            return Reader()
        return Staff(session.name)

    def sign_in(self, name: str, password: str, *, client: str) -> str:
        """The ``Set-Cookie`` line of a new session.

        Args:
            name: As it was typed.
            password: The person's password, or one of their tokens.
            client: As `client_of` says.

        Raises:
            AskedTooOften: too many were tried from there, or from everywhere.
            SignInRefused: the name or the password is wrong.
        """
        if wait := self._guesses.ask(client) or self._all_guesses.ask(""):
            raise AskedTooOften("Too many were tried; wait before you try again.", wait)
        accounts = self._current()
        account = accounts.get(name)
        owner = find_by_token(accounts, password)
        if not (account and owner is account) and not has_password(account, password):
            logger.warning("sign-in refused: %.80r from %s", name, client)
            raise SignInRefused("There is no such name with that password.")
        assert account is not None
        self._guesses.forgive(client)
        key = self._sessions.begin(account.name, account.proof, now=self.now())
        return self._set_cookie(key, LIFETIME_S)

    def sign_out(self, request: HTTPConnection) -> str:
        """End the session of a request; the ``Set-Cookie`` line that takes the cookie away."""
        self._sessions.end(self._key(request))
        return self._set_cookie("", 0)

    def client_of(self, request: HTTPConnection) -> str:
        """The client that a limit is for: who connected, or who our proxy says did."""
        if self._behind_proxy:
            told = request.headers.getlist("x-forwarded-for")
            # Ours is the last; all before it are the client's own word.
            if told and (last := told[-1].rpartition(",")[2].strip()):
                return client_name(last)
        return client_name(request.client.host if request.client else "")

    def _set_cookie(self, value: str, max_age_s: int) -> str:
        secure = "; Secure" if self._secure else ""
        attributes = f"Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"
        return f"{self.cookie}={value}; {attributes}"

    def _key(self, request: HTTPConnection) -> str:
        return request.cookies.get(self.cookie, "")

    def _current(self) -> Accounts:
        """The staff as the file has them now; nobody, where it can no longer be used."""
        state = self._state()
        with self._lock:
            if state != self._seen:
                self._seen = state
                try:
                    self._accounts = read_accounts(self._archive)
                except ConfigError as error:
                    logger.warning("%s; nobody is staff until then", error)
                    self._accounts = {}
            return self._accounts

    def _state(self) -> tuple[int, int, int, int] | None:
        try:
            stat = self._archive.staff_path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size, stat.st_mode


def who(request: HTTPConnection) -> Reader | Staff:
    """Whose a request is, as the door of its application decides."""
    door: Door = request.app.state.door
    return door.who(request)


def audience_of(request: HTTPConnection) -> Audience:
    """Whom the answer to a request is for."""
    return Audience.STAFF if who(request).is_staff else Audience.READERS


def _host(request: HTTPConnection) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
