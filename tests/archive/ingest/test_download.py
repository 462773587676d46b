"""`microfiche ingest URL`: from real servers on loopback that break off, change and lie."""

import hashlib
import shutil

import pytest

from archive.errors import ArchiveUnwritable, DownloadFailed
from archive.ingest.ask import AskSettings
from archive.ingest.download import Downloader
from tests.archive.ingest.foreign import faults, foreign_warc, found, ingest, wacz
from tests.archive.ingest.shelf_server import Shelf, serving
from tests.site.certificate import CERTIFICATE, KEY, make_certificate

WARC = foreign_warc(compressed=True)
OURS = AskSettings("tests/1", allow_private=True)


@pytest.fixture
def shelf():
    files = {"/a.warc.gz": WARC, "/a.wacz": wacz(WARC), "/page.html": b"<html>sign in</html>"}
    with serving(Shelf(files)) as shelf:
        yield shelf


def downloader(archive, settings=OURS, **options):
    return Downloader(archive, settings, wait=lambda _seconds: None, **options)


def downloads(archive):
    return sorted((archive.warcs_dir / "ingested").glob(".downloads/*"))


def test_a_url_is_taken_in_once_and_leaves_nothing_behind(archive, shelf):
    url = f"{shelf.base}/moved/a.warc.gz?signature=1"
    result = ingest(archive, "--allow-private-addresses", url)
    assert result.exit_code == 0, result.output
    assert f"copied: {url} as ingested/a-" in result.output
    assert "3 new articles" in result.output
    assert found(archive) == 3
    assert faults(archive) == []
    assert downloads(archive) == []
    again = ingest(archive, "--allow-private-addresses", "--no-index", url, f"{shelf.base}/a.wacz")
    assert again.output.count("there already: ") == 2


def test_a_private_address_is_refused_unless_allowed(archive, shelf):
    for url in (f"{shelf.base}/a.warc.gz", shelf.base.replace("127.0.0.1", "localhost")):
        result = ingest(archive, url)
        assert result.exit_code == 1
        assert "Indexed" not in result.output
        assert "not on the public network; --allow-private-addresses" in result.output
    assert shelf.asked == []


def test_a_broken_download_goes_on_where_it_was(archive, shelf):
    shelf.break_after = [1000, 200]
    come = downloader(archive).fetch(f"{shelf.base}/a.warc.gz")
    assert come.path.read_bytes() == WARC
    assert [wanted for _, wanted in shelf.asked] == [None, "bytes=1000-", "bytes=1200-"]


class Then(list):
    """Bytes after which to break off; what happens to the server then."""

    def __init__(self, after, happens):
        super().__init__([after])
        self._happens = happens

    def pop(self, *index):
        self._happens()
        return super().pop(*index)


def test_what_has_come_is_kept_for_the_next_run(archive, shelf):
    url = f"{shelf.base}/a.warc.gz"
    shelf.break_after = Then(700, lambda: shelf.statuses.extend([503] * 9))
    with pytest.raises(DownloadFailed, match=r"503.*700 bytes are kept"):
        downloader(archive).fetch(url)
    shelf.statuses.clear()
    assert downloader(archive).fetch(url).path.read_bytes() == WARC
    assert shelf.asked[-1] == ("/a.warc.gz", "bytes=700-")


def test_a_file_that_has_changed_meanwhile_is_begun_anew(archive, shelf):
    other = foreign_warc(compressed=True, titles=("Bridge four closed",))

    def change():
        shelf.etag, shelf.files["/a.warc.gz"] = '"two"', other

    shelf.break_after = Then(900, change)
    assert downloader(archive).fetch(f"{shelf.base}/a.warc.gz").path.read_bytes() == other
    assert shelf.asked[1] == ("/a.warc.gz", "bytes=900-")


@pytest.mark.parametrize("what", ["no validator", "weak", "no ranges"])
def test_where_a_server_cannot_go_on_it_is_begun_anew(archive, shelf, what):
    shelf.break_after = [1000]
    shelf.etag = {"no validator": "", "weak": 'W/"one"'}.get(what, shelf.etag)
    shelf.ranges = what != "no ranges"
    come = downloader(archive).fetch(f"{shelf.base}/a.warc.gz")
    assert come.path.read_bytes() == WARC


def test_a_whole_download_is_not_asked_for_again(archive, shelf):
    url = f"{shelf.base}/a.warc.gz"
    for _ in range(2):
        assert downloader(archive).fetch(url).path.read_bytes() == WARC
    assert len(shelf.asked) == 1


def test_a_sha256_is_held_against_what_comes(archive, shelf):
    url = f"{shelf.base}/a.warc.gz#sha256="
    right = hashlib.sha256(WARC).hexdigest()
    assert downloader(archive).fetch(url + right.upper()).path.read_bytes() == WARC
    with pytest.raises(DownloadFailed, match=f"SHA-256 is {right}, asked for 00"):
        downloader(archive).fetch(url + "00")


@pytest.mark.parametrize(
    ("path", "told", "code"),
    [
        ("/nothing.warc.gz", "answered with 404", 1),
        ("/round", "more than 10 redirects", 1),
        ("/nowhere", "redirects to 'http://[nowhere/', expected an http or https address", 1),
        ("/page.html", "neither WARC nor ARC nor HAR nor WACZ", 6),
    ],
)
def test_what_cannot_be_had_is_told_and_the_rest_taken_in(archive, shelf, path, told, code):
    urls = (shelf.base + path, f"{shelf.base}/a.warc.gz")
    result = ingest(archive, "--allow-private-addresses", "--no-index", *urls)
    assert result.exit_code == code
    assert told in result.output
    assert f"copied: {urls[1]}" in result.output
    assert [p for p in downloads(archive) if p.suffix == ".part"] == []


def test_a_server_that_is_busy_is_asked_again(archive, shelf):
    shelf.statuses = [503, 429]
    assert downloader(archive).fetch(f"{shelf.base}/a.warc.gz").path.read_bytes() == WARC
    shelf.statuses = [500] * 4
    with pytest.raises(DownloadFailed, match="answered with 500"):
        downloader(archive).fetch(f"{shelf.base}/a.wacz")


def test_nothing_listens(archive):
    with pytest.raises(DownloadFailed, match=r"refused.*run again later"):
        downloader(archive).fetch("http://127.0.0.1:1/a.warc.gz")


def test_a_disk_below_its_floor_takes_nothing(archive, shelf):
    floor = shutil.disk_usage(archive.root).free + (1 << 30)
    with pytest.raises(ArchiveUnwritable, match=r"crawl\.min_free_bytes"):
        downloader(archive, min_free_bytes=floor).fetch(f"{shelf.base}/a.warc.gz")


def test_certificates_are_verified_and_tls_is_not_left(archive, tmp_path, monkeypatch):
    make_certificate(tmp_path / "tls")
    pair = (tmp_path / "tls" / CERTIFICATE, tmp_path / "tls" / KEY)
    with serving(Shelf({"/a.warc.gz": WARC}), certificate=pair) as shelf:
        url = f"{shelf.base}/a.warc.gz"
        with pytest.raises(DownloadFailed, match="certificate is refused"):
            downloader(archive).fetch(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
        assert downloader(archive).fetch(url).path.read_bytes() == WARC
        with pytest.raises(DownloadFailed, match="out of the protection of TLS"):
            downloader(archive).fetch(f"{shelf.base}/to-http")
