"""Lines of a CDX in the form that was asked for, in either dialect."""

import json
from collections.abc import Iterable, Iterator

from archive.replay.cdx.query import FIELDS, CdxQuery, resume_key
from archive.replay.cdx.rows import Line

WAYBACK_FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")
_WAYBACK_NAMES = {"url": "original", "mime": "mimetype", "status": "statuscode"}


def to_cdxj(lines: Iterable[Line], query: CdxQuery) -> Iterator[str]:
    """Urlkey, timestamp and a JSON object, as pywb's index files have them."""
    for line in lines:
        yield f"{line.fields['urlkey']} {line.fields['timestamp']} {_json(line, query, 2)}\n"


def to_json_lines(lines: Iterable[Line], query: CdxQuery) -> Iterator[str]:
    """A JSON object a line, as pywb gives them for ``output=json``."""
    for line in lines:
        yield f"{_json(line, query, 0)}\n"


def to_text(
    lines: Iterable[Line], query: CdxQuery, *, wayback: bool, resume: bool = False
) -> Iterator[str]:
    """Values with a space between them; behind them, where asked for, where to go on."""
    fields = query.fields or (WAYBACK_FIELDS if wayback else FIELDS)
    last: Line | None = None
    for line in lines:
        last = line
        yield " ".join(line.fields[name] for name in fields) + "\n"
    if resume and last is not None:
        yield f"\n{_resume(last)}\n"


def to_table(lines: Iterable[Line], query: CdxQuery, *, resume: bool = False) -> Iterator[str]:
    """One JSON array of rows, the names first, as Wayback gives it for ``output=json``."""
    fields = query.fields or WAYBACK_FIELDS
    names = query.names or tuple(_WAYBACK_NAMES.get(name, name) for name in fields)
    last: Line | None = None
    for line in lines:
        yield f"[{json.dumps(names)}" if last is None else ""
        last = line
        yield ",\n" + json.dumps([line.fields[name] for name in fields])
    if last is None:
        yield "[]\n"
        return
    yield f",\n[],\n{json.dumps([_resume(last)])}" if resume else ""
    yield "]\n"


def _resume(line: Line) -> str:
    return resume_key(line.key, line.fields["timestamp"], line.number)


def _json(line: Line, query: CdxQuery, start: int) -> str:
    wanted = query.fields or FIELDS[start:]
    found = {name: line.fields[name] for name in wanted}
    if not query.fields:
        # What is not known is left out, as pywb does it.
        more = {k: line.fields[k] for k in ("redirect",) if line.fields[k] != "-"}
        if line.fields["method"] != "GET":
            more["method"] = line.fields["method"]
        found = {name: value for name, value in (found | more).items() if value != "-"}
    return json.dumps(found, ensure_ascii=False)
