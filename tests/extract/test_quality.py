"""The gate: floors on real pages, where they are at hand (MICROFICHE_CORPUS)."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from extract import extract

CORPUS = os.environ.get("MICROFICHE_CORPUS")
# Pinned .004 under what this version scores; raise them with it, never lower them silently.
FLOORS = {
    "scrapinghub": {"f1": 0.977},
    "fundus": {"f1": 0.980, "title": 0.85, "date": 0.985, "authors": 0.90},
    "fundus-eval": {"f1": 0.957},
    "seed": {"f1": 1.0, "precision": 1.0, "recall": 1.0},
}
MAX_LEAKED_LINES = 372  # a third of plain trafilatura's

pytestmark = pytest.mark.skipif(not CORPUS, reason="MICROFICHE_CORPUS names no folder of pages")


@pytest.fixture(scope="module")
def summaries() -> dict[str, dict[str, float]]:
    score = _load_score(Path(CORPUS or "") / "score.py")
    return {name: score.summary(score.score(Path(CORPUS or "") / name, extract)) for name in FLOORS}


def _load_score(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_page_fails_and_every_floor_holds(summaries: dict[str, dict[str, float]]) -> None:
    below = [
        f"{corpus} {field}: {summaries[corpus][field]} < {floor}"
        for corpus, floors in FLOORS.items()
        for field, floor in floors.items()
        if summaries[corpus][field] < floor
    ]
    assert below == []
    assert {name: s["errors"] for name, s in summaries.items()} == dict.fromkeys(FLOORS, 0)
    assert {name: s["empty"] for name, s in summaries.items()} == dict.fromkeys(FLOORS, 0)
    assert sum(s["leaked_lines"] for s in summaries.values()) <= MAX_LEAKED_LINES


@pytest.mark.parametrize("page", ["1_classic", "3_in_article"])
def test_a_republished_story_keeps_its_source_as_credit(page: str) -> None:
    import gzip

    html = gzip.decompress((Path(CORPUS or "") / "seed/pages" / f"{page}.html.gz").read_bytes())
    article = extract(html, url="https://worldbulletin.example/story/")
    assert article.credit == "CNN"
    assert "Source: CNN" in {removed.text for removed in article.removed}
    assert "comment" not in article.text.casefold()
