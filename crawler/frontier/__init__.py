"""The crawler's memory: what is known, why, when it is due, and what became of it."""

from crawler.frontier.rows import Added, Entry, KnownUrl, Lane, Visit
from crawler.frontier.store import Frontier, open_frontier

__all__ = ["Added", "Entry", "Frontier", "KnownUrl", "Lane", "Visit", "open_frontier"]
