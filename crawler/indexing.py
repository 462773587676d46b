"""The indexer beside a crawl: a child process that reads what has become durable.

It reads on its standard input which file is durable up to where, and reports on its standard
output how far it is. The crawl never waits for it: what is announced is kept per file, so only
the newest offset is ever sent, and a slow or dead indexer costs nothing but a later
``microfiche index``.
"""

import json
import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from archive.layout import Archive
from archive.process import module_command

logger = logging.getLogger(__name__)

_MODULE = "archive.indexer"


@dataclass(slots=True)
class IndexProgress:
    """How far the indexer is, as it last said."""

    captures: int = 0
    articles_new: int = 0
    versions_new: int = 0
    failed: int = 0
    by_source: dict[str, dict[str, int]] = field(default_factory=dict)
    complete: bool = False
    """It ended in order, so that the index has all that the run has captured."""


class IndexerChild:
    """Starts the child, feeds it from a thread of its own, ends it in order."""

    def __init__(self, archive: Archive, *, command: tuple[str, ...] | None = None) -> None:
        self.progress = IndexProgress()
        self._pending: dict[str, int | None] = {}
        """File to durable offset; None: sealed."""
        self._changed = threading.Condition()
        self._closing = False
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command or module_command(_MODULE, archive.root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # Ctrl-C is for the crawl; the indexer ends when its input does.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._feeder = self._start(self._feed, self._process.stdin)
        self._listener = self._start(self._listen, self._process.stdout)
        self._complaints = self._start(self._relay, self._process.stderr)

    def durable(self, filename: str, offset: int) -> None:
        """A file is durable up to an offset. Called from the writer's thread; never waits."""
        with self._changed:
            if self._pending.get(filename, 0) is not None:
                self._pending[filename] = offset
            self._changed.notify()

    def sealed(self, filename: str, _sha256: str = "") -> None:
        """A file is complete. Called from the writer's thread; never waits."""
        with self._changed:
            self._pending[filename] = None
            self._changed.notify()

    def close(self, *, timeout_s: float | None = None) -> None:
        """Let it finish what is durable; one that takes longer than it may is ended."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._feeder.join()
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            status = self._process.wait()
        self._listener.join()
        self._complaints.join()
        self.progress.complete = status == 0
        if status != 0:
            logger.warning("the indexer ended with status %d; run `microfiche index`", status)

    def _start(self, target: Callable[[IO[str]], None], stream: IO[str]) -> threading.Thread:
        thread = threading.Thread(target=target, args=(stream,), name="indexer", daemon=True)
        thread.start()
        return thread

    def _feed(self, stdin: IO[str]) -> None:
        try:
            while (lines := self._take()) is not None:
                for line in lines:
                    stdin.write(json.dumps(line) + "\n")
                stdin.flush()
        except OSError as error:
            # It has died; its status is reported when the crawl ends.
            logger.debug("indexer's input: %s", error)
        finally:
            # What is still in the buffer of a dead pipe cannot be written on closing either.
            with suppress(OSError):
                stdin.close()

    def _take(self) -> list[dict[str, Any]] | None:
        with self._changed:
            while not self._pending and not self._closing:
                self._changed.wait()
            if not self._pending:
                return None
            taken, self._pending = self._pending, {}
        return [
            {"sealed": name} if offset is None else {"file": name, "durable": offset}
            for name, offset in taken.items()
        ]

    def _relay(self, stderr: IO[str]) -> None:
        for line in stderr:
            logger.warning("indexer: %s", line.rstrip())
        stderr.close()

    def _listen(self, stdout: IO[str]) -> None:
        for line in stdout:
            try:
                said = json.loads(line)
            except ValueError:
                logger.info("indexer: %s", line.strip())
                continue
            progress = self.progress
            for name in ("captures", "articles_new", "versions_new", "failed"):
                setattr(progress, name, int(said.get(name, getattr(progress, name))))
            progress.by_source = said.get("by_source", progress.by_source)
        stdout.close()
