"""What every request of the reading room shares, and how it gets at the index."""

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from fastapi import Depends, Request
from sqlite_utils import Database

from archive.config import Config, load_config
from archive.index.captures import Capture
from archive.index.open import open_index
from archive.layout import Archive
from archive.replay.choose import moment_of
from archive.replay.origins import Origins
from archive.web.holdings import HoldingsCounter


class Room:
    """One archive, shown on one pair of origins."""

    def __init__(self, archive: Archive, origins: Origins, title: str) -> None:
        self.archive = archive
        self.origins = origins
        self.title = title or "microfiche"
        self.holdings = HoldingsCounter()

    def config(self) -> Config:
        """The configuration as it stands now; sources are added while we serve."""
        return load_config(self.archive)

    def view_of(self, capture: Capture, *, exact: bool = False) -> str:
        """Where a capture is looked at: the frame page, in this origin.

        ``exact``: this one, though another of its second may show better.
        """
        return f"/view/{moment_of(capture, exact=exact)}/{capture.uri}"

    def replay_of(self, capture: Capture, *, exact: bool = False) -> str:
        """Where its page is, in the other origin."""
        return f"{self.origins.replay}/web/{moment_of(capture, exact=exact)}/{capture.uri}"

    def raw_of(self, capture: Capture, *, exact: bool = False) -> str:
        """Where its bytes are, to save or to read."""
        return f"{self.origins.replay}/web/{moment_of(capture, exact=exact)}id_/{capture.uri}"


def room_of(request: Request) -> Room:
    """The room a request came into."""
    found: Room = request.app.state.room
    return found


def _index(request: Request) -> Iterator[Database]:
    # Opened for each request: a rebuild replaces the file while we serve.
    with closing(open_index(room_of(request).archive)) as db:
        yield db


InRoom = Annotated[Room, Depends(room_of)]
Index = Annotated[Database, Depends(_index)]
