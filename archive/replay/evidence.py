"""A stored page read again, to show why it was read so, and what was taken out.

In a process of its own, under limits: an archived page may be built to exhaust its reader.
"""

import json
import subprocess
import threading

from archive.errors import NotReadAgain
from archive.process import module_command
from archive.replay.resolve import Stored
from archive.times import from_timestamp
from extract.article import Article
from extract.rules import RuleBook

TIMEOUT_S = 20.0
MAX_PAGE_BYTES = 16_000_000
# Each may take a processor and gigabytes; whoever comes third waits.
_AT_ONCE = threading.BoundedSemaphore(2)


def read_again(stored: Stored, book: RuleBook) -> Article:
    """Extract a stored page with this version's rules, and the operator's.

    Raises:
        NotReadAgain: it took too long, too much memory, or is no page.
    """
    capture = stored.capture
    captured_at = from_timestamp(capture.timestamp)
    rules = book.find(capture.uri, captured_at.date())
    head = {
        "url": capture.uri,
        "headers": dict(stored.http.headers),
        "status": stored.http.status,
        "captured_at": captured_at.isoformat(),
        "rules": rules.to_dict() if rules else None,
    }
    page = stored.payload.content(MAX_PAGE_BYTES)
    where = f"{capture.file}@{capture.offset}"
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603 - our own module
                module_command("archive.replay.reread"),
                input=json.dumps(head).encode() + b"\n" + page,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise NotReadAgain(
            f"{where}: reading the page again took longer than {TIMEOUT_S:g} s; its replay and "
            "its text in the index are not affected"
        ) from error
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise NotReadAgain(f"{where}: the page cannot be read again: {reason or 'it crashed'}")
    return Article.from_dict(json.loads(done.stdout))
