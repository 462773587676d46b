"""WARC and WACZ out: whole, described, and read back to the same index."""

import base64
import errno
import gzip
import hashlib
import json
import subprocess
import zipfile
from contextlib import closing

import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from archive.check.run import check_files
from archive.cli import cli
from archive.index.open import open_index
from archive.layout import create_archive
from archive.packages.choose import Chooser
from archive.packages.warc import WarcCopy
from archive.times import from_timestamp
from tests.archive.indexer.press import story
from tests.archive.replay.shelf import CONFIG, Shelf
from tests.environments import environment

T1, T2 = "20260102030405", "20260105030405"
HARBOUR, STORM = "http://post.test/harbour", "http://post.test/storm"
CAPTURES = """
SELECT record_id, urlkey, timestamp, uri, mime, status, digest, record_type, refers_to, redirect,
    truncated, source, kind, page_kind, failure, method FROM cdx ORDER BY record_id
"""
ARTICLES = """
SELECT a.hex, a.url, a.title, a.first_captured, v.text FROM articles a
JOIN versions v ON v.id = a.current_version ORDER BY 1
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("packages") / "archive")
    page = story("Harbour vote tonight").replace(
        b"<article>", b"<link rel=stylesheet href=/s.css><img src=/moved.png><article>"
    )
    shelf.put(HARBOUR, page, at=T1, kind="article")
    shelf.put("http://post.test/s.css", b"a{b:url(in.png)}", at=T1, content_type="text/css")
    shelf.put("http://post.test/in.png", b"\x89PNG\r\n\x1a\nin", at=T1, content_type="image/png")
    shelf.put(
        "http://post.test/moved.png", at=T1, status="302 Found", headers=("Location: /new.png",)
    )
    shelf.put("http://post.test/new.png", b"\x89PNG\r\n\x1a\nnew", content_type="image/png")
    shelf.put("http://post.test/elsewhere.png", b"\x89PNG\r\n\x1a\n-", content_type="image/png")
    shelf.put(HARBOUR, page, at=T2, kind="article")
    shelf.put(STORM, story("Storm over the harbour wall"), at=T1, kind="article")
    shelf.index()
    shelf.close()
    return shelf


def run(archive, *arguments):
    result = CliRunner().invoke(cli, ["-C", str(archive.root), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def rows(archive, sql):
    with closing(open_index(archive)) as db:
        return db.execute(sql).fetchall()


def read_back(tmp_path, package):
    other = create_archive(tmp_path / "other", contact="mailto:test@example.org")
    with other.config_path.open("a", encoding="utf-8") as config:
        config.write(CONFIG)
    run(other, "ingest", package)
    return other


@pytest.mark.parametrize("form", ["wacz", "warc"])
def test_a_whole_archive_is_read_back_to_the_same_index(shelf, tmp_path, form):
    package = tmp_path / ("all.wacz" if form == "wacz" else "all.warc.gz")
    told = run(shelf.archive, "export", "--format", form, "--to", package)
    assert "Exported 8 captures" in told
    other = read_back(tmp_path, package)
    assert rows(other, CAPTURES) == rows(shelf.archive, CAPTURES)
    assert rows(other, ARTICLES) == rows(shelf.archive, ARTICLES)
    assert len(rows(other, ARTICLES)) == 2


def test_a_search_takes_along_what_its_pages_need(shelf, tmp_path):
    package = tmp_path / "some.warc.gz"
    run(shelf.archive, "export", "--format", "warc", "--to", package, "tonight")
    assert check_files([package], workers=1).faults == []
    other = read_back(tmp_path, package)
    paths = sorted({row[3].partition("post.test")[2] for row in rows(other, CAPTURES)})
    assert paths == ["/harbour", "/in.png", "/moved.png", "/new.png", "/s.css"]
    # The second capture of the page is a revisit; the first, which it refers to, is there.
    kinds = [row[7] for row in rows(other, CAPTURES) if row[3] == HARBOUR]
    assert sorted(kinds) == ["response", "revisit"]


class Full:
    """A disk that takes some bytes and then no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, data: bytes) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)


def test_a_full_disk_is_no_missing_record(shelf):
    with closing(open_index(shelf.archive)) as db:
        capture = next(Chooser(shelf.archive, db).everything())
    disk = Full(10_000)
    copy = WarcCopy(shelf.archive, disk, filename="x.warc.gz", created=from_timestamp(T1))
    disk.room = 100
    with pytest.raises(OSError, match="No space left"):
        copy.add(capture)
    assert copy.problems == []


def test_what_no_browser_finds_in_the_text_is_taken_along_too(tmp_path):
    shelf = Shelf(tmp_path / "archive")
    page = (
        b"<svg><use href='/sprite.svg#mail'/></svg><img srcset='/plain.png'>"
        b"<img src=\"/it's.png\"><iframe srcdoc='<svg><use href=/inner.svg#a /></svg>'></iframe>"
    )
    shelf.put(HARBOUR, page, at=T1, kind="article")
    pictures = ("plain.png", "it's.png", "sprite.svg", "inner.svg", "unused.png")
    for name in pictures:
        kind = "image/svg+xml" if name.endswith("svg") else "image/png"
        shelf.put(f"http://post.test/{name}", f"<svg>{name}".encode(), at=T1, content_type=kind)
    shelf.index()
    shelf.close()
    with closing(open_index(shelf.archive)) as db:
        article = next(c for c in Chooser(shelf.archive, db).everything() if c.uri == HARBOUR)
        found = {capture.uri for capture in Chooser(shelf.archive, db).with_needs(article)}
    assert found == {HARBOUR, *(f"http://post.test/{name}" for name in pictures[:-1])}


