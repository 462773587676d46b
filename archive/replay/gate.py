"""Only requests that name us: the Host gate of both origins.

A page anywhere may point a name of its own at 127.0.0.1 (DNS rebinding) and would then be of the
same origin as whatever answers there. So each origin answers only to the names it knows and says
421 to all others; this also keeps the two origins from answering for each other.

Source: RFC 9110, 15.5.20 (421 Misdirected Request).
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+?)\.?(?::\d{1,5})?", re.IGNORECASE)


def host_name(header: str) -> str | None:
    """The name in a Host header, without its port; None when it is malformed.

    >>> host_name("LOCALHOST:8080"), host_name("[::1]:80"), host_name("a b")
    ('localhost', '[::1]', None)
    """
    match = _HOST.fullmatch(header)
    return match[1].lower() if match else None


class HostGate:
    """ASGI middleware that answers 421 to requests for names not in ``names``."""

    def __init__(self, app: ASGIApp, *, names: Iterable[str], advice: str) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._advice = advice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what names us."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) == 1 and host_name(hosts[0]) in self._names:
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse(
            f"421 Misdirected Request: {self._advice}\n",
            status_code=421,
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
        )
        await refusal(scope, receive, send)
