"""The operator's own rules for reading pages: ``rules/*.toml``, and what WARC files say of them.

The files in the folder are in force, for captures of all times: each names the days it is for. An
archive without the folder (a rebuild from the WARC files alone) goes by the newest rules that its
own WARC files record, so that it gives the same index: to drop rules, empty the folder.
"""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from archive.errors import WarcError
from archive.layout import OPEN_SUFFIX, Archive
from archive.warc.reader import Record, iter_records
from archive.warc.records import RULES_URI
from extract.rules import RuleBook, read_book

logger = logging.getLogger(__name__)

# Far more than rules of all the world's newspapers take.
_MAX_FILE_BYTES = 1 << 20
# The rules stand behind the warcinfo and the configuration.
_HEAD_RECORDS = 3
_INGESTED = "ingested"
_STAMP = re.compile(r"-(\d{14})-\d+\.warc")
# Each file records what is in force, so that the newest would do; the heads of some may be damaged.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force.

    Attributes:
        book: What pages are read by.
        has_folder: Whether they are those of ``rules/``.
        problems: A line for each file that is left out: which, where, what is wrong.
    """

    book: RuleBook = field(default_factory=RuleBook)
    has_folder: bool = False
    problems: tuple[str, ...] = ()

    @property
    def block(self) -> str | None:
        """What a WARC file records of them: JSON; None where there never were any."""
        if not self.has_folder and not self.book.files:
            return None
        return json.dumps({"files": dict(self.book.files)}, ensure_ascii=False, indent=1)


def load_rules(archive: Archive) -> Rules:
    """Read the rules in force; a file that is broken is left out, and said so in ``problems``."""
    folder = archive.rules_dir
    if not folder.is_dir():
        book, _ = read_book(_newest_recorded(archive))
        return Rules(book)
    texts: dict[str, str] = {}
    problems = []
    for path in sorted(folder.glob("*.toml")):
        try:
            texts[path.name] = _read(path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(f"{path}: {reason}; its rules are left out")
    book, broken = read_book(texts)
    problems += [f"{folder}/{line}; its rules are left out" for line in broken]
    return Rules(book, True, tuple(problems))


def _read(path: Path) -> str:
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise ValueError(f"is larger than {_MAX_FILE_BYTES} bytes")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start}") from error


def _newest_recorded(archive: Archive) -> dict[str, str]:
    """The rule files that the newest WARC file of this archive's own records; else none."""
    names = sorted(_iter_own(archive), key=_when, reverse=True)
    for name in names[:_LOOKED_AT]:
        for record in _iter_head(archive.warcs_dir / name, name):
            if record.target_uri.startswith(RULES_URI):
                return _files_in(record)
    return {}


def _iter_own(archive: Archive) -> Iterator[str]:
    """WARC files that this archive has written; what was taken in has the rules of others."""
    for path in archive.warcs_dir.rglob("*.warc.gz*"):
        name = path.relative_to(archive.warcs_dir)
        if name.parts[0] != _INGESTED and path.name.endswith((".warc.gz", OPEN_SUFFIX)):
            yield name.as_posix()


def _when(name: str) -> tuple[str, str]:
    """When a file was begun, by the timestamp in its name."""
    stamp = _STAMP.search(name)
    return (stamp[1] if stamp else "", name)


def _iter_head(path: Path, name: str) -> Iterator[Record]:
    try:
        yield from islice(iter_records(path, filename=name), _HEAD_RECORDS)
    except WarcError as error:
        logger.debug("no rules in %s: %s", name, error)


def _files_in(record: Record) -> dict[str, str]:
    try:
        files = json.loads(record.content)["files"]
        return {str(name): str(text) for name, text in files.items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        logger.warning("%s@%d: no rules: %s", record.filename, record.offset, error)
        return {}
