"""Telling: note what is new, then send what waits where it is time for that."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from archive.config import About, Config
from archive.errors import ArchiveLocked, ArchiveUnwritable, MicroficheError
from archive.layout import Archive
from archive.lock import hold
from archive.notify.deliver import post, send_mail
from archive.notify.digest import mail, payload
from archive.notify.memory import Memory, delivered, noted, read_memory, refused, write_memory
from archive.notify.notices import Notice
from archive.secrets import read_secret

logger = logging.getLogger(__name__)

# Somebody else who is telling is done within this: two channels that do not answer.
_LONGEST_WAIT_S = 60.0
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling.

    Attributes:
        sent: How many notices went out, by channel.
        problems: What could not be sent, a line each; it waits for the next time.
    """

    sent: dict[str, int]
    problems: tuple[str, ...] = ()


def tell(
    archive: Archive,
    config: Config,
    seen: Iterable[Notice] = (),
    *,
    at_once: bool = False,
    now: Callable[[], float] = time.time,
) -> Told:
    """Note what there is to tell, and send what waits, at most one message in ``notify.every``.

    What is new is on the disk before anything is sent: a crash or a server that is down loses none
    of it. A crash right after a message can send that one twice.

    Args:
        archive: The archive.
        config: Its configuration.
        seen: All that there is to tell, told or not.
        at_once: Send what waits whenever the last message was.
        now: The clock.

    Raises:
        ArchiveLocked: somebody else has been telling for very long.
        ArchiveUnwritable: it cannot be kept what was told.
        ConfigError: what was kept cannot be read.
    """
    table = config.notify
    channels = list(_channels(config))
    if not channels:
        return Told({})
    with _alone(archive):
        moment = now()
        memory = read_memory(archive.notify_path, now=moment)
        memory = noted(memory, seen, channels=channels, about=table.about, now=moment)
        _keep(archive, memory)
        due = {
            channel: memory.waiting[channel]
            for channel in channels
            if at_once or moment - memory.sent.get(channel, 0.0) >= table.every.total_seconds()
        }
        sent, problems = {}, []
        for channel, why in _send_all(archive, config, due, moment):
            if why is None:
                sent[channel] = len(due[channel])
                memory = delivered(memory, channel, now=moment)
            else:
                problems.append(why)
                memory = refused(memory, channel, why)
            _keep(archive, memory)
    return Told(sent, tuple(problems))


def try_out(archive: Archive, config: Config, *, now: Callable[[], float] = time.time) -> Told:
    """Send one message that says nothing to every channel, whatever waits."""
    notice = Notice("test", About.RUNS, "this is a test; nothing has happened")
    tried = list(_send_all(archive, config, dict.fromkeys(_channels(config), (notice,)), now()))
    return Told(
        {channel: 1 for channel, why in tried if why is None}, tuple(why for _, why in tried if why)
    )


def _send_all(
    archive: Archive, config: Config, waiting: Mapping[str, tuple[Notice, ...]], now: float
) -> Iterator[tuple[str, str | None]]:
    """Send each channel what waits for it; gives why not, or None once it is taken."""
    for channel, notices in waiting.items():
        if notices:
            why = None
            try:
                _send(archive, config, channel, notices, now)
            except MicroficheError as error:
                why = str(error)
            yield channel, why


def _channels(config: Config) -> Iterator[str]:
    if config.notify.mail_to:
        yield "mail"
    if config.notify.webhook:
        yield "webhook"


def _send(
    archive: Archive, config: Config, channel: str, notices: tuple[Notice, ...], now: float
) -> None:
    table = config.notify

    def secret(key: str) -> str:
        place = getattr(table, key)
        return read_secret(archive, f"notify.{key}", place) if place else ""

    if channel == "mail":
        send_mail(table, mail(config, notices, now=now), login=secret("smtp_login"))
    else:
        post(secret("webhook"), payload(config, notices), token=secret("webhook_token"))
    logger.info("%s: told %d notices", channel, len(notices))


def _keep(archive: Archive, memory: Memory) -> None:
    path = archive.notify_path
    try:
        write_memory(path, memory)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error


@contextmanager
def _alone(archive: Archive) -> Iterator[None]:
    deadline = time.monotonic() + _LONGEST_WAIT_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(hold(archive.notify_lock_path, purpose="notify"))
                break
            except ArchiveLocked:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_S)
        yield
