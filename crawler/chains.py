"""Redirect chains: what was passed on the way, and the cookies that were set there.

A chain has its cookies to itself, and they end with it: no other request carries them.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from email.message import Message
from http.cookiejar import CookieJar
from urllib.request import Request

from crawler.answers import Answer

_MAX_OPEN = 10_000
_MAX_COOKIE_BYTES = 8192


@dataclass(slots=True)
class Chain:
    """The addresses that led to one another, and what they have set."""

    seen: set[str] = field(default_factory=set)
    steps: int = 0
    first: str = ""
    """The address that a listing has named."""
    jar: CookieJar = field(default_factory=CookieJar)

    def pass_by(self, answer: Answer) -> bool:
        """Note an answer on the way; True: it has set a cookie that was not set before."""
        self.seen.add(answer.url)
        self.steps += 1
        self.first = self.first or answer.url
        before = self._values()
        if answer.set_cookies:
            self.jar.extract_cookies(_Set(answer.set_cookies), Request(answer.url))  # type: ignore[arg-type] # noqa: S310
        return self._values() != before

    def cookies_for(self, url: str) -> str:
        """The header line for the next request; empty: none."""
        request = Request(url)  # noqa: S310 - never opened
        self.jar.add_cookie_header(request)
        line = request.get_header("Cookie") or ""
        return line if line.isprintable() and len(line) <= _MAX_COOKIE_BYTES else ""

    def _values(self) -> set[tuple[str, str, str, str | None]]:
        return {(c.domain, c.path, c.name, c.value) for c in self.jar}


class Chains:
    """The chains that go on, by the address they go on with."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Chain] = OrderedDict()

    def take(self, url: str) -> Chain:
        """The chain that leads to an address; a new one where none does."""
        return self._open.pop(url, None) or Chain()

    def go_on(self, url: str, chain: Chain) -> None:
        """The chain goes on with an address."""
        self._open[url] = chain
        if len(self._open) > _MAX_OPEN:
            self._open.popitem(last=False)


class _Set:
    """What the standard library wants to know of a response."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._message = Message()
        for line in lines:
            self._message["Set-Cookie"] = line

    def info(self) -> Message:
        """The header lines."""
        return self._message
