"""Fetch a list of addresses through the capture handler, in a process of its own.

A Twisted reactor runs once in a process, so every run is a new one: ``fetch`` starts
``python -m tests.crawler.capture.fetcher``, gives it the job as JSON on stdin and reads what
became of each request as JSON lines from its stdout.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
HANDLER = "crawler.capture.handler.CapturingHandler"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """What became of it: ``error`` names the exception, ``written`` is where it lies."""

    url: str
    method: str
    status: int | None
    body_size: int
    flags: list[str]
    error: str | None
    message: str
    outcome: str | None
    written: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run."""

    got: tuple[Got, ...]
    warcs_dir: Path
    returncode: int
    stderr: str

    def by_url(self) -> dict[str, Got]:
        return {got.url: got for got in self.got}


def fetch(
    wanted: Sequence[Wanted],
    warcs_dir: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    writer: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = 120,
) -> Run:
    """Fetch ``wanted`` into WARCs below ``warcs_dir``; loopback is allowed unless meta says no."""
    job = {
        "wanted": [asdict(item) for item in wanted],
        "warcs_dir": str(warcs_dir),
        "settings": dict(settings or {}),
        "writer": dict(writer or {}),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.crawler.capture.fetcher"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | dict(environment or {}),
        timeout=timeout_s,
        check=False,
    )
    got = tuple(Got(**json.loads(line)) for line in done.stdout.splitlines())
    return Run(got, warcs_dir, done.returncode, done.stderr)


def main() -> None:
    job = json.load(sys.stdin)
    import scrapy
    from scrapy.crawler import CrawlerProcess

    from archive.errors import ArchiveUnwritable
    from archive.warc.exchange import PayloadRef
    from archive.warc.writer import WarcWriter

    class Fetcher(scrapy.Spider):
        name = "fetcher"

        async def start(self):
            for item in job["wanted"]:
                yield scrapy.Request(
                    item["url"],
                    self.parse,
                    errback=self.failed,
                    method=item["method"],
                    headers=item["headers"],
                    body=item["body"],
                    meta={"microfiche_allow_private": True, "dont_redirect": True, **item["meta"]},
                    dont_filter=True,
                )

        def parse(self, response):
            tell(response.request, response, None)

        def failed(self, failure):
            tell(failure.request, None, failure.value)

    def tell(request, response, error):
        written = request.meta.get("microfiche_written")
        got = Got(
            request.url,
            request.method,
            response.status if response else None,
            len(response.body) if response else 0,
            response.flags if response else [],
            type(error).__name__ if error else None,
            str(error) if error else "",
            request.meta.get("microfiche_outcome"),
            asdict(written) if written else None,
        )
        print(json.dumps(asdict(got)), flush=True)

    refs = {digest: PayloadRef(**ref) for digest, ref in job["writer"].pop("payloads", {}).items()}
    process = CrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
            "LOG_LEVEL": "WARNING",
            "RETRY_ENABLED": False,
            "HTTPERROR_ALLOW_ALL": True,
            "COOKIES_ENABLED": False,
            "COMPRESSION_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            "TELNETCONSOLE_ENABLED": False,
        }
        | job["settings"]
    )
    crawler = process.create_crawler(Fetcher)
    warcs_dir = Path(job["warcs_dir"])
    warcs_dir.mkdir(parents=True, exist_ok=True)
    writer = WarcWriter(
        warcs_dir,
        prefix="test",
        info={"software": "microfiche", "robots": "obey"},
        config_redacted="[archive]\n",
        find_payload=refs.get,
        **job["writer"],
    )
    crawler.capture_writer = writer
    process.crawl(crawler)
    process.start()
    try:
        writer.close()
    except ArchiveUnwritable as error:
        print(f"writer: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
