"""The archive with every kind of record, as the tests of the format have it."""

from tests.archive.warc.conftest import archive, made

__all__ = ["archive", "made"]
