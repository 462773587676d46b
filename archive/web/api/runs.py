"""For the staff: crawl runs as JSON, and what the crawler knows of one address."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from archive.runs.frontier import read_address
from archive.runs.reports import get_run, iter_runs
from archive.web.paging import After, Limit, behind, first_of
from archive.web.room import InRoom, staff_only

router = APIRouter(tags=["runs"], dependencies=[Depends(staff_only)])


@dataclass(frozen=True, slots=True)
class Runs:
    """A page of reports, the newest first, as docs/operator.md describes them."""

    runs: list[dict[str, Any]]
    after: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the crawler knows of an address: its row, its host's, and how it came to be known."""

    address: dict[str, Any]
    host: dict[str, Any] | None
    way: list[str]


@router.get("/runs", summary="Crawl runs")
def list_runs(room: InRoom, limit: Limit = 100, after: After = "") -> Runs:
    """Crawl runs: why each ended, what it brought by source, what could not be fetched."""
    every = list(iter_runs(room.archive))
    return Runs(*first_of(behind(every, after, _name), limit, _name))


@router.get("/runs/{name}", summary="Crawl run")
def read_run(
    room: InRoom,
    name: Annotated[str, Path(description="The start of its name, or `last`.", examples=["last"])],
) -> dict[str, Any]:
    """One run."""
    return get_run(room.archive, name)


@router.get("/why", summary="Why an address was not fetched")
def read_why(
    room: InRoom,
    url: Annotated[
        str,
        Query(
            max_length=4000,
            description="The address, as it was found.",
            examples=["http://post.test/news/storm-1.html"],
        ),
    ],
) -> Known:
    """The state of one address in the frontier."""
    known = read_address(room.archive, url.strip())
    return Known(known["address"], known["host"], known["way"])


def _name(run: dict[str, Any]) -> str:
    return str(run["run"])
