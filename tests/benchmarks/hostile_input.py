"""CPU of what reads foreign input, on input made to be slow, at a length and at four times that.

The most that four times the length may take is eight times the time: what is quadratic takes
sixteen. And no page of `tests/extract/test_robust.py` may take the extraction over 5 s.
"""

import time
from collections.abc import Callable

from archive.ingest.forms import arc_fields
from archive.replay.css import rewrite_css
from archive.replay.html import find_refresh, rewrite_html
from archive.replay.srcset import rewrite_srcset
from crawler.discovery.markup import iter_tags
from crawler.discovery.pages import ALL_TAGS
from extract import ExtractError, extract
from tests.archive.ingest import test_peculiarities as arcs
from tests.archive.replay import test_css as css
from tests.archive.replay import test_fidelity as fidelity
from tests.archive.replay import test_html as html
from tests.archive.replay import test_protocols as protocols
from tests.benchmarks.table import table
from tests.crawler.discovery import test_markup as markup
from tests.extract.test_robust import EXTREMES, PROSE

LENGTH = 80_000
MOST = 8.0
LIMIT_S = 5.0
# Below that, what is measured is the clock.
LEAST_S = 0.02


def run() -> str:
    """Time each reader on its worst kind of input."""
    rows = [_row(name, cases) for name, cases in READERS.items()]
    rows.append(_extremes())
    return table(("reader", "kinds", "worst kind", f"ratio (at most {MOST:g})", "s"), rows)


def _tags(piece: str) -> Callable[[int], None]:
    def read(length: int) -> None:
        for _ in iter_tags(piece * (length // len(piece)), ALL_TAGS, mentioning="url"):
            pass

    return read


def _rewritten(kind: str) -> Callable[[int], object]:
    make = fidelity.HOSTILE[kind]
    return lambda n: rewrite_html(make(n // 8), fidelity.LINKS, known=lambda urls: set())


def _sheet(scrap: str) -> Callable[[int], object]:
    return lambda n: rewrite_css(scrap * (n // len(scrap)) + '"', css.located)


def _line(piece: bytes) -> Callable[[int], object]:
    return lambda n: arc_fields(b"http://a.example/" + piece * n + b" \xff\n")


def _pattern(value: str) -> Callable[[int], object]:
    holds = protocols.condition(value)
    return lambda n: [holds("a" * (n // 160)) for _ in range(50)]


def _head(text: str) -> Callable[[int], object]:
    return lambda n: find_refresh(text[:n])


def _candidates(text: str) -> Callable[[int], object]:
    return lambda n: rewrite_srcset(text[:n], lambda url: url)


Cases = dict[str, Callable[[int], object]]
READERS: dict[str, Cases] = {
    "tags of a page": {piece: _tags(piece) for piece in markup.HOSTILE},
    "replayed page": {kind: _rewritten(kind) for kind in fidelity.HOSTILE},
    "replayed sheet": {scrap: _sheet(scrap) for scrap in css.HOSTILE},
    "refresh of a head": {text[:9]: _head(text) for text in html.HEADS},
    "srcset": {text[:3]: _candidates(text) for text in html.CANDIDATES},
    "line of an ARC": {str(piece): _line(piece) for piece in arcs.HOSTILE},
    "pattern of a CDX query": {value[:12]: _pattern(value) for value in protocols.HOSTILE},
}


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _row(name: str, cases: Cases) -> tuple[str, ...]:
    measured = []
    for kind, read in cases.items():
        read(100)
        short, long = (_cpu(lambda: read(n)) for n in (LENGTH, 4 * LENGTH))  # noqa: B023 - at once
        measured.append((long / max(short, LEAST_S), long, kind))
    ratio, seconds, kind = max(measured)
    over = " **over**" if ratio > MOST else ""
    return name, str(len(cases)), f"`{kind}`", f"{ratio:.1f}{over}", f"{seconds:.2f}"


def _extremes() -> tuple[str, ...]:
    extract(PROSE, url="https://x.test/a")  # the first page loads models and word lists
    seconds, kind = max((_cpu(lambda: _read(page)), kind) for kind, page in EXTREMES.items())  # noqa: B023
    over = " **over**" if seconds > LIMIT_S else ""
    return "extraction", str(len(EXTREMES)), kind, "–", f"{seconds:.2f}{over}"


def _read(page: bytes) -> None:
    try:
        extract(page, url="https://x.test/a")
    except ExtractError:
        return
