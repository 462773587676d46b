"""What a page says: pure functions from bytes, URL and headers to an article.

Read in this order:

- ``article`` (the values), ``page`` (the pipeline), ``errors``;
- bytes to lines: ``sniff``, ``decode``, ``legacy``, ``tree``, ``prune``, ``forms``, ``lines``;
- what a page states: ``structured``, ``statement``, ``fields`` with ``headline`` (``title``,
  ``printed``, ``site``), ``authors`` (``names``, ``byline``), ``dates`` (``datelines``, ``when``),
  ``facts``; ``beside``: what is of other stories;
- the body: ``body``, ``sift``, ``outskirts``, ``furniture``, ``standfirst``, ``credit``,
  ``assemble``, ``links``;
- what sort of page: ``kind`` on ``surface``, ``refusal``, ``notices``, ``paywall``, ``listing``,
  ``live``, ``media``, ``services``;
- documents: ``pdf``, ``pdf_pages``, ``pdf_paragraphs``;
- a whole site: ``template``, ``fingerprint``, ``passing``;
- outlets: ``rules``, ``hosts``, ``own``, ``trial``, ``scaffold``; ``explain`` tells the evidence.

``words``, ``refusals`` and ``outlets`` hold the data.
"""

from typing import TYPE_CHECKING

from extract.article import (
    Article,
    Block,
    BlockKind,
    Encoding,
    Evidence,
    PageKind,
    Paywall,
    Removed,
)
from extract.errors import ExtractError

if TYPE_CHECKING:
    from extract.page import VERSION, extract

__all__ = [
    "VERSION",
    "Article",
    "Block",
    "BlockKind",
    "Encoding",
    "Evidence",
    "ExtractError",
    "PageKind",
    "Paywall",
    "Removed",
    "extract",
]


def __getattr__(name: str) -> object:
    # The readers of articles take long to load, and a crawl asks for the rules alone.
    if name not in ("VERSION", "extract"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from extract import page  # noqa: PLC0415

    found: object = getattr(page, name)
    return found
