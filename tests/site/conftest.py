"""One newspaper for all tests that only read, and one client to ask it."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.site import Newspaper, running
from tests.site.reading import OPENED

CODINGS = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    """The newspaper on its first day, which is always the same one."""
    place = tmp_path_factory.mktemp("paper")
    with running(directory=place, opened=OPENED, is_paced=False) as made:
        yield made


@pytest.fixture(scope="session")
def get() -> Iterator[Callable[..., httpx.Response]]:
    """Ask for an address; one client for all requests, as making one costs more than a request."""
    with httpx.Client(headers=CODINGS) as client:

        def ask(url: str, *, follow_redirects: bool = False, **headers: str) -> httpx.Response:
            return client.get(url, headers=headers, follow_redirects=follow_redirects)

        yield ask
