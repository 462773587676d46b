"""ReplayWeb.page over one WACZ: a page with its viewer, its two files, and the WACZ in ranges."""

from html import escape
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from archive.errors import CannotServe
from archive.replay.gate import HostGate
from archive.viewers.found import REPLAYWEB_FILES

HOST = "127.0.0.3"
WACZ = "/collection.wacz"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>html,body,replay-web-page{{display:block;height:100%;margin:0}}</style>
<script src="/ui.js"></script>
<replay-web-page source="{wacz}" replayBase="/replay/" embed="full" deepLink></replay-web-page>
"""
_INNER = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>ReplayWeb.page</title>
<script src="/ui.js"></script><body style="margin:0"><replay-app-main></replay-app-main>
"""


def create_replayweb(files: Path, wacz: Path) -> ASGIApp:
    """The application that serves the viewer and a WACZ; archived scripts run in it.

    Args:
        files: The directory with ``ui.js`` and ``sw.js``.
        wacz: The WACZ.

    Raises:
        CannotServe: there is no such file.
    """
    if not wacz.is_file():
        raise CannotServe(f"{wacz}: no such file; make one with microfiche export --format wacz")
    page = _PAGE.format(title=escape(wacz.name), wacz=WACZ)

    def show(_: Request) -> Response:
        return HTMLResponse(page)

    def give(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return FileResponse(files / name, media_type="text/javascript")

    def collection(_: Request) -> Response:
        return FileResponse(wacz, media_type="application/wacz+zip")

    def inner(_: Request) -> Response:
        # Its worker answers this, but for the first time, when it is not there yet.
        return HTMLResponse(_INNER)

    # The worker must lie in the directory of what it answers for.
    places = [f"/{name}" for name in REPLAYWEB_FILES] + ["/replay/sw.js"]
    routes = [
        Route("/", show),
        Route("/replay/", inner),
        Route(WACZ, collection),
        *(Route(place, give) for place in places),
    ]
    return HostGate(
        Starlette(routes=routes),
        names=[HOST],
        advice=f"ReplayWeb.page is at http://{HOST}:PORT/ only",
    )
