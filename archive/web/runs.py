"""For the staff: crawl runs, what they could not have, and why."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from archive.errors import NotFound
from archive.layout import Archive
from archive.runs.frontier import read_address
from archive.runs.reports import get_run, iter_runs
from archive.runs.running import find_running
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
EVERY_S = 1.0
LOOKS = 60


@router.get("/runs")
def runs_page(room: InRoom) -> Response:
    """The crawl runs, the newest first."""
    runs = list(islice(iter_runs(room.archive), RUNS_SHOWN))
    return HTMLResponse(
        page(
            "runs.html",
            room=room,
            runs=runs,
            shown=RUNS_SHOWN,
            is_watched=room.is_watched(),
            is_running=find_running(room.archive) is not None,
        )
    )


@router.get("/runs/now")
def running_page(room: InRoom) -> Response:
    """The run that is under way, followed where there is script; else by looking again."""
    run = find_running(room.archive)
    if run is None:
        return RedirectResponse("/runs", 303)
    return HTMLResponse(page("running.html", room=room, run=run))


@router.get("/runs/now/events", response_class=EventSourceResponse)
async def running_events(room: InRoom) -> AsyncIterator[ServerSentEvent]:
    """The same as server-sent events: `run` with its tables when they change, `end` at its end."""
    async for event in follow_run(room.archive, pause=asyncio.sleep):
        yield event


async def follow_run(
    archive: Archive, *, pause: Callable[[float], Awaitable[None]]
) -> AsyncIterator[ServerSentEvent]:
    """How far the run is, whenever that has changed, until it ends.

    Args:
        archive: Whose run.
        pause: Waits so many seconds.
    """
    before = None
    # A browser asks again by itself: nobody who has been signed out follows for longer than this.
    for _ in range(LOOKS):
        run = await run_in_threadpool(find_running, archive)
        if run is None:
            yield ServerSentEvent(raw_data=page("_ended.html"), event="end")
            return
        if run != before:
            yield ServerSentEvent(raw_data=page("_run.html", run=run), event="run")
        before = run
        await pause(EVERY_S)


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
