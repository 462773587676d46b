"""The block of our metadata records: what is known of an exchange besides its bytes.

One warc-field, ``json-metadata``, whose value is JSON on one line. A block of type
``application/json`` would be the plainer way, but pywb's indexer passes over metadata records only
when they are ``application/warc-fields``; anything else it replays in the place of the page.

Source: WARC/1.1, 6.6 (metadata); pywb 2.10, ``archiveindexer.py``.
"""

import json
from collections.abc import Mapping
from typing import Any

from archive.warc.exchange import JsonValue

FACTS_TYPE = "application/warc-fields"
_FIELD = b"json-metadata:"


def write_facts(facts: Mapping[str, JsonValue]) -> bytes:
    r"""Write the block of a metadata record.

    >>> write_facts({"source": "post"})
    b'json-metadata: {"source":"post"}\r\n'
    """
    line = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return _FIELD + b" " + line.encode("utf-8", "backslashreplace") + b"\r\n"


def read_facts(block: bytes) -> dict[str, Any]:
    r"""Read what `write_facts` wrote; empty for the metadata of other programs.

    >>> read_facts(b'json-metadata: {"source":"post"}\r\n'), read_facts(b"via: http://a.example/")
    ({'source': 'post'}, {})
    """
    for line in block.splitlines():
        if line.lower().startswith(_FIELD):
            try:
                found = json.loads(line[len(_FIELD) :])
            except ValueError:
                return {}
            return found if isinstance(found, dict) else {}
    return {}