def test_a_wacz_is_described_and_its_index_leads_to_its_records(shelf, tmp_path):
    package = tmp_path / "some.wacz"
    run(shelf.archive, "export", "--format", "wacz", "--to", package, "storm")
    with zipfile.ZipFile(package) as bundle:
        described = json.loads(bundle.read("datapackage.json"))
        for resource in described["resources"]:
            content = bundle.read(resource["path"])
            assert resource["bytes"] == len(content)
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        digest = json.loads(bundle.read("datapackage-digest.json"))
        stated = f"sha256:{hashlib.sha256(bundle.read('datapackage.json')).hexdigest()}"
        assert digest == {"path": "datapackage.json", "hash": stated}
        assert described["title"] == "The test archive"
        head, page = map(json.loads, bundle.read("pages/pages.jsonl").splitlines())
        assert (head["format"], head["hasText"]) == ("json-pages-1.0", True)
        assert (page["url"], page["ts"]) == (STORM, "2026-01-02T03:04:05Z")
        assert page["title"] == "Storm over the harbour wall"
        warc = bundle.read("archive/data.warc.gz")
        lines = bundle.read("indexes/index.cdx").decode().splitlines()
        assert lines == sorted(lines)
        for line in lines:
            found = json.loads(line.split(" ", 2)[2])
            at, length = int(found["offset"]), int(found["length"])
            record = gzip.decompress(warc[at : at + length])
            assert f"WARC-Target-URI: {found['url']}\r\n".encode() in record
        assert all(item.compress_type == zipfile.ZIP_STORED for item in bundle.infolist())
        # Without it ReplayWeb.page reads from the wrong place.
        assert all(item.extra for item in bundle.infolist())


def key_on(tmp_path, curve):
    key = tmp_path / f"{curve.name}.pem"
    kind = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    made = ec.generate_private_key(curve)
    key.write_bytes(made.private_bytes(*kind, serialization.NoEncryption()))
    return key


def test_a_wacz_is_signed_by_a_key_that_is_given(shelf, tmp_path):
    package = tmp_path / "signed.wacz"
    key = key_on(tmp_path, ec.SECP384R1())
    run(shelf.archive, "export", "--format", "wacz", "--to", package, "--sign", key, "storm")
    with zipfile.ZipFile(package) as bundle:
        digest = json.loads(bundle.read("datapackage-digest.json"))
        described = json.loads(bundle.read("datapackage.json"))
    signed = digest["signedData"]
    assert (signed["hash"], signed["created"]) == (digest["hash"], described["created"])
    public = serialization.load_der_public_key(base64.b64decode(signed["publicKey"]))
    numbers = base64.b64decode(signed["signature"])
    r, s = (int.from_bytes(part, "big") for part in (numbers[:48], numbers[48:]))
    der = encode_dss_signature(r, s)
    public.verify(der, digest["hash"].encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, b"sha256:00", ec.ECDSA(hashes.SHA256()))


def test_a_key_that_is_none_is_one_line(shelf, tmp_path):
    ask = ["-C", str(shelf.archive.root), "export", "--format", "wacz", "--to", str(tmp_path / "x")]
    (tmp_path / "none.pem").write_text("no key")
    for name, said in (
        (key_on(tmp_path, ec.SECP256R1()), "the curve P-384"),
        (tmp_path / "none.pem", "expected an unencrypted private key"),
        (tmp_path / "absent.pem", "cannot be read"),
    ):
        result = CliRunner().invoke(cli, [*ask, "--sign", str(name)])
        assert said in str(result.exception)
    assert CliRunner().invoke(cli, [*ask[:4], "csv", "--sign", "x"]).exit_code == 2


def test_where_it_cannot_be_written_is_said(shelf, tmp_path):
    arguments = ["-C", str(shelf.archive.root), "export", "--format"]
    assert CliRunner().invoke(cli, [*arguments, "wacz"]).exit_code == 2
    nowhere = tmp_path / "no" / "x.wacz"
    result = CliRunner().invoke(cli, [*arguments, "wacz", "--to", str(nowhere)])
    assert f"{nowhere}: cannot be written" in str(result.exception)


@pytest.mark.soak
def test_a_wacz_is_sound_to_the_tool_of_its_makers(shelf, tmp_path):
    package = tmp_path / "some.wacz"
    run(shelf.archive, "export", "--format", "wacz", "--to", package, "storm")
    command = environment("wacz-0.6", "wacz==0.6.0") / "wacz"
    done = subprocess.run(
        [command, "validate", "-f", package], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is valid" in done.stdout
