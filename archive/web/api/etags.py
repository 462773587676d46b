"""An entity tag on every answer of the JSON interface, and 304 to who has it already.

Source: RFC 9110, 8.8.3 and 13.1.2.
"""

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EntityTags:
    """ASGI middleware for the paths that start with ``prefix``; their answers are short and whole.

    The tag is a digest of the body: an answer that says the same has the same tag, whatever was
    indexed meanwhile, and after a restart.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold an answer back until it is whole; then send it, or say that it is the same."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            if start["status"] == 200 and _tag(start, body) in _tags(scope):
                start["status"] = 304
                del MutableHeaders(scope=start)["content-length"]
                body.clear()
            await send(start)
            await send({"type": "http.response.body", "body": bytes(body)})

        await self._app(scope, receive, hold)


def _tag(start: Message, body: bytearray) -> str:
    """Give an answer its tag."""
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    MutableHeaders(scope=start)["ETag"] = tag
    return tag


def _tags(scope: Scope) -> set[str]:
    """The tags that a client has; the comparison is weak."""
    asked = Headers(scope=scope).get("if-none-match", "")
    return {tag.strip().removeprefix("W/") for tag in asked.split(",")}
