"""HTTP Archives (HAR), as browsers save what they loaded, to records of a WARC file.

Source: HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Bodies are kept there with
their codings undone, so the headers that spoke of these are left out.
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from archive.times import to_warc_date
from archive.urls import is_http
from archive.warc.records import (
    REQUEST_TYPE,
    RESPONSE_TYPE,
    Headers,
    RecordWriter,
    make_record,
)
from archive.warc.secrets import MASK, SECRET_HEADERS

# JSON is read whole; what is longer needs more memory than such a machine has.
_MAX_BYTES = 1 << 29
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_NAMESPACE = uuid.NAMESPACE_URL


def iter_har(file: BinaryIO, digest: str, on_damage: Callable[[str], None]) -> Iterator[bytes]:
    """Each answer with its request as members of a WARC file; arguments as `iter_arc`."""
    content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        on_damage(f"a HAR longer than {_MAX_BYTES} bytes; split it")
        return
    try:
        entries = json.loads(content.decode("utf-8-sig", "replace"))["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        on_damage(f"not a HAR that can be read: {' '.join(str(error).split())[:200]}")
        return
    if not isinstance(entries, list):
        on_damage(f"not a HAR that can be read: entries is {type(entries).__name__}, not a list")
        return
    writer = RecordWriter()
    for number, entry in enumerate(entries, 1):
        try:
            records = _records(entry, f"{digest}:{number}")
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            told = " ".join(str(error).split())[:200]
            on_damage(f"entry {number}: {type(error).__name__}: {told}; it was left out")
            continue
        for record in records:
            yield writer.member(record)


def _records(entry: dict[str, Any], name: str) -> list[Any]:
    request, response = entry["request"], entry["response"]
    uri = str(request["url"]).partition("#")[0]
    if not is_http(uri) or not response.get("status"):
        return []
    moment = datetime.fromisoformat(str(entry["startedDateTime"]))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    main = f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'urn:sha256:{name}')}>"
    common: Headers = [("WARC-Target-URI", uri), ("WARC-Date", to_warc_date(moment))]
    if ip := entry.get("serverIPAddress"):
        common.append(("WARC-IP-Address", str(ip).strip("[]")))
    body = _body(response.get("content") or {})
    status = f"HTTP/1.1 {int(response['status'])} {response.get('statusText') or ''}"
    block = _head(status, response.get("headers"), len(body)) + body
    asked = _head(f"{request['method']} {uri} HTTP/1.1", _masked(request.get("headers")), None)
    asked += str((request.get("postData") or {}).get("text") or "").encode()
    request_id = f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'urn:sha256:{name}:request')}>"
    of_request = [("WARC-Record-ID", request_id), *common, ("WARC-Concurrent-To", main)]
    return [
        make_record("response", [("WARC-Record-ID", main), *common], RESPONSE_TYPE, block),
        make_record("request", of_request, REQUEST_TYPE, asked),
    ]


def _head(first: str, headers: list[dict[str, str]] | None, length: int | None) -> bytes:
    lines = [" ".join(first.split())]
    for header in headers or []:
        field, value = str(header["name"]), " ".join(str(header["value"]).split())
        # HTTP/2 has names that begin with a colon, which are no headers.
        if field.lower() not in _UNDONE and not field.startswith(":"):
            lines.append(f"{field}: {value}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")


def _masked(headers: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Headers without what would let others in as the person whose browser it was."""
    mask = MASK.decode("ascii")
    return [
        {"name": header["name"], "value": mask if _is_secret(header) else header["value"]}
        for header in headers or []
    ]


def _is_secret(header: dict[str, str]) -> bool:
    return str(header["name"]).strip().lower().encode("utf-8", "replace") in SECRET_HEADERS


def _body(content: dict[str, Any]) -> bytes:
    text = str(content.get("text") or "")
    if content.get("encoding") == "base64":
        return base64.b64decode(text)
    return text.encode("utf-8", "replace")
