"""From a name to a connection, with the address checked in between and no gap.

A name is resolved once; the addresses that come back are checked and the very same ones are
connected to. Connections are kept for the next request, but never shared between sources that
may reach different networks or trust different certificates.
"""

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from scrapy.exceptions import CannotResolveHostError
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, fail, inlineCallbacks, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IResolutionReceiver
from twisted.internet.protocol import Factory
from zope.interface import implementer

from archive.addresses import Address, find_literal, is_public
from crawler.capture.ask import Proxy, Server, compose_connect
from crawler.capture.tls import TlsContexts
from crawler.capture.wire import TunnelRefused, Wire

# With more than one address to try, the first that does not answer must not eat all the time.
ATTEMPT_S = 10.0


class AddressRefused(Exception):
    """A name or address leads to a network that this source may not reach."""


@dataclass(frozen=True, slots=True)
class Route:
    """What two requests must have in common to share a connection."""

    server: Server
    allow_private: bool = False
    verify_tls: bool = True
    proxy: Proxy | None = None


class Connections:
    """Makes connections and keeps idle ones.

    Args:
        reactor: Twisted's.
        idle_s: Seconds for which an idle connection is kept.
        idle_per_route: How many are kept for one route.
    """

    def __init__(self, reactor: Any, *, idle_s: float, idle_per_route: int) -> None:  # noqa: ANN401 - Twisted's
        self._reactor = reactor
        self._idle_s, self._idle_per_route = idle_s, idle_per_route
        self._tls = TlsContexts()
        self._idle: defaultdict[Route, list[tuple[Wire, Any]]] = defaultdict(list)
        self._factory: Any = Factory.forProtocol(Wire)
        self._factory.noisy = False

    def get(self, route: Route, *, fresh: bool = False) -> "Deferred[Wire]":
        """An idle connection, else a new one.

        Fails with `AddressRefused`, `CannotResolveHostError`, `TlsFailed`, `TunnelRefused` or
        Twisted's connection errors.
        """
        while not fresh and (waiting := self._idle.get(route)):
            wire, timer = waiting.pop()
            timer.cancel()
            if wire.is_idle:
                return succeed(wire)
        return self._connect(route)

    def put_back(self, route: Route, wire: Wire) -> None:
        """Keep a connection for the next request, if it is fit for one."""
        if not wire.is_idle:
            return
        waiting = self._idle[route]
        if len(waiting) >= self._idle_per_route:
            wire.close()
            return
        timer = self._reactor.callLater(self._idle_s, self._expire, route, wire)
        waiting.append((wire, timer))

    def close(self) -> None:
        """End every idle connection."""
        for waiting in self._idle.values():
            for wire, timer in waiting:
                timer.cancel()
                wire.close()
        self._idle.clear()

    def _expire(self, route: Route, wire: Wire) -> None:
        self._idle[route] = [kept for kept in self._idle[route] if kept[0] is not wire]
        if not self._idle[route]:
            del self._idle[route]
        wire.close()

    @inlineCallbacks
    def _connect(self, route: Route) -> Generator["Deferred[Any]", Any, Wire]:
        proxy, server = route.proxy, route.server
        if proxy is None:
            wire: Wire = yield self._connect_tcp(server, allow_private=route.allow_private)
            if server.scheme == "https":
                yield self._secure(wire, server, route)
            return wire
        if proxy.server.scheme == server.scheme == "https":
            raise TunnelRefused("no tunnel through an https proxy; name its http address")
        if not route.allow_private:
            yield self._check_behind_proxy(server)
        # Where the proxy stands is the operator's own choice.
        wire = yield self._connect_tcp(proxy.server, allow_private=True)
        if proxy.server.scheme == "https":
            yield self._secure(wire, proxy.server, route)
        if server.scheme == "https":
            yield wire.tunnel(compose_connect(server, proxy))
            yield self._secure(wire, server, route)
        return wire

    def _secure(self, wire: Wire, server: Server, route: Route) -> "Deferred[Wire]":
        creator = self._tls.creator(server.host, verify=route.verify_tls)
        return wire.secure(creator, server.host, verify=route.verify_tls)

    @inlineCallbacks
    def _connect_tcp(
        self, server: Server, *, allow_private: bool
    ) -> Generator["Deferred[Any]", Any, Wire]:
        found: list[Address] = yield self._resolve(server.host)
        addresses = [address for address in found if allow_private or is_public(address)]
        if not addresses:
            raise _refused(server, found)
        error: Exception | None = None
        for number, address in enumerate(addresses, start=1):
            kind = TCP6ClientEndpoint if address.version == 6 else TCP4ClientEndpoint
            wait = ATTEMPT_S if number < len(addresses) else None
            endpoint = kind(self._reactor, str(address), server.port, timeout=wait or 3600)
            try:
                wire: Wire = yield endpoint.connect(self._factory)
            except ConnectError as failed:
                error = failed
            else:
                return wire
        assert error is not None
        raise error

    def _resolve(self, host: str) -> "Deferred[list[Address]]":
        literal = find_literal(host)
        if literal is not None:
            return succeed([literal])
        receiver = _Receiver(host)
        try:
            self._reactor.nameResolver.resolveHostName(receiver, host)
        except UnicodeError as error:
            return fail(CannotResolveHostError(f"{host!r} is no host name: {error}"))
        return receiver.done

    @inlineCallbacks
    def _check_behind_proxy(self, server: Server) -> Generator["Deferred[Any]", Any, None]:
        """Refuse what our own look-up says is not public; the proxy makes its own, later."""
        try:
            found: list[Address] = yield self._resolve(server.host)
        except CannotResolveHostError:
            return  # only the proxy can see names: it is what keeps the gate there
        if not any(is_public(address) for address in found):
            raise _refused(server, found)


@implementer(IResolutionReceiver)
class _Receiver:
    """Collects what a name resolves to."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._found: list[Address] = []
        self.done: Deferred[list[Address]] = Deferred()

    def resolutionBegan(self, resolutionInProgress: object) -> None:  # noqa: N802, N803 - Twisted's
        """Nothing is known yet."""

    def addressResolved(self, address: object) -> None:  # noqa: N802 - Twisted's
        """One address more."""
        if isinstance(address, IPv4Address | IPv6Address):
            literal = find_literal(address.host)
            if literal is not None and literal not in self._found:
                self._found.append(literal)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's
        """There are no more."""
        if self.done.called:
            return  # cancelled meanwhile
        if self._found:
            self.done.callback(self._found)
        else:
            self.done.errback(CannotResolveHostError(f"{self._host} has no address"))


def _refused(server: Server, found: list[Address]) -> AddressRefused:
    listed = ", ".join(map(str, found))
    return AddressRefused(
        f"{server.host} is at {listed}: not on the public network; "
        "set allow_private_addresses for this source if it should be"
    )
