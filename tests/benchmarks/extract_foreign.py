"""Body and fields on pages that others annotated, beside trafilatura.

The development halves of sets of others (MICROFICHE_CORPUS, below ``foreign/``), then the own sets.
F1, precision (P) and recall (R) as above. "with" are the strings that a set requires, in all that
can be read, "in text" in standfirst and running text alone; "leaks" are those that it forbids.
"hidden" are articles that a plain search would not show, "empty" pages without running text. Where
a set states nothing, the cell is empty; pages that are no articles are rows of their own.
"""

import importlib.util
import logging
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from extract import extract
from tests.benchmarks.table import table

COLUMNS = {
    "f1": "F1",
    "precision": "P",
    "recall": "R",
    "with": "with",
    "with_text": "in text",
    "leaks": "leaks",
    "title": "title",
    "date": "date",
    "authors": "authors",
    "hidden": "hidden",
    "empty": "empty",
}
Found = dict[str, dict[str, dict[str, Any]]]
"""Figures by set and reader, as the corpus's own ``score.py --json`` prints them."""


def run() -> str:
    """Score both readers on every set."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    logging.disable(logging.CRITICAL)
    score = load_score(Path(corpus))
    readers = {"microfiche": extract, "trafilatura": score.baseline}
    found: Found = {}
    for pattern in ("foreign/*/truth.jsonl.gz", "*/truth.jsonl"):
        for truth in sorted(Path(corpus).glob(pattern)):
            for name, reader in readers.items():
                _add(found, score, truth.parent, name, reader)
    return table_of(found)


def load_score(corpus: Path) -> ModuleType:
    """Load the corpus's own script, which scores."""
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _add(
    found: Found, score: ModuleType, folder: Path, name: str, reader: Callable[..., Any]
) -> None:
    rows = score.score(folder, reader)
    for other in sorted({row["other"] for row in rows}):
        group = f"{folder.name}{', other types' if other else ''}"
        of_group = [row for row in rows if row["other"] == other]
        found.setdefault(group, {})[name] = score.foreign(of_group)


def table_of(found: Found) -> str:
    """Lay out the figures, both readers of a set below each other."""
    rows = [
        (
            f"{group} ({figures['pages']})" if name == next(iter(readers)) else "",
            name,
            *(_cell(figures.get(key)) for key in COLUMNS),
        )
        for group, readers in found.items()
        for name, figures in readers.items()
    ]
    return table(("set (pages)", "reader", *COLUMNS.values()), rows)


def _cell(figure: float | None) -> str:
    if figure is None:
        return ""
    return str(figure) if isinstance(figure, int) else f"{figure:.3f}"


def main() -> None:
    """Print the table."""
    print(run())


if __name__ == "__main__":
    main()
