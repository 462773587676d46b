"""How much one client may read: so many answers a minute, and fewer of those with much in them."""

import re

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from archive.staff.door import Door
from archive.staff.pace import Pace
from archive.staff.table import LimitsTable

_BULK = re.compile(
    r"/(?:search(?:\.|es/)|cdx|api/|records/|events\.|trend\.csv|web/timemap/|web/\d+id_/)"
)
_FREE = ("/static/", "/sign-in")


class Budgets:
    """What clients have left, on both origins together."""

    def __init__(self, door: Door, limits: LimitsTable) -> None:
        self._door = door
        self._all, self._bulk = (
            Pace(burst=count, every_s=60 / count, now=door.now) if count else None
            for count in (limits.per_minute, limits.bulk_per_minute)
        )

    def wait_s(self, request: HTTPConnection) -> float:
        """Seconds that the client of a request has to wait; 0.0: none, and that was one."""
        path = request.scope["path"]
        if path.startswith(_FREE) or self._door.who(request).is_staff:
            return 0.0
        client = self._door.client_of(request)
        bulk = self._bulk if _BULK.match(path) else None
        return (bulk.ask(client) if bulk else 0.0) or (self._all.ask(client) if self._all else 0.0)


class Limited:
    """ASGI middleware that answers 429 to a client that reads too much at once."""

    def __init__(self, app: ASGIApp, budgets: Budgets) -> None:
        self._app, self._budgets = app, budgets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within the budget."""
        app = self._app
        if scope["type"] == "http" and (wait := self._budgets.wait_s(HTTPConnection(scope))):
            seconds = int(wait) + 1
            told = (
                f"429: that was much at once; come back in {seconds} s. Who needs more asks the "
                "archive for a token, or for a copy (microfiche export).\n"
            )
            app = PlainTextResponse(told, 429, {"Retry-After": str(seconds)})
        await app(scope, receive, send)
