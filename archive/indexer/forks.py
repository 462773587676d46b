"""Workers as forks of one process that has loaded the extraction before.

Loading it costs 1.4 CPU-seconds and 150 MB. The process that does so reads no page itself: it forks
for each worker, which costs 10 ms and shares the memory. One serves all pools of a program, one
after another, and ends when it has had no worker for a while, or with the program.
"""

import atexit
import os
import select
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn

from archive.process import module_command

IDLE_S = 30.0
"""It ends after so long without a worker and without a request for one."""

# What is asked for: the time and memory of a page. Its file descriptors come along.
_REQUEST = struct.Struct("=dq")
# What is answered, twice: the process id of the worker, then its exit status.
_ANSWER = struct.Struct("=i")
_END_S = 5.0


class Forked:
    """A forked worker, in the manner of `subprocess.Popen`."""

    def __init__(self, answers: int) -> None:
        self.returncode: int | None = None
        self._answers = answers
        self._pid: int | None = None
        # Names this very process, also when its id has gone to another one.
        self._process: int | None = None

    @property
    def pid(self) -> int:
        """Its process id, 0 if it was never started; waits until it is known."""
        if self._pid is None:
            self._pid = self._read() or 0
            if self._pid and hasattr(os, "pidfd_open"):  # Linux
                with suppress(OSError):  # it has ended
                    self._process = os.pidfd_open(self._pid)
        return self._pid

    def kill(self) -> None:
        """End it at once; nothing where it has ended."""
        try:
            self.wait(0)
        except subprocess.TimeoutExpired:
            self._end()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for a signal.

        Raises:
            subprocess.TimeoutExpired: It has not ended within ``timeout`` seconds.
        """
        if self.returncode is None:
            self.returncode = self._ended(timeout) if self.pid else 1
            os.close(self._answers)
            if self._process is not None:
                os.close(self._process)
        return self.returncode

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            if self._process is not None:
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            elif not hasattr(os, "pidfd_open"):
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int:
        if not select.select([self._answers], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("archive.indexer.worker", timeout or 0)
        status = self._read()
        if status is None:
            # What it was forked from was killed: nobody else is left who would end it.
            self._end()
            return -signal.SIGKILL
        return status

    def _read(self) -> int | None:
        answer = os.read(self._answers, _ANSWER.size)
        return _ANSWER.unpack(answer)[0] if len(answer) == _ANSWER.size else None


class Forks:
    """The process that workers are forked from; started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self, tasks: int, results: int, *, timeout_s: float, memory_bytes: int) -> Forked:
        """Fork a worker that reads tasks and writes results; the descriptors stay the caller's."""
        answers, answering = os.pipe()
        request = _REQUEST.pack(timeout_s, memory_bytes)
        descriptors = [tasks, results, answering]
        with self._lock:
            try:
                socket.send_fds(self._connected(), [request], descriptors)
            except OSError:  # it has ended meanwhile
                self.close()
                with suppress(OSError):  # one that ends at once leaves a worker without a start
                    socket.send_fds(self._connected(), [request], descriptors)
        os.close(answering)
        return Forked(answers)

    def close(self) -> None:
        """End it, if it runs; workers end by themselves when nobody has tasks for them."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _connected(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own module
                    module_command("archive.indexer.worker", theirs.fileno()),
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    process_group=0,  # Ctrl-C is the parent's to answer
                )
        return self._control


SHARED = Forks()
"""The one of this program."""
atexit.register(SHARED.close)


def serve(control: socket.socket, work: Callable[[int, int, float, int], None]) -> None:
    """Fork a process that does ``work`` for each request, until there are no more.

    Args:
        control: Where requests come from; its end is the end of all.
        work: Called with the descriptors of tasks and results, and the limits of time and memory.
    """
    answering: dict[int, int] = {}
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    asked = control.fileno()
    while ready := select.select([asked, woken], [], [], None if answering else IDLE_S)[0]:
        if woken in ready:
            os.read(woken, 512)
            _report_ended(answering)
        if asked in ready:
            request, descriptors, _, _ = socket.recv_fds(control, _REQUEST.size, 3)
            if not request:
                return
            tasks, results, answers = descriptors
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for descriptor in (asked, woken, waker, answers, *answering.values()):
                    os.close(descriptor)
                _end_with(partial(work, tasks, results, *_REQUEST.unpack(request)))
            answering[pid] = answers
            _answer(answers, pid)
            os.close(tasks)
            os.close(results)


def _end_with(work: Callable[[], None]) -> NoReturn:
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _report_ended(answering: dict[int, int]) -> None:
    with suppress(ChildProcessError):  # none is left
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            answers = answering.pop(ended[0])
            _answer(answers, os.waitstatus_to_exitcode(ended[1]))
            os.close(answers)


def _answer(answers: int, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(answers, _ANSWER.pack(number))
