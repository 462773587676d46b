"""For the staff: crawl runs, what they could not have, and why."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from archive.errors import NotFound
from archive.runs.frontier import read_address
from archive.runs.reports import get_run, iter_runs
from archive.times import utc_now
from archive.urls import is_http
from archive.web.render import page
from archive.web.room import InRoom, staff_only

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(staff_only)],
)

RUNS_SHOWN = 100


@router.get("/runs")
def runs_page(room: InRoom) -> Response:
    """The crawl runs, the newest first."""
    runs = list(islice(iter_runs(room.archive), RUNS_SHOWN))
    return HTMLResponse(
        page("runs.html", room=room, runs=runs, shown=RUNS_SHOWN, is_watched=room.is_watched())
    )


@router.get("/runs/{name}")
def run_page(room: InRoom, name: str) -> Response:
    """One run: what it brought by source, and what could not be fetched."""
    return HTMLResponse(page("run.html", room=room, run=get_run(room.archive, name)))


@router.get("/why")
def why_page(room: InRoom, url: Annotated[str, Query(max_length=4000)] = "") -> Response:
    """What the crawler knows of one address: why it was, or was not, fetched."""
    asked, known, problem = url.strip(), None, ""
    if asked and not is_http(asked):
        problem = "That is no web address: expected one such as https://example.org/story."
    elif asked:
        try:
            known = read_address(room.archive, asked)
        except NotFound as error:
            problem = str(error)
    html = page(
        "why.html",
        room=room,
        url=asked,
        known=known,
        problem=problem,
        now=utc_now().timestamp(),
    )
    return HTMLResponse(html, 200 if known or not asked else 404)
