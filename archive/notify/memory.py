"""What has been told, what waits to be told, and to whom: ``runs/notify.json``."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from archive.config import About
from archive.errors import ConfigError
from archive.layout import write_atomically
from archive.notify.notices import Notice

SCHEMA = 1
#: What lasts is over once it has not been seen for so long: feeds that fail now and then are not
#: told each time.
OVER_S = 6 * 3600.0
#: What was told is known for so long; nothing older is looked for.
KEPT_S = 30 * 86400.0
#: A channel that takes nothing for long is owed no more than this many, the newest.
MAX_WAITING = 2_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the telling stands. Moments are seconds since 1970, UTC.

    Attributes:
        begun: From when on things are told.
        told: When what happens once was told, by key.
        lasting: What lasts and has been told, by key, with when it was last seen.
        waiting: What is to be told, by channel, oldest first.
        sent: When the last message went, by channel.
        failed: Why the last one did not, by channel.
    """

    begun: float
    told: Mapping[str, float] = field(default_factory=dict)
    lasting: Mapping[str, tuple[Notice, float]] = field(default_factory=dict)
    waiting: Mapping[str, tuple[Notice, ...]] = field(default_factory=dict)
    sent: Mapping[str, float] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


def noted(
    memory: Memory,
    seen: Iterable[Notice],
    *,
    channels: Iterable[str],
    about: Collection[About],
    now: float,
) -> Memory:
    """The memory after a look: each new thing waits for every channel, once.

    Args:
        memory: What was known.
        seen: All that there is to tell, told or not.
        channels: Whom to tell.
        about: What they want reports about.
        now: The moment.
    """
    wanted = {notice.key: notice for notice in seen if notice.about in about}
    new = [n for n in wanted.values() if n.key not in (memory.lasting if n.lasts else memory.told)]
    lasting = {**memory.lasting, **{n.key: (n, now) for n in wanted.values() if n.lasts}}
    over = {key: notice for key, (notice, at) in lasting.items() if now - at > OVER_S}
    new += [
        replace(notice, key=f"{key} over", text=f"no longer so: {notice.text}", lasts=False)
        for key, notice in over.items()
    ]
    told = {key: at for key, at in memory.told.items() if now - at < KEPT_S}
    told |= {notice.key: now for notice in new if notice.key in wanted and not notice.lasts}
    return replace(
        memory,
        told=told,
        lasting={key: value for key, value in lasting.items() if key not in over},
        waiting={name: (*memory.waiting.get(name, ()), *new)[-MAX_WAITING:] for name in channels},
    )


def delivered(memory: Memory, channel: str, *, now: float) -> Memory:
    """The memory after a channel has taken all that waited for it."""
    return replace(
        memory,
        waiting={**memory.waiting, channel: ()},
        sent={**memory.sent, channel: now},
        failed={name: why for name, why in memory.failed.items() if name != channel},
    )


def refused(memory: Memory, channel: str, why: str) -> Memory:
    """The memory after a channel has not taken it: it waits for the next time."""
    return replace(memory, failed={**memory.failed, channel: why})


def read_memory(path: Path, *, now: float) -> Memory:
    """What was kept; where nothing was, telling begins now.

    Raises:
        ConfigError: the file is not one of ours, or cannot be read.
    """
    try:
        return _memory(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return Memory(now)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path}: what was told cannot be read ({error}); remove it to begin again with what "
            "happens from now on"
        ) from error


def write_memory(path: Path, memory: Memory) -> None:
    """Keep it, durably.

    Raises:
        OSError: as the file system says.
    """
    path.parent.mkdir(exist_ok=True)
    kept = {"schema": SCHEMA, **asdict(memory)}
    write_atomically(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _memory(kept: dict[str, Any]) -> Memory:
    if kept["schema"] != SCHEMA:
        raise ValueError(f"schema {kept['schema']!r}, expected {SCHEMA}")
    return Memory(
        begun=float(kept["begun"]),
        told=dict(kept["told"]),
        lasting={key: (_notice(row), float(at)) for key, (row, at) in kept["lasting"].items()},
        waiting={name: tuple(map(_notice, rows)) for name, rows in kept["waiting"].items()},
        sent=dict(kept["sent"]),
        failed=dict(kept["failed"]),
    )


def _notice(row: dict[str, Any]) -> Notice:
    return Notice(**{**row, "about": About(row["about"])})
