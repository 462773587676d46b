"""A press with an archive of its own, and an empty index to write to."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlite_utils import Database

from archive.index.open import open_index
from tests.archive.indexer.press import Press, new_press


@pytest.fixture
def press(tmp_path) -> Press:
    return new_press(tmp_path)


@pytest.fixture
def db(press) -> Iterator[Database]:
    with closing(open_index(press.archive, write=True)) as opened:
        yield opened
