"""One crawl of the bulk pages in a process of its own; what it cost is printed as JSON.

``python -m tests.benchmarks.capture_runs KIND BASE COUNT DIRECTORY``, where KIND is ``lean`` (our
Scrapy settings, nothing kept) or ``capture`` (our settings and handler, every record durable
before its response travels on). Requests go through Scrapy's scheduler and scraper, as any
spider's do; `capture_crawl` measures the crawl itself, whose own do not.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

BUFFER_SAMPLES = 20


def rss_bytes() -> int:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def settings_of(kind: str) -> dict[str, Any]:
    from crawler import settings as ours

    common = {"LOG_LEVEL": "WARNING", "CONCURRENT_REQUESTS": 16, "CONCURRENT_ITEMS": 1}
    lean = {name: getattr(ours, name) for name in dir(ours) if name.isupper()}
    lean |= common | {"CONCURRENT_REQUESTS_PER_DOMAIN": 16, "SPIDER_MODULES": []}
    if kind == "lean":
        del lean["DOWNLOAD_HANDLERS"], lean["DOWNLOAD_HANDLERS_BASE"]
    return lean


def main() -> None:
    kind, base, count, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    import scrapy
    from scrapy.crawler import CrawlerProcess

    seen: list[int] = []
    memory: list[int] = []

    class Bulk(scrapy.Spider):
        name = "bulk"

        async def start(self):
            for number in range(count):
                yield scrapy.Request(
                    f"{base}/bulk/{count}/{number}.html",
                    headers={"Accept-Encoding": "gzip"},
                    meta={"microfiche_allow_private": True, "microfiche_source": "bulk"},
                )

        def parse(self, response):
            seen.append(len(response.body))
            if len(seen) % max(1, count // BUFFER_SAMPLES) == 0:
                memory.append(rss_bytes())

    process = CrawlerProcess(settings_of(kind))
    crawler = process.create_crawler(Bulk)
    writer = None
    if kind == "capture":
        from archive.warc.writer import WarcWriter

        directory.mkdir(parents=True, exist_ok=True)
        writer = WarcWriter(directory, prefix="bench", info={}, config_redacted="")
        crawler.capture_writer = writer
    process.crawl(crawler)
    process.start()
    if writer:
        writer.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "cpu_s": used.ru_utime + used.ru_stime,
        "pages": len(seen),
        "bytes": sum(seen),
        "memory": memory,
        "commits": writer.stats.commits if writer else 0,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
