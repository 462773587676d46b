"""A rebuild from WARC, index included, beside the extraction of the same pages alone.

Real pages (``MICROFICHE_CORPUS``), their bodies gzip as servers send them, in one WARC file
(``MICROFICHE_BENCH_PAGES``: 400). Both start their processes, one for each core, and import
everything within their time; their runs alternate. By the clock, and by the CPU of all processes,
which others on the machine disturb less.
"""

import gzip
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path

from archive.config import load_config
from archive.indexer.catchup import rebuild
from archive.layout import Archive, create_archive
from archive.times import to_warc_date
from archive.warc.exchange import Exchange
from archive.warc.records import RecordWriter, build, warcinfo_record
from extract import extract
from tests.benchmarks.table import table

ROUNDS = 2
START = datetime(2026, 1, 5, 8, tzinfo=UTC)

Page = tuple[bytes, str]
"""A body, gzip, and its address."""


@dataclass(frozen=True, slots=True)
class _Spent:
    wall_s: float
    cpu_s: float


def run() -> str:
    """Time both, alternating, and lay out pages a second and their ratio."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    pages = _pages(Path(corpus), int(os.environ.get("MICROFICHE_BENCH_PAGES", "400")))
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as place:
        archive = create_archive(Path(place) / "archive", contact="mailto:bench@example.org")
        _write_warc(archive, pages)
        pickled = Path(place) / "pages"
        pickled.write_bytes(pickle.dumps(pages))
        config = load_config(archive)
        alone, whole = [], []
        for _ in range(ROUNDS):
            alone.append(_spent(lambda: _extract_alone(pickled, cores)))
            whole.append(_spent(lambda: rebuild(archive, config)))
    best = [
        _Spent(min(each.wall_s for each in runs), min(each.cpu_s for each in runs))
        for runs in (alone, whole)
    ]
    rows = [
        [name, f"{len(pages) / spent.wall_s:.1f}", f"{len(pages) / spent.cpu_s:.1f}"]
        for name, spent in zip(("extract alone", "rebuild"), best, strict=True)
    ]
    ratio = ["ratio", f"{best[0].wall_s / best[1].wall_s:.2f}"]
    ratio.append(f"{best[0].cpu_s / best[1].cpu_s:.2f}")
    heads = [f"{len(pages)} pages, {cores} processes", "pages/s by the clock", "pages a CPU-s"]
    return table(heads, [*rows, ratio])


def _pages(corpus: Path, wanted: int) -> list[Page]:
    found = []
    for truth in sorted(corpus.glob("*/truth.jsonl")):
        for line in truth.read_text("utf-8").splitlines():
            page = json.loads(line)
            found.append(((truth.parent / "pages" / page["id"]).read_bytes(), page["url"]))
    return [
        (body, f"{url}{'&' if '?' in url else '?'}copy={n}" if n >= len(found) else url)
        for n, (body, url) in enumerate(islice(cycle(found), wanted))
    ]


def _write_warc(archive: Archive, pages: list[Page]) -> None:
    serial = count(1)
    path = archive.warcs_dir / "2026/01/bench.warc.gz"
    path.parent.mkdir(parents=True, exist_ok=True)

    def new_id() -> str:
        return f"<urn:uuid:00000000-0000-4000-8000-{next(serial):012}>"

    writer, info_id = RecordWriter(), new_id()
    info = warcinfo_record(info_id, to_warc_date(START), path.name, {"software": "bench"})
    with path.open("wb") as file:
        file.write(writer.member(info))
        for n, (body, url) in enumerate(pages):
            exchange = _exchange(body, url, START + timedelta(seconds=n))
            built = build(exchange, warcinfo_id=info_id, find_payload=lambda _: None, new_id=new_id)
            file.writelines(writer.member(record) for record in built.records)


def _exchange(body: bytes, url: str, at: datetime) -> Exchange:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Exchange(
        target_uri=url,
        started_at=at,
        request=b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n",
        response=head.encode() + body,
        ip="127.0.0.1",
        protocol=("http/1.1",),
        cipher_suite=None,
        truncated=None,
        metadata={"source": "bench", "kind": "article"},
    )


def _spent(work: Callable[[], object]) -> _Spent:
    cpu, wall = _cpu_s(), time.perf_counter()
    work()
    return _Spent(time.perf_counter() - wall, _cpu_s() - cpu)


def _cpu_s() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _extract_alone(pickled: Path, cores: int) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.index_rebuild", str(pickled)]
    started = [subprocess.Popen([*command, str(part), str(cores)]) for part in range(cores)]
    ended = [process.wait() for process in started]
    if any(ended):
        raise RuntimeError("extraction alone failed")


def _read_part(pickled: Path, part: int, parts: int) -> None:
    for body, url in pickle.loads(pickled.read_bytes())[part::parts]:
        extract(gzip.decompress(body), url=url, captured_at=START)


if __name__ == "__main__":
    _read_part(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
