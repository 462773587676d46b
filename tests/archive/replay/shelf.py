"""A small archive made by our own writer, for tests of what shows it."""

import base64
import hashlib
from contextlib import closing
from datetime import datetime
from pathlib import Path

from archive.config import load_config
from archive.index.open import open_index
from archive.indexer.catchup import catch_up
from archive.layout import Archive, create_archive
from archive.lock import hold
from archive.times import from_timestamp, to_warc_date
from archive.warc.exchange import Exchange, PayloadRef, Written
from archive.warc.writer import WarcWriter

SOURCE = "post"
CONFIG = f"""title = "The test archive"

[crawl]
workers = 1

[sources.{SOURCE}]
name = "The Post"
url = "http://post.test/"
feeds = ["http://post.test/feed.xml"]
"""


class Shelf:
    """Puts exchanges into an archive; `index` makes them findable."""

    def __init__(self, root: Path) -> None:
        self.archive: Archive = create_archive(root, contact="mailto:test@example.org")
        with self.archive.config_path.open("a", encoding="utf-8") as config:
            config.write(CONFIG)
        self._payloads: dict[str, PayloadRef] = {}
        self._writer = self._open()

    def _open(self) -> WarcWriter:
        return WarcWriter(
            self.archive.warcs_dir,
            prefix="test",
            info={"software": "microfiche tests"},
            config_redacted="layout = 1\n",
            find_payload=self._payloads.get,
        )

    def put(
        self,
        url: str,
        body: bytes = b"",
        *,
        at: str = "20260102030405",
        status: str = "200 OK",
        content_type: str = "text/html; charset=utf-8",
        headers: tuple[str, ...] = (),
        kind: str = "page",
        truncated: str | None = None,
        not_modified: Written | None = None,
        source: str = SOURCE,
    ) -> Written:
        """Write one exchange; the body is sent as given."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        if content_type:
            lines.insert(1, f"Content-Type: {content_type}")
        head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
        started: datetime = from_timestamp(at)
        written = self._writer.submit(
            Exchange(
                target_uri=url,
                started_at=started,
                request=f"GET {url} HTTP/1.1\r\nUser-Agent: test\r\n\r\n".encode(),
                response=head.encode("latin-1") + body,
                truncated=truncated,
                metadata={"source": source, "kind": kind},
                not_modified=_reference(not_modified) if not_modified else None,
            )
        ).result(timeout=30)
        if written.record_type == "response" and body and not truncated:
            digest = "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()
            self._payloads[digest] = _reference(written)
        return written

    def forget_payloads(self) -> None:
        """What is put again from now on is a response, no revisit."""
        self._payloads.clear()

    def index(self) -> Archive:
        """Seal and index what was put; more can be put afterwards."""
        self._writer.close()
        self._writer = self._open()
        index_all(self.archive)
        return self.archive

    def close(self) -> None:
        """End the writer."""
        self._writer.close()


def _reference(written: Written) -> PayloadRef:
    return PayloadRef(
        written.record_id,
        written.target_uri,
        to_warc_date(from_timestamp(written.timestamp)),
        written.entity_digest,
    )


def index_all(archive: Archive) -> None:
    """Index everything that is sealed, as `microfiche index` does."""
    with (
        hold(archive.index_lock_path, purpose="test"),
        closing(open_index(archive, write=True)) as db,
    ):
        report = catch_up(archive, db, load_config(archive))
    assert report.damaged == ()
