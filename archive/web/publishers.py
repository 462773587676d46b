"""For publishers: how this archive treats what they publish, and whom to write to."""

from collections import Counter
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from archive.config import Config, Reservation
from archive.rights.rules import Access
from archive.web.render import page
from archive.web.room import InRoom

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Manners:
    """What the configuration says of how publications are treated.

    Attributes:
        sources: How many are collected.
        disobeyed: The names of those whose robots.txt is not obeyed.
        delay: The shortest distance between two requests to one host, in seconds.
        respected: How many publications each reservation is honoured for.
        kept_back: How many rules keep something back, by kind.
    """

    sources: int
    disobeyed: tuple[str, ...]
    delay: float
    respected: dict[str, int]
    kept_back: dict[str, int]


def manners_of(config: Config) -> Manners:
    """How an archive that is configured so treats publications."""
    sources = [source for source in config.sources.values() if source.enabled]
    honoured = Counter(word for source in sources for word in source.respect)
    rules = Counter(right.access for right in config.rights)
    return Manners(
        len(sources),
        tuple(sorted(source.name for source in sources if not source.obey_robots)),
        min((source.delay for source in sources), default=0.0),
        {word.value: honoured[word] for word in Reservation},
        {access.value: rules[access] for access in Access if access is not Access.OPEN},
    )


@router.get("/publishers")
def publishers_page(room: InRoom) -> Response:
    """What is collected how, who may read it, and how to have something kept back."""
    config = room.config()
    html = page(
        "publishers.html",
        room=room,
        config=config,
        manners=manners_of(config),
        limits=config.limits,
    )
    return HTMLResponse(html)
