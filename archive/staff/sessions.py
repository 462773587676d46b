"""Who is signed in: kept in memory by the server, so that a restart signs everybody out."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

LIFETIME_S = 12 * 3600
MOST = 1000
"""Sessions at one time; the oldest goes when there is one more."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: whose, by which password and tokens (`Account.proof`), until when."""

    name: str
    proof: str
    until: float


class Sessions:
    """Sessions by the key that only the browser has; here is no more than its digest."""

    def __init__(self) -> None:
        self._by_digest: OrderedDict[bytes, Session] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, proof: str, *, now: float) -> str:
        """A new session's key.

        Args:
            name: Whose.
            proof: `Account.proof` as it is now.
            now: Seconds on a clock that only goes forward.
        """
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._by_digest[_digest(key)] = Session(name, proof, now + LIFETIME_S)
            while len(self._by_digest) > MOST:
                self._by_digest.popitem(last=False)
        return key

    def find(self, key: str, *, now: float) -> Session | None:
        """The session of a key, unless it is over."""
        found = self._by_digest.get(_digest(key))
        if found is not None and found.until <= now:
            self.end(key)
            return None
        return found

    def end(self, key: str) -> None:
        """Forget a session; nothing happens where there is none."""
        with self._lock:
            self._by_digest.pop(_digest(key), None)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
