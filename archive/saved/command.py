"""A command of the archive's owner that is given the new hits of a saved search."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

_LAST_BYTES = 4096


def run_command(
    command: Sequence[str], lines: str, *, directory: Path, timeout_s: float
) -> str | None:
    """Run a command, without a shell, with ``lines`` on its standard input.

    Returns:
        Why it failed, in one line; None where it ended with 0. What it prints is kept only to
        tell why it failed.
    """
    # A file: the end of a pipe would be waited for as long as what it leaves running has it open.
    with TemporaryFile() as told:
        try:
            process = subprocess.Popen(  # noqa: S603 - the owner of the archive named it
                list(command),
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=told,
                # Of its own group, so that what it has started ends with it at its time limit.
                start_new_session=True,
            )
        except OSError as error:
            return f"{command[0]}: cannot be run: {error.strerror}"
        try:
            process.communicate(lines.encode(), timeout=timeout_s)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"{command[0]}: not done within {timeout_s:g} s"
        if process.returncode == 0:
            return None
        told.seek(max(0, told.seek(0, os.SEEK_END) - _LAST_BYTES))
        last = (told.read().decode(errors="replace").strip().splitlines() or [""])[-1][:300]
    how = f"signal {-process.returncode}" if process.returncode < 0 else f"{process.returncode}"
    return f"{command[0]}: ended with {how}{': ' if last else ''}{last}"
