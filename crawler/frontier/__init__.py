"""The crawler's memory: what is known, why, when it is due, and what became of it."""

from crawler.frontier.rows import Added, Entry, KnownUrl, Visit
from crawler.frontier.store import Frontier, open_frontier

__all__ = ["Added", "Entry", "Frontier", "KnownUrl", "Visit", "open_frontier"]
