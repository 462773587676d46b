"""``python -m archive.indexer DIR``: the indexer a crawl runs beside itself.

stdin: JSON lines ``{"file": NAME, "durable": OFFSET}`` and ``{"sealed": NAME}``; end of file means
"finish what is durable". stdout: JSON lines of totals, at most two a second, and a last one.
"""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from archive.config import load_config
from archive.errors import ExitCode, MicroficheError
from archive.index.writing import write_index
from archive.indexer.catchup import other_extractors
from archive.indexer.erased import follow_erasing
from archive.indexer.follow import follow
from archive.indexer.write import Totals
from archive.layout import open_archive
from archive.lock import hold

_BETWEEN_LINES_S = 0.5


class _Reporter:
    """Writes totals as JSON lines, not too often."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, totals: Totals, *, final: bool = False) -> None:
        now = time.monotonic()
        if final or now - self._last >= _BETWEEN_LINES_S:
            self._last = now
            line = {**totals.to_dict(), **({"final": True} if final else {})}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def main() -> int:
    """Follow a crawl; the exit code is the command line's."""
    report = _Reporter()
    try:
        archive = open_archive(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
        config = load_config(archive)
        with hold(archive.index_lock_path, purpose="indexer"), ExitStack() as stack:
            # What a crash left half erased; the crawl holds the other lock.
            follow_erasing(archive, config)
            db = stack.enter_context(write_index(archive))
            if told := other_extractors(db):
                sys.stderr.write(f"{told}; `microfiche index` reads them again\n")
            report(follow(archive, db, config, sys.stdin, on_progress=report), final=True)
    except MicroficheError as error:
        sys.stderr.write(f"microfiche: {error}\n")
        return error.exit_code
    except BrokenPipeError:
        return ExitCode.ERROR
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
