"""Scrapy as it comes: ``scrapy runspider`` of this file, with no setting changed.

It is run from elsewhere, so that the project's own settings are not found.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response


class Bulk(Spider):
    """Asks for the bulk pages of the newspaper and counts what it gets."""

    name = "bulk"

    def __init__(self, base: str, count: str, told: str, **values: Any) -> None:
        super().__init__(**values)
        self.base, self.count, self.told = base, int(count), Path(told)
        self.pages = 0

    async def start(self) -> AsyncIterator[Request]:
        """One request for each page."""
        for number in range(self.count):
            yield Request(f"{self.base}/bulk/{self.count}/{number}.html")

    def parse(self, response: Response) -> None:
        """Count it."""
        self.pages += len(response.body) > 0

    def closed(self, reason: str) -> None:
        """Tell how many there were."""
        self.told.write_text(f"{reason} {self.pages}", encoding="utf-8")
