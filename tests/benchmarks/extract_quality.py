"""What readers find on real pages (MICROFICHE_CORPUS): quality, leaks and CPU in one run.

F1, precision and recall are over word 4-grams of the body. Titles, dates and authors are those of
fundus, credits those of the republished story (``seed``). Leaked lines count over all sets; a line
of fewer than four words counts as one even when it is right, as most subheads are. CPU is a ratio
to trafilatura's ``bare_extraction(with_metadata=True)`` on the same pages. The second row reads
without the rule files of single outlets, as pages of any other outlet are read.
"""

import gzip
import json
import logging
import os
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from extract import extract
from extract.rules import OutletRules
from tests.benchmarks import extract_foreign, extract_kinds
from tests.benchmarks.table import machine, table

SETS = ("scrapinghub", "fundus", "fundus-eval", "seed")
_Found = dict[str, Any]
PEERS = ("readability-lxml", "resiliparse", "newspaper4k")


def run() -> str:
    """Score every reader on every set."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    logging.disable(logging.CRITICAL)
    score = extract_foreign.load_score(Path(corpus))
    peers = _peers(Path(corpus))
    readers: dict[str, Any] = {
        "microfiche": extract,
        "without outlets' rules": partial(extract, rules=OutletRules("none", date.min, None)),
        "trafilatura": score.baseline,
    }
    found = _alternate(Path(corpus), readers) | peers
    rows = {name: _score(score, Path(corpus), of) for name, of in found.items()}
    base = _mean_ms(rows["trafilatura"])
    body = table(
        ("reader", *(f"{name} {what}" for name in SETS[:3] for what in ("F1", "P", "R"))),
        [_body_row(name, found) for name, found in rows.items()],
    )
    rest = table(
        ("reader", "leaked lines", "title", "date", "authors", "credit", "CPU"),
        [
            _row(name, found, base, credit=_credit(Path(corpus), readers.get(name)))
            for name, found in rows.items()
        ],
    )
    return f"{body}\n\n{rest}"


def _credit(corpus: Path, reader: Any) -> str:
    """Tell on how many pages a reader of ours names the source; no other has the field."""
    if not isinstance(reader, partial) and reader is not extract:
        return ""
    stated = [page for page in _pages(corpus / "seed") if page.get("credit")]
    right = sum(
        reader(
            gzip.decompress((corpus / "seed/pages" / page["id"]).read_bytes()), url=page["url"]
        ).credit
        == page["credit"]
        for page in stated
    )
    return f"{right}/{len(stated)}"


def _alternate(corpus: Path, readers: dict[str, Any]) -> dict[str, dict[str, _Found]]:
    """Read each page with every reader in turn, so that all meet the same machine."""
    found: dict[str, dict[str, _Found]] = {name: {} for name in readers}
    for folder in SETS:
        for page in _pages(corpus / folder):
            html = gzip.decompress((corpus / folder / "pages" / page["id"]).read_bytes())
            if folder == SETS[0] and not any(found.values()):
                for reader in readers.values():  # word lists and models load once a process
                    reader(html, url=page["url"])
            for name, reader in readers.items():
                started = time.process_time()
                try:
                    result = reader(html, url=page["url"])
                except Exception as error:  # noqa: BLE001 - a reader that fails has read nothing
                    result = {"error": type(error).__name__}
                ms = (time.process_time() - started) * 1000
                found[name][f"{folder}/{page['id']}"] = {"result": result, "ms": ms}
    return found


def _score(
    score: ModuleType, corpus: Path, found: dict[str, _Found]
) -> dict[str, dict[str, float]]:
    summaries = {}
    for name in SETS:
        held = [found[f"{name}/{page['id']}"] for page in _pages(corpus / name)]
        results = iter([row.get("result", row) for row in held])
        summary = score.summary(score.score(corpus / name, lambda _html, url: next(results)))  # noqa: B023
        summaries[name] = summary | {"ms_mean": sum(row["ms"] for row in held) / len(held)}
    return summaries


def _pages(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _peers(corpus: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Run the peers in their own environment; empty, with a word, when it cannot be made."""
    from tests.environments import environment

    try:
        bin_dir = environment("extract-peers", *PEERS, "lxml_html_clean")
    except BaseException as reason:  # noqa: BLE001 - pytest's skip is no Exception
        print(f"peers left out: {reason}", file=sys.stderr)
        return {}
    script = Path(__file__).with_name("extract_peers.py")
    done = subprocess.run(
        [bin_dir / "python", script, corpus], check=True, capture_output=True, text=True
    )
    found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in PEERS}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found[row["name"]][row["key"]] = row
    return found


def _mean_ms(found: dict[str, dict[str, float]]) -> float:
    pages = sum(s["pages"] for s in found.values())
    return sum(s["ms_mean"] * s["pages"] for s in found.values()) / pages


def _body_row(name: str, found: dict[str, dict[str, float]]) -> tuple[str, ...]:
    figures = [found[s][what] for s in SETS[:3] for what in ("f1", "precision", "recall")]
    return (name, *(f"{figure:.3f}" for figure in figures))


def _row(
    name: str, found: dict[str, dict[str, float]], base: float, *, credit: str
) -> tuple[str, ...]:
    fields = [found["fundus"].get(field) for field in ("title", "date", "authors")]
    return (
        name,
        f"{sum(s['leaked_lines'] for s in found.values()):.0f}",
        *(f"{share:.3f}" if share else "" for share in fields),
        credit,
        f"{_mean_ms(found) / base:.2f}",
    )


def main() -> None:
    """Write docs/quality.md's content to stdout."""
    print("# How well pages are read\n")
    print("Generated by `python -m tests.benchmarks.extract_quality`; do not edit.\n")
    print(f"{(__doc__ or '').strip()}\n\n{run()}\n\n{machine()}.\n")
    print(f"## Pages that others annotated\n\n{(extract_foreign.__doc__ or '').strip()}\n")
    print(f"{extract_foreign.run()}\n")
    print(f"## Kinds of pages\n\n{(extract_kinds.__doc__ or '').strip()}\n\n{extract_kinds.run()}")


if __name__ == "__main__":
    main()
