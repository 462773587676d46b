"""What a page says: pure functions from bytes, URL and headers to an article."""

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
