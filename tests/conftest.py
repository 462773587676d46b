"""Fixtures of all rooms: the newspaper, places for archives, the real pages."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.site import Newspaper, running


@pytest.fixture(scope="session")
def shared_newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    """A newspaper for tests that only read, and never advance the day: started once."""
    place = tmp_path_factory.mktemp("newspaper")
    with running(directory=place, keep_bytes=True, is_paced=False) as newspaper:
        yield newspaper


@pytest.fixture
def newspaper(tmp_path: Path) -> Iterator[Newspaper]:
    """A newspaper of the test's own, at its first day, its journal empty."""
    with running(directory=tmp_path / "newspaper", keep_bytes=True) as made:
        yield made


@pytest.fixture
def archive_dir(tmp_path: Path) -> Path:
    """Where an archive can be made; nothing is there yet."""
    return tmp_path / "archive"


@pytest.fixture
def make_archive_dir(tmp_path: Path) -> Callable[[str], Path]:
    """Places for several archives, by name."""
    return lambda name: tmp_path / f"archive-{name}"


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """Directory of real pages; tests that need it skip where there is none."""
    named = os.environ.get("MICROFICHE_CORPUS", "")
    if not named:
        pytest.skip("MICROFICHE_CORPUS is not set: no real pages here")
    place = Path(named)
    if not any(place.rglob("truth.jsonl")):
        pytest.skip(f"MICROFICHE_CORPUS: no truth.jsonl under {place}")
    return place
