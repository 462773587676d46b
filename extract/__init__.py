"""What a page says: pure functions from bytes, URL and headers to an article.

Read in this order:

- ``article`` (the values), ``page`` (the pipeline), ``errors``;
- bytes to lines: ``sniff``, ``decode``, ``legacy``, ``tree``, ``prune``, ``forms``, ``lines``;
- what a page states: ``structured``, ``statement``, ``fields`` with ``headline`` (``title``,
  ``printed``, ``site``), ``authors`` (``names``, ``byline``), ``dates`` (``datelines``, ``when``),
  ``facts``; ``beside``: what is of other stories;
- the body: ``body``, ``sift``, ``furniture``, ``standfirst``, ``credit``, ``assemble``, ``links``;
- what sort of page: ``kind`` on ``surface``, ``refusal``, ``notices``, ``paywall``, ``listing``,
  ``live``, ``media``, ``services``;
- documents: ``pdf``, ``pdf_pages``, ``pdf_paragraphs``;
- a whole site: ``template``, ``fingerprint``, ``passing``;
- outlets: ``rules``, ``hosts``, ``own``, ``trial``, ``scaffold``; ``explain`` tells the evidence.

``words``, ``refusals`` and ``outlets`` hold the data.
"""

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
