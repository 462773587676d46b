"""One GET over HTTP for a file: only to addresses that may be reached, certificates verified."""

import ipaddress
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from urllib3 import (
    BaseHTTPResponse,
    HTTPConnectionPool,
    HTTPSConnectionPool,
    ProxyManager,
    Timeout,
)
from urllib3.exceptions import NewConnectionError, SSLError
from urllib3.util import make_headers

from archive.addresses import Address, find_literal, is_public
from archive.errors import DownloadFailed
from archive.urls import is_http
from archive.warc.message import REDIRECTS

_TIMEOUT: Final = Timeout(connect=30.0, read=60.0)
_MAX_REDIRECTS: Final = 10
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Passing(Exception):
    """Something that may be otherwise in a while."""


@dataclass(frozen=True, slots=True)
class AskSettings:
    """Who asks, and what may be reached.

    Attributes:
        user_agent: What we say we are.
        allow_private: Whether loopback, private and other special addresses may be reached.
        proxy: An HTTP proxy for all requests; empty: none.
    """

    user_agent: str
    allow_private: bool = False
    proxy: str = ""


class Asker:
    """Asks for files by GET, following redirects, each hop looked at again."""

    def __init__(self, settings: AskSettings) -> None:
        self._settings = settings

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[BaseHTTPResponse]:
        """The answer to a GET; its body is not read yet, and as the server codes it.

        Raises:
            DownloadFailed: the address may not be reached, or leads nowhere.
            Passing: the server is busy, or its name is not known at the moment.
            urllib3.exceptions.HTTPError: the connection fails, or the certificate.
        """
        own = {"User-Agent": self._settings.user_agent, "Accept-Encoding": "identity"}
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._send(url, {**own, **headers})
            try:
                if response.status in _PASSING:
                    raise Passing(f"answered with {response.status} {response.reason}")
                if response.status not in REDIRECTS:
                    yield response
                    return
                url = _next(url, response.headers.get("Location"))
            finally:
                response.close()
        raise DownloadFailed(f"{url}: more than {_MAX_REDIRECTS} redirects")

    def _send(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        try:
            if self._settings.proxy:
                return self._send_by_proxy(url, headers)
            return self._send_direct(url, headers)
        except SSLError as error:
            raise DownloadFailed(f"{url}: its certificate is refused: {error}") from error

    def _send_by_proxy(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        # Only the proxy can see what a name stands for: it is what keeps the gate there.
        literal = find_literal(urlsplit(url).hostname or "")
        self._require_public(url, [literal] if literal else [])
        parts = urlsplit(self._settings.proxy)
        user = f"{parts.username}:{parts.password or ''}" if parts.username else None
        plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        proxy = ProxyManager(plain, proxy_headers=make_headers(proxy_basic_auth=user))
        return proxy.request(
            "GET",
            url,
            headers=headers,
            preload_content=False,
            redirect=False,
            retries=False,
            timeout=_TIMEOUT,
        )

    def _send_direct(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        parts = urlsplit(url)
        named = {"Host": parts.netloc.rpartition("@")[2], **headers}
        addresses = self._look_up(url)
        for left, address in reversed(list(enumerate(reversed(addresses)))):
            try:
                return _pool(url, address).urlopen(
                    "GET",
                    parts._replace(scheme="", netloc="", fragment="").geturl() or "/",
                    headers=named,
                    preload_content=False,
                    redirect=False,
                    retries=False,
                    timeout=_TIMEOUT,
                )
            except NewConnectionError:
                if not left:
                    raise
        raise Passing(f"the name {parts.hostname} has no address")

    def _look_up(self, url: str) -> list[str]:
        """What a name stands for; connections go there, whatever it says a moment later."""
        host = urlsplit(url).hostname or ""
        try:
            found = socket.getaddrinfo(host, _port(url), type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Passing(f"the name {host} cannot be looked up: {error}") from error
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        self._require_public(url, addresses)
        return [str(address) for address in addresses]

    def _require_public(self, url: str, addresses: Sequence[Address]) -> None:
        private = [str(address) for address in addresses if not is_public(address)]
        if private and not self._settings.allow_private:
            raise DownloadFailed(
                f"{url}: leads to {private[0]}, which is not on the public network; "
                "--allow-private-addresses allows it"
            )


def _pool(url: str, address: str) -> HTTPConnectionPool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        host = parts.hostname
        return HTTPSConnectionPool(address, _port(url), server_hostname=host, assert_hostname=host)
    return HTTPConnectionPool(address, _port(url))


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _next(url: str, location: str | None) -> str:
    try:
        target = urljoin(url, location or "")
    except ValueError:  # such as "http://[bad/"
        target = ""
    if not location or not is_http(target):
        raise DownloadFailed(f"{url}: redirects to {location!r}, expected an http or https address")
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise DownloadFailed(f"{url}: redirects to {target}, out of the protection of TLS")
    return target
