"""CPU of a crawl with capture, beside Scrapy as it comes and ``wget --warc-file``, in one run.

2,000 pages of the loopback newspaper, pre-compressed (53 kB each, 265 kB of HTML). Runs are
alternated; the figure of each is the median of its rounds, and every figure is that of a whole
process from its start to its end. Aim: ``crawl`` at most 1.0 of ``bare`` and below half of wget as
it comes, which asks for pages uncompressed; ``wget-gzip`` is told to ask for what everybody else
gets, and neither reads pages nor waits for the disk.

``bare`` is ``scrapy runspider`` with no setting changed: pages are asked for by number, unpacked
and thrown away. ``crawl`` is the whole of ``microfiche crawl`` in a new archive: sitemap,
robots.txt, frontier, pace, every page captured and durable, then read for what it needs. Its
indexer, a process of its own that reads the articles, is left out, as the others have none.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.table import table
from tests.site import running

REPOSITORY = Path(__file__).parents[2]
BARE = {"bare": (), "coded": ("--set=COMPRESSION_ENABLED=0",)}
OURS = ("lean", "capture")
MEANING = {
    "bare": "`scrapy runspider` as it comes, nothing kept",
    "coded": "the same, bodies left compressed",
    "lean": "our Scrapy settings, nothing kept",
    "capture": "with capture, durable before it travels on",
    "crawl": "`microfiche crawl`, everything but the indexer",
    "wget": "`wget --warc-file` as it comes",
    "wget-gzip": "the same, told to ask for gzip",
}


def run_bare(base: str, count: int, place: Path, *options: str) -> float:
    """CPU seconds of Scrapy as it comes."""
    place.mkdir(parents=True, exist_ok=True)
    told = place / "told"
    scrapy = str(Path(sys.executable).with_name("scrapy"))
    spider = str(Path(__file__).with_name("capture_spider.py"))
    command = [scrapy, "runspider", spider, "-a", f"base={base}", "-a", f"count={count}"]
    seconds = _cpu_s([*command, "-a", f"told={told}", *options], cwd=place)
    assert told.read_text("utf-8") == f"finished {count}"
    return seconds


def run_python(kind: str, base: str, count: int, place: Path) -> float:
    """CPU seconds of one of `OURS`."""
    command = [sys.executable, "-m", "tests.benchmarks.capture_runs", kind, base, str(count)]
    done = subprocess.run(
        [*command, str(place)], capture_output=True, text=True, cwd=REPOSITORY, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["pages"] == count, done.stderr
    return float(told["cpu_s"])


def run_wget(base: str, count: int, place: Path, *options: str) -> float:
    """CPU seconds of wget keeping the same pages."""
    place.mkdir(parents=True, exist_ok=True)
    addresses = place / "addresses"
    addresses.write_text("".join(f"{base}/bulk/{count}/{n}.html\n" for n in range(count)))
    command = ["wget", "--quiet", f"--warc-file={place}/pages", *options]
    command += ["--output-document=/dev/null", f"--input-file={addresses}"]
    return _cpu_s(command)


def run_crawl(base: str, count: int, place: Path) -> float:
    """CPU seconds of ``microfiche crawl``, without its indexer."""
    microfiche = [str(Path(sys.executable).with_name("microfiche"))]
    subprocess.run(
        [*microfiche, "init", str(place), "--contact", "mailto:bench@localhost"],
        check=True,
        capture_output=True,
    )
    options = ["--id", "bulk", "--name", "Bulk", "--delay", "0", "--allow-private-addresses"]
    options += ["--sitemap", f"{base}/bulk/{count}/sitemap.xml", "--no-probe"]
    subprocess.run(
        [*microfiche, "-C", str(place), "add", base, *options], check=True, capture_output=True
    )
    seconds = _cpu_s([*microfiche, "-C", str(place), "crawl", "--no-index"])
    (report,) = (place / "runs").glob("*.json")
    kinds = json.loads(report.read_text("utf-8"))["sources"]["bulk"]["kinds"]
    assert (kinds["article"], kinds["sitemap"]) == (count, 1)
    return seconds


def _cpu_s(command: list[str], *, cwd: Path | None = None) -> float:
    """CPU seconds of a command and of what it waited for."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime


def run(*, count: int = 2000, rounds: int = 3) -> str:
    """All kinds in turn; a Markdown table."""
    spent: dict[str, list[float]] = {kind: [] for kind in MEANING}
    with running() as newspaper, tempfile.TemporaryDirectory() as directory:
        for number in range(rounds):
            place = Path(directory) / str(number)
            for kind, options in BARE.items():
                spent[kind].append(run_bare(newspaper.a, count, place / kind, *options))
            for kind in OURS:
                spent[kind].append(run_python(kind, newspaper.a, count, place / kind))
            spent["crawl"].append(run_crawl(newspaper.a, count, place / "crawl"))
            if shutil.which("wget"):
                spent["wget"].append(run_wget(newspaper.a, count, place / "wget"))
                coded = ("--header=Accept-Encoding: gzip",)
                spent["wget-gzip"].append(run_wget(newspaper.a, count, place / "gzip", *coded))
            shutil.rmtree(place)
    return _told(spent, count)


def _told(spent: dict[str, list[float]], count: int) -> str:
    medians = {kind: statistics.median(found) for kind, found in spent.items() if found}
    rows = [
        [
            f"{kind}: {MEANING[kind]}",
            f"{1000 * seconds / count:.2f}",
            f"{seconds / medians['bare']:.2f}",
            f"{seconds / medians['wget']:.2f}" if "wget" in medians else "",
        ]
        for kind, seconds in medians.items()
    ]
    return table(["crawl", "CPU-ms a page", "of bare Scrapy", "of wget"], rows)
