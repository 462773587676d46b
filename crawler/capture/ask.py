"""The bytes of one request, and what of them may be kept."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from archive.warc.secrets import MASK, SECRET_HEADERS

_OURS = frozenset({b"host", b"content-length", b"transfer-encoding", b"proxy-authorization"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")

HeaderPairs = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Server:
    """Where a connection leads; ``host`` without brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and what it wants to be told; ``authorization`` is kept out of records."""

    server: Server
    authorization: bytes | None = None

    @property
    def name(self) -> str:
        """How the metadata record calls it, without credentials."""
        return f"{self.server.scheme}://{self.server.host}:{self.server.port}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it goes out (``raw``) and as it is kept (``kept``, credentials masked)."""

    raw: bytes
    kept: bytes
    masked: tuple[str, ...]


def server_of(url: str) -> Server:
    """The server that an http or https address names.

    >>> server_of("https://news.example/a")
    Server(scheme='https', host='news.example', port=443)

    Raises:
        ValueError: no host, another scheme, or a port out of range.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"expected an absolute http or https address, got {url!r:.200}")
    return Server(parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])


def proxy_of(stated: str, authorization: bytes | None) -> Proxy:
    """Read a proxy's address; credentials in it are used where no header gives any.

    >>> proxy_of("proxy.example:3128", None).name
    'http://proxy.example:3128'
    """
    parts = urlsplit(stated if "://" in stated else f"http://{stated}")
    if authorization is None and parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = b"Basic " + base64.b64encode(pair.encode())
    return Proxy(server_of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"), authorization)


def compose(method: str, url: str, headers: HeaderPairs, body: bytes, proxy: Proxy | None) -> Ask:
    r"""Write a request down.

    Args:
        method: An HTTP token.
        url: Absolute, http or https, ASCII; a fragment is left out.
        headers: Name and value, in the order in which they are to go out.
        body: Sent with its length where there is one.
        proxy: A plain HTTP address goes to a proxy in absolute form.

    >>> compose("GET", "http://news.example/a?b#c", [(b"Cookie", b"x=1")], b"", None).kept
    b'GET /a?b HTTP/1.1\r\nHost: news.example\r\nCookie: [masked]\r\n\r\n'

    Raises:
        ValueError: something in it would break the message in two.
    """
    parts = urlsplit(url)
    target = _target(parts, absolute=proxy is not None and parts.scheme == "http")
    first = b" ".join((method.encode("ascii"), target, b"HTTP/1.1"))
    if not _METHOD.fullmatch(method.encode("ascii")) or not _TARGET.fullmatch(target):
        raise ValueError(f"cannot be asked for: {first!r:.200}")
    lines = [(b"Host", _host(parts)), *_asked_for(headers)]
    tunnelled = proxy is not None and parts.scheme == "https"
    if proxy is not None and proxy.authorization is not None and not tunnelled:
        lines.append((b"Proxy-Authorization", proxy.authorization))
    if body:
        lines.append((b"Content-Length", str(len(body)).encode()))
    masked = tuple(
        dict.fromkeys(name.decode("latin-1") for name, _ in lines if name.lower() in SECRET_HEADERS)
    )
    kept = [(name, MASK if name.lower() in SECRET_HEADERS else value) for name, value in lines]
    raw = _join(first, lines) + body
    return Ask(raw, _join(first, kept) + body if masked else raw, masked)


def _asked_for(headers: HeaderPairs) -> Iterator[tuple[bytes, bytes]]:
    """The header lines that are the caller's to choose."""
    for name, value in headers:
        # The proxy's own line is added by `compose`, or sent with CONNECT.
        if name.lower() in _OURS:
            continue
        if b"\r" in name + value or b"\n" in name + value:
            raise ValueError(f"a header cannot hold a line end: {name!r}")
        yield name, value


def compose_connect(server: Server, proxy: Proxy) -> bytes:
    r"""Ask a proxy for a tunnel.

    >>> compose_connect(Server("https", "a.example", 443), Proxy(Server("http", "p", 3128)))
    b'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n'
    """
    host = f"[{server.host}]" if ":" in server.host else server.host
    authority = f"{host}:{server.port}".encode("ascii")
    lines = [(b"Host", authority)]
    if proxy.authorization is not None:
        lines.append((b"Proxy-Authorization", proxy.authorization))
    return _join(b"CONNECT " + authority + b" HTTP/1.1", lines)


def _join(first: bytes, lines: HeaderPairs) -> bytes:
    out = [first]
    out += [name + b": " + value for name, value in lines]
    return b"\r\n".join((*out, b"", b""))


def _target(parts: SplitResult, *, absolute: bool) -> bytes:
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    if absolute:
        target = f"{parts.scheme}://{_host(parts).decode('ascii')}{target}"
    return target.encode("ascii")


def _host(parts: SplitResult) -> bytes:
    netloc = parts.netloc.rpartition("@")[2]
    return netloc.removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}").encode("ascii")
