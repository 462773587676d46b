"""How much may still be written, and what is left out before nothing may be."""

import logging
import shutil
from pathlib import Path

from archive.config import CrawlTable
from archive.errors import OutOfRoom
from archive.layout import Archive
from crawler.frontier import Lane

logger = logging.getLogger(__name__)

# What goes first when room becomes scarce: the share of `spare_bytes` below which a lane is closed.
# Old pages wait longest, pictures can wait, another look is worth less than a new article.
_CLOSED_BELOW = {
    Lane.BACKFILL: 1.0,
    Lane.BACKFILL_REQUISITE: 1.0,
    Lane.CHECK_REQUISITE: 0.5,
    Lane.NEWS_REQUISITE: 0.5,
    Lane.CHECK: 0.25,
}
_SAID = {1.0: "old pages", 0.5: "old pages, pictures and styles", 0.25: "all but news"}


def warc_bytes(archive: Archive) -> int:
    """What the WARC files of an archive take."""
    return sum(path.stat().st_size for path in archive.warcs_dir.rglob("*.warc.gz*"))


def room_left(archive: Archive, crawl: CrawlTable, *, taken: int) -> int:
    """How many bytes may still be written; below 0: none, and there is too much already.

    Args:
        archive: Where.
        crawl: The budget, and what the disk has to keep free.
        taken: What the WARC files take.
    """
    free = shutil.disk_usage(_existing(archive.warcs_dir)).free - crawl.min_free_bytes
    return min(free, crawl.budget_bytes - taken) if crawl.budget_bytes else free


def open_lanes(left: int, spare_bytes: int) -> tuple[Lane, ...]:
    """What is still fetched while so much room is left.

    >>> [len(open_lanes(left, 100)) for left in (100, 99, 49, 24)]
    [9, 7, 5, 4]
    """
    return tuple(lane for lane in Lane if left >= _CLOSED_BELOW.get(lane, 0.0) * spare_bytes)


def left_out(left: int, spare_bytes: int) -> str:
    """What is not fetched any more, as people say it; empty: nothing is left out."""
    return next((_SAID[share] for share in sorted(_SAID) if left < share * spare_bytes), "")


class Space:
    """Watches over the room that a run has."""

    def __init__(self, archive: Archive, crawl: CrawlTable) -> None:
        self._archive, self._crawl = archive, crawl
        self._before = warc_bytes(archive) if crawl.budget_bytes else 0
        self.left_out = ""
        """What is not fetched for want of room; empty: nothing."""

    def look(self, written: int) -> tuple[Lane, ...]:
        """What may be fetched now.

        Args:
            written: Bytes of WARC files that this run has written.

        Raises:
            OutOfRoom: nothing may be.
        """
        crawl = self._crawl
        left = room_left(self._archive, crawl, taken=self._before + written)
        if left <= 0:
            raise OutOfRoom(
                f"{self._archive.warcs_dir}: no room is left (crawl.min_free_bytes"
                f"{', crawl.budget_bytes' if crawl.budget_bytes else ''}); what was fetched is "
                "whole. Make room or raise the budget, then run again"
            )
        out = left_out(left, crawl.spare_bytes)
        if out and out != self.left_out:
            logger.warning(
                "%.2f GB of room are left: not fetched any more: %s; nothing is at 0",
                left / 1e9,
                out,
            )
        self.left_out = out
        return open_lanes(left, crawl.spare_bytes)


def _existing(path: Path) -> Path:
    return path if path.exists() else path.parent
