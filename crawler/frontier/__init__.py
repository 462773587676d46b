"""The crawler's memory: what is known, why, when it is due, and what became of it.

Read in this order: ``protocol`` (what is asked of a frontier), ``rows`` (its values), ``schema``
and ``store`` (the one in SQLite) with ``hosts``, ``payloads`` and ``evidence``.
"""

from crawler.frontier.rows import Added, KnownUrl, Lane, NewUrl, Visit
from crawler.frontier.store import Frontier, open_frontier

__all__ = ["Added", "Frontier", "KnownUrl", "Lane", "NewUrl", "Visit", "open_frontier"]
