"""``python -m tests.archive.killer KIND N ARGUMENT...``: the command, killed at its Nth event.

KIND ``file``: something is done to a file that changes it; ``sql``: a statement begins. N 0: it is
left to end, and says on its last line of standard error how many there were. So a test can end a
command at any of its steps, and at the same one again.
"""

import atexit
import os
import signal
import sqlite3
import sys
from typing import Any

_CHANGES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.symlink", "os.truncate", "os.rmdir"}
)


def changes(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event is a change of a file."""
    if event == "open":
        _path, mode, flags = arguments
        written = os.O_WRONLY | os.O_RDWR | os.O_CREAT
        return any(sign in mode for sign in "wa+x") if isinstance(mode, str) else flags & written
    return event in _CHANGES


def arm(kind: str, at: int) -> None:
    """Kill this process at its ``at``-th event."""
    count = 0

    def hit(_statement: str = "") -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if changes(event, arguments):
            hit()

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = plain_connect(*arguments, **named)
        connection.set_trace_callback(hit)
        return connection

    plain_connect = sqlite3.connect
    if kind == "sql":
        sqlite3.connect = connect
    else:
        sys.addaudithook(hook)
    atexit.register(lambda: print(count, file=sys.stderr))


if __name__ == "__main__":
    kind, at, *rest = sys.argv[1:]
    # Everything that is imported later is imported unharmed: no bytecode is written.
    sys.dont_write_bytecode = True
    arm(kind, int(at))
    sys.argv = ["microfiche", *rest]
    from archive.cli import main

    main()
