"""What every request of the reading room shares, and how it gets at the index."""

import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from fastapi import Depends, Request
from sqlite_utils import Database

from archive.config import Config
from archive.config_live import LiveConfig
from archive.errors import ConfigError, StaffOnly
from archive.index.captures import Capture
from archive.index.deadline import set_limit
from archive.index.lending import Lender
from archive.layout import Archive
from archive.lock import holder_of
from archive.replay.address import marked
from archive.replay.choose import moment_of
from archive.replay.origins import Origins
from archive.rights.rules import Audience
from archive.staff.door import Door, Reader, Staff, audience_of, who
from archive.web.holdings import HoldingsCounter

logger = logging.getLogger(__name__)


class Room:
    """One archive, shown on one pair of origins."""

    def __init__(
        self, archive: Archive, origins: Origins, door: Door, *, answer_within_s: float
    ) -> None:
        self.archive = archive
        self.origins = origins
        self.door = door
        self._answer_within_s = answer_within_s
        self._config = LiveConfig(archive, on_fault=_tell_the_owner)
        self.holdings = HoldingsCounter()
        self._lender = Lender()

    @property
    def title(self) -> str:
        """What the archive is called."""
        return self.config().archive.title or "microfiche"

    def config(self) -> Config:
        """The configuration, edited while we serve; a fault in it is the owner's, no reader's."""
        return self._config.current()

    def is_watched(self) -> bool:
        """Whether a watch, or a crawl that is running, takes up what is left in the inbox."""
        return holder_of(self.archive.lock_path).startswith(("watch", "crawl"))

    def open_index(self, audience: Audience) -> Database:
        """The index for one answer, which ends when it takes too long; the caller closes it.

        Raises:
            As `archive.index.open.open_index` does for readers.
        """
        db = self._lender.open_index(self.archive, audience=audience)
        set_limit(db, self._answer_within_s)
        return db

    def view_of(self, capture: Capture, *, exact: bool = False, marks: str = "") -> str:
        """Where a capture is looked at: the frame page, in this origin.

        ``exact``: this one, though another of its second may show better; ``marks``: what is
        highlighted in it (`archive.replay.address`).
        """
        return f"/view{marked(marks)}/{moment_of(capture, exact=exact)}/{capture.uri}"

    def replay_of(self, capture: Capture, *, exact: bool = False, marks: str = "") -> str:
        """Where its page is, in the other origin."""
        moment = moment_of(capture, exact=exact)
        return f"{self.origins.replay}/web{marked(marks)}/{moment}/{capture.uri}"

    def record_of(self, capture: Capture) -> str:
        """Where its records are, to save: a WARC file of them alone."""
        return f"{self.origins.replay}/records/{capture.record_id}"

    def raw_of(self, capture: Capture, *, exact: bool = False) -> str:
        """Where its bytes are, to save or to read."""
        return f"{self.origins.replay}/web/{moment_of(capture, exact=exact)}id_/{capture.uri}"


def _tell_the_owner(error: ConfigError) -> None:
    logger.error("%s; served as it was before", error)


def room_of(request: Request) -> Room:
    """The room a request came into."""
    found: Room = request.app.state.room
    return found


def _index(request: Request) -> Iterator[Database]:
    # Asked for with each request: a rebuild replaces the file while we serve.
    with closing(room_of(request).open_index(audience_of(request))) as db:
        yield db


def staff_only(request: Request) -> Staff:
    """Let nobody pass who is not staff.

    Raises:
        StaffOnly: a reader asked.
    """
    found = who(request)
    if not isinstance(found, Staff):
        raise StaffOnly("This is for the staff of the archive; sign in first.")
    return found


InRoom = Annotated[Room, Depends(room_of)]
For = Annotated[Audience, Depends(audience_of)]
Index = Annotated[Database, Depends(_index)]
Who = Annotated[Reader | Staff, Depends(who)]
