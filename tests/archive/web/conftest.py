"""One served archive for the tests that only read."""

import pytest

from tests.archive.web.room import serve
from tests.archive.web.shelves import fill


@pytest.fixture(scope="session")
def shelves(tmp_path_factory):
    root = tmp_path_factory.mktemp("room") / "archive"
    fill(root)
    return root


@pytest.fixture(scope="session")
def served(shelves):
    with serve(shelves) as running:
        yield running


@pytest.fixture
def room(served):
    with served.ask_room() as asking:
        yield asking


@pytest.fixture
def replay(served):
    with served.ask_replay() as asking:
        yield asking
