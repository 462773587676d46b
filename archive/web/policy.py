"""Headers of every response of the reading room."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.replay.origins import Origins


def room_headers(origins: Origins) -> dict[str, str]:
    """A policy under which only our own script runs and nothing comes from elsewhere.

    Only frames and pictures may, and only from the replay origin: whatever an archived page tries,
    its frame can be led nowhere else.
    """
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        f"img-src 'self' {origins.replay}/",
        f"frame-src {origins.replay}/",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-DNS-Prefetch-Control": "off",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


class FixedHeaders:
    """ASGI middleware that puts the same headers on every response, errors included.

    What was asked for by somebody known is kept by no cache.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers on the way back."""
        names = {name for name, _ in scope.get("headers", ())}
        kept = "private, no-store" if names & {b"cookie", b"authorization"} else "no-cache"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self._app(scope, receive, with_headers)


_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnFormsOnly:
    """ASGI middleware: what changes something comes from a page of ours, or from a program.

    A browser says from where it sends a form, in ``Origin`` and ``Sec-Fetch-Site``; whatever says
    neither is refused, unless it brings a token, which no page elsewhere could make a browser add.

    Source: Fetch Standard (Origin), Fetch Metadata Request Headers.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._scheme = urlsplit(origins.room).scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what only reads, and what is ours."""
        app = self._app
        if scope["type"] == "http" and scope["method"] not in _READING:
            headers = Headers(scope=scope)
            by_token = headers.get("authorization", "").lower().startswith("bearer ")
            if not by_token and not self._is_ours(headers):
                told = "403: a form of another site was sent here; nothing was changed\n"
                app = PlainTextResponse(told, status_code=403)
        await app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is None and site is None:
            return False
        here = f"{self._scheme}://{headers.get('host', '')}".lower()
        return site in (None, "same-origin") and (origin is None or origin.lower() == here)
