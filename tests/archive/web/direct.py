"""Asks one of our applications in this process, under any name, without a socket."""

import asyncio
import atexit
from functools import cache

import httpx
from starlette.types import ASGIApp


@cache
def _loop() -> asyncio.Runner:
    """One for all tests of a process: its threads are started once."""
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner


class _Direct(httpx.BaseTransport):
    def __init__(self, app: ASGIApp) -> None:
        self._asgi = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _loop().run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        reply = await self._asgi.handle_async_request(request)
        return httpx.Response(reply.status_code, headers=reply.headers, content=await reply.aread())


def asking(app: ASGIApp, base_url: str) -> httpx.Client:
    """A client that keeps cookies and follows nothing."""
    plain = {"Accept-Encoding": "identity"}
    return httpx.Client(transport=_Direct(app), base_url=base_url, headers=plain)
