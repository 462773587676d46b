"""An archive with every kind of record, made once a module and copied for each test."""

import hashlib
import shutil

import pytest

from archive.layout import Archive, create_archive
from archive.warc.exchange import PayloadRef
from tests.archive.warc.exchanges import exchange, make_writer, response

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An archive of several files with every kind of record."""
    archive = create_archive(tmp_path_factory.mktemp("made") / "a", contact="mailto:a@b.example")
    kept = {}
    writer = make_writer(archive.warcs_dir, roll_bytes=5000, find_payload=kept.get)
    for number in range(12):
        body = hashlib.sha512(b"%d" % (number % 8)).digest() * 4
        raw = CHUNKED if number == 3 else b"" if number == 5 else response(body)
        item = writer.submit(exchange(f"/{number}", raw)).result()
        if item.record_type == "response":
            ref = PayloadRef(item.record_id, item.target_uri, item.date, item.entity_digest)
            kept[item.entity_digest] = ref
    not_modified = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    writer.submit(exchange("/304", not_modified, not_modified=ref)).result()
    writer.close()
    return archive


@pytest.fixture
def archive(made, tmp_path) -> Archive:
    shutil.copytree(made.root, tmp_path / "a")
    return Archive(tmp_path / "a")
