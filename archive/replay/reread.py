"""``python -m archive.replay.reread``: reads one page for `archive.replay.evidence`, and ends.

A line of JSON and the page's bytes come in, the article goes out as JSON.
"""

import json
import resource
import sys
from datetime import datetime

from extract import extract
from extract.rules import OutletRules

# As for the indexer's workers: the largest page of the corpora peaks at 0.6 GB.
MEMORY_BYTES = 3 << 30


def main() -> None:
    """Read one page from standard input; write its article to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    head, _, page = sys.stdin.buffer.read().partition(b"\n")
    given = json.loads(head)
    article = extract(
        page,
        url=given["url"],
        headers=given["headers"],
        captured_at=datetime.fromisoformat(given["captured_at"]),
        status=given["status"],
        rules=OutletRules.from_dict(given["rules"]) if given["rules"] else None,
    )
    sys.stdout.buffer.write(json.dumps(article.to_dict()).encode())


if __name__ == "__main__":
    main()
