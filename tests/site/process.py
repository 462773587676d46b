"""Run the newspaper in a process of its own, and talk to it."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tests.site.journal import Entry, Gap, disallowed, read, too_close
from tests.site.titles import TITLES

REPOSITORY = Path(__file__).parents[2]
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Newspaper:
    """A running newspaper; ``a``, ``b`` and ``control`` are base addresses without a slash."""

    a: str
    b: str
    control: str
    directory: Path
    process: "subprocess.Popen[str]"

    @property
    def journal_path(self) -> Path:
        """Journal of the public ports."""
        return self.directory / "journal.jsonl"

    @property
    def ca(self) -> Path:
        """Certificate that title one shows when it is served over TLS; it signs itself."""
        return self.directory / "tls" / "certificate.pem"

    def journal(self) -> list[Entry]:
        """What was asked for until now."""
        return read(self.journal_path)

    def disallowed(self) -> list[Entry]:
        """Requests that the robots.txt of their title forbids."""
        bases = {"a": self.a, "b": self.b}
        rules = {urlsplit(bases[t.key]).port or 0: t.disallowed for t in TITLES if bases[t.key]}
        return disallowed(self.journal(), rules)

    def too_close(self, delay_s: float, tolerance_s: float = 0.05) -> list[Gap]:
        """Requests to one host that followed sooner than its delay; Crawl-delay counts too."""
        delays = {"127.0.0.1": delay_s, "localhost": delay_s}
        for title, base in zip(TITLES, (self.a, self.b), strict=True):
            host = urlsplit(base).hostname or ""
            delays[host] = max(delay_s, title.crawl_delay_s)
        return too_close(self.journal(), delays, tolerance_s)

    def exchange(self, number: int) -> tuple[bytes, bytes]:
        """Exact bytes received and sent in one exchange; needs ``keep_bytes``."""
        kept = self.directory / "exchanges"
        return (kept / f"{number}.received").read_bytes(), (kept / f"{number}.sent").read_bytes()

    def advance(self) -> None:
        """Make it the second day: an edit, a new headline, a removal, a new story."""
        self._post("/advance")

    def stop(self) -> None:
        """End the process: by closing its standard input, by force when that is not heeded."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _post(self, path: str) -> None:
        request = urllib.request.Request(self.control + path, data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=STOP_S):
            pass


@contextmanager
def running(
    *,
    directory: Path | None = None,
    keep_bytes: bool = False,
    tls: bool = False,
    corpus: Path | None = None,
    opened: datetime | None = None,
    is_paced: bool = True,
) -> Iterator[Newspaper]:
    """Start the newspaper and stop it afterwards.

    Args:
        directory: For the journal and the kept bytes; a temporary one when not given.
        keep_bytes: Keep the exact bytes of every exchange.
        tls: Serve title one over TLS with a certificate of its own, `Newspaper.ca`.
        corpus: Serve the real pages of this directory in place of the two titles.
        opened: Start of the first day; articles are dated before it. The present by default.
        is_paced: Gaps between requests can be measured closely, for 1% of a core all the time.

    Raises:
        RuntimeError: The process ended before it was ready; its own error is on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="newspaper-") as temporary:
        place = directory or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.site", "--journal", str(place / "journal.jsonl")]
        command += ["--keep-bytes", str(place / "exchanges")] if keep_bytes else []
        command += ["--tls", str(place / "tls")] if tls else []
        command += ["--corpus", str(corpus)] if corpus else []
        command += ["--opened", opened.isoformat()] if opened else []
        command += [] if is_paced else ["--beat", "0.5"]
        newspaper = _start(command, place)
        try:
            yield newspaper
        finally:
            newspaper.stop()


def _start(command: list[str], directory: Path) -> Newspaper:
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(STOP_S)
        raise RuntimeError(f"the newspaper ended with {process.returncode} before it was ready")
    bases = json.loads(line)
    return Newspaper(bases["a"], bases["b"], bases["control"], directory, process)
