"""An archive to take files in."""

import pytest

from archive.layout import create_archive


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "archive", contact="mailto:tests@example.org")
