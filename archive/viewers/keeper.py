"""``python -m archive.viewers.keeper COMMAND...``: runs a program for as long as its input is open.

Whoever started it holds the other end. However that one ends, by a signal nobody can catch too,
the program ends with it, and with all that it started.
"""

import os
import signal
import subprocess
import sys
import threading

_GRACE_S = 5.0


def main() -> None:
    """Run the command; end it when standard input ends, and with it when it ends by itself."""
    # What comes to the whole group (Ctrl-C) is for whoever started us to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    sys.exit(child.wait() & 0xFF)


def _watch(child: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
