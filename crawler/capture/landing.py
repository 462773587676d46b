"""From the writer's thread back to the reactor's: one wake-up for many captures."""

import threading
from concurrent.futures import Future
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred

from archive.warc.exchange import Written

_Landed = tuple["Deferred[Written]", "Future[Written]"]


class Landing:
    """Turns futures of the writer into Deferreds that fire on the reactor's thread."""

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 - Twisted's
        self._reactor = reactor
        self._lock = threading.Lock()
        self._landed: list[_Landed] = []

    def wait(self, future: "Future[Written]") -> "Deferred[Written]":
        """A Deferred that fires when the exchange is durable, or fails as the future does."""
        done: Deferred[Written] = Deferred()
        future.add_done_callback(partial(self._land, done))
        return done

    def _land(self, done: "Deferred[Written]", future: "Future[Written]") -> None:
        with self._lock:
            self._landed.append((done, future))
            first = len(self._landed) == 1
        if first:
            self._reactor.callFromThread(self._go_on)

    def _go_on(self) -> None:
        with self._lock:
            landed, self._landed = self._landed, []
        for done, future in landed:
            error = future.exception()
            if error is None:
                done.callback(future.result())
            else:
                done.errback(error)
