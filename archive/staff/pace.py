"""How often a client may ask for something: some at once, then one each so often."""

import ipaddress
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_CLIENTS_KNOWN = 10_000
# As some proxies write a client into X-Forwarded-For.
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([\d.]+):\d+", re.ASCII)


class Pace:
    """``burst`` at once, then one every ``every_s`` seconds, for each client.

    Source: the generic cell rate algorithm (ITU-T I.371): one moment for each client is all that
    is kept.
    """

    def __init__(
        self, *, burst: int, every_s: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._every, self._slack, self._now = every_s, burst * every_s, now
        self._paid_until: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def ask(self, client: str) -> float:
        """Seconds that a client has to wait; 0: it may, and that was one.

        >>> pace = Pace(burst=2, every_s=10, now=lambda: 0.0)
        >>> pace.ask("a"), pace.ask("a"), pace.ask("a"), pace.ask("b")
        (0.0, 0.0, 10.0, 0.0)
        """
        now = self._now()
        with self._lock:
            paid = max(self._paid_until.get(client, now), now) + self._every
            if (wait := paid - now - self._slack) > 0:
                return wait
            self._paid_until[client] = paid
            self._paid_until.move_to_end(client)
            while len(self._paid_until) > _CLIENTS_KNOWN:
                self._paid_until.popitem(last=False)
        return 0.0

    def forgive(self, client: str) -> None:
        """Forget what a client asked for so far."""
        with self._lock:
            self._paid_until.pop(client, None)


def client_name(address: str) -> str:
    """One name for all addresses that one client has: of IPv6, its network; a port is left out.

    >>> client_name("192.0.2.1"), client_name("2001:db8::1"), client_name("unknown")
    ('192.0.2.1', '2001:db8::/64', 'unknown')
    >>> client_name("192.0.2.1:4711"), client_name("[2001:db8::1]:4711")
    ('192.0.2.1', '2001:db8::/64')
    """
    with_port = _WITH_PORT.fullmatch(address)
    try:
        found = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else address)
    except ValueError:
        return address[:80]
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network(f"{found}/64", strict=False))
