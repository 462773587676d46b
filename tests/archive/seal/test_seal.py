"""Time-stamp tokens: good ones are kept and verified, bad ones are not, and nobody waits."""

import json
import logging
import shutil
import subprocess
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.backup import back_up
from archive.check.faults import FaultKind
from archive.check.run import check_archive
from archive.check.tokens import check_tokens
from archive.cli import cli
from archive.errors import NotStamped
from archive.index.open import open_index
from archive.layout import open_archive
from archive.seal.stamper import Stamper, load_roots, stamp, token_path, without_token
from archive.seal.tokens import read_token
from archive.warc.records import certificates_record, token_record
from archive.warc.writer import WarcWriter
from tests.archive.replay.proxy import certificate
from tests.archive.replay.shelf import Shelf
from tests.archive.seal.authority import authority
from tests.archive.warc.exchanges import exchange

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl's ts command")

T1 = "20260102030405"
URL = "https://post.test/story"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


@pytest.fixture(autouse=True)
def good(request):
    if "tsa" in request.fixturenames:
        request.getfixturevalue("tsa").mood = "good"


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "archive")
    shelf.put(URL, b"<p>one" + b" ".join(b"%x" % n**9 for n in range(99)), at=T1)
    shelf.index()
    shelf.close()
    return shelf


def sealed(archive):
    return [p.relative_to(archive.warcs_dir).as_posix() for p in archive.warcs_dir.rglob("*.gz")]


def seal_with(archive, tsa, *, ca=True):
    with archive.config_path.open("a") as config:
        config.write(f'[seal]\ntimestamp_url = "{tsa.url}"\n')
        config.write(f'timestamp_ca = "{tsa.ca}"\n' if ca else "")


def kinds(summary):
    return [fault.kind for fault in summary.faults]


def test_a_token_is_kept_beside_its_manifest_and_openssl_agrees(shelf, tsa):
    (name,) = sealed(shelf.archive)
    warcs = shelf.archive.warcs_dir
    assert without_token(warcs) == [name]
    path = stamp(warcs, name, tsa.url, load_roots(str(tsa.ca), warcs))
    assert (path, without_token(warcs)) == (token_path(warcs, name), [])
    subprocess.run(
        ["openssl", "ts", "-verify", "-in", path, "-CAfile", tsa.ca, "-data", f"{name}.sha256"],
        cwd=warcs,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("away", "answered 503"),
        ("text", "no time-stamp reply"),
        ("refusing", "refused, status 2"),
        ("old", "nonce|other bytes"),
    ],
)
def test_a_bad_answer_is_told_and_not_kept(shelf, tsa, mood, said):
    (name,) = sealed(shelf.archive)
    warcs = shelf.archive.warcs_dir
    stamp(warcs, name, tsa.url).unlink()
    tsa.mood = mood
    with pytest.raises(NotStamped, match=said):
        stamp(warcs, name, tsa.url)
    assert without_token(warcs) == [name]


def test_a_token_of_another_authority_or_manifest_proves_nothing(shelf, tsa, tmp_path):
    (name,) = sealed(shelf.archive)
    warcs = shelf.archive.warcs_dir
    token = stamp(warcs, name, tsa.url).read_bytes()
    manifest = (warcs / f"{name}.sha256").read_bytes()
    assert read_token(token, manifest).signed is None
    other = certificate(tmp_path / "other.pem", ("Another root",))
    with pytest.raises(NotStamped, match="signature"):
        read_token(token, manifest, load_roots(str(other), tmp_path))
    with pytest.raises(NotStamped, match="other bytes"):
        read_token(token, manifest + b" ")
    changed = bytearray(token)
    changed[-20] ^= 1
    with pytest.raises(NotStamped):
        read_token(bytes(changed), manifest, load_roots(str(tsa.ca), tmp_path))
    with pytest.raises(NotStamped, match="no certificate"):
        load_roots(name, warcs)


def test_a_service_that_is_away_holds_up_nobody_and_is_asked_again(shelf, tsa, caplog):
    warcs = shelf.archive.warcs_dir
    tsa.mood = "away"
    with caplog.at_level(logging.WARNING):
        Stamper(warcs, tsa.url).close()
    assert "not time-stamped yet" in caplog.text
    assert without_token(warcs) == sealed(shelf.archive)
    tsa.mood = "good"
    stamper = Stamper(warcs, tsa.url, pause_s=0)
    stamper.close()
    assert without_token(warcs) == []


def test_check_verifies_tokens_and_has_those_that_are_missing(shelf, tsa):
    archive = shelf.archive
    (name,) = sealed(archive)
    seal_with(archive, tsa)
    summary = check_archive(archive, workers=1)
    assert (kinds(summary), summary.unlooked) == (
        [],
        ["1 of the files have no time-stamp token yet"],
    )
    tsa.mood = "away"
    summary = check_archive(archive, workers=1, repair=True)
    assert "not time-stamped" in summary.unlooked[0]
    tsa.mood = "good"
    assert check_archive(archive, workers=1, repair=True).repaired == [f"had {name} time-stamped"]
    assert kinds(check_archive(archive, workers=1)) == []
    token_path(archive.warcs_dir, name).write_bytes(b"nothing")
    assert kinds(check_archive(archive, workers=1)) == [FaultKind.TIME_STAMP]


def test_the_next_file_records_tokens_so_that_a_lost_one_comes_back(shelf, tsa):
    archive = shelf.archive
    (name,) = sealed(archive)
    stamper = Stamper(archive.warcs_dir, tsa.url, pause_s=0)
    stamper.close()
    writer = WarcWriter(
        archive.warcs_dir,
        prefix="next",
        info={},
        config_redacted="{}",
        tokens=stamper.unrecorded,
    )
    writer.submit(exchange()).result(30)
    writer.close()
    assert list(stamper.unrecorded()) == []
    kept = token_path(archive.warcs_dir, name)
    token = kept.read_bytes()
    kept.unlink()
    summary = check_archive(archive, workers=1, repair=True)
    assert summary.repaired == [f"put back the time-stamp token of {name}"]
    assert kept.read_bytes() == token


def test_certificates_are_kept_once_in_a_file_and_bring_no_capture(tmp_path):
    shelf = Shelf(tmp_path / "archive")
    chain = (
        certificate(tmp_path / "server.pem", ("post.test",))
        .read_bytes()
        .partition(b"-----\n-----BEGIN")[2]
    )
    chain = b"-----BEGIN" + chain
    writer = WarcWriter(shelf.archive.warcs_dir, prefix="t", info={}, config_redacted="{}")
    for _ in range(3):
        writer.submit(exchange(certificates=chain)).result(30)
    writer.close()
    shelf.index()
    shelf.close()
    with closing(open_index(shelf.archive)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (3,)
    text = b"".join(
        subprocess.run(["gzip", "-dc", p], capture_output=True, check=True).stdout
        for p in shelf.archive.warcs_dir.rglob("t-*.gz")
    )
    assert text.count(b"urn:microfiche:certificates:sha256:") == 1
    assert kinds(check_archive(shelf.archive, workers=1)) == []


def verify(archive, *arguments):
    done = CliRunner().invoke(cli, ["-C", str(archive.root), "verify", *arguments])
    return done.exit_code, done.output


def test_verify_prints_the_chain_from_byte_to_time_stamp(shelf, tsa):
    archive = shelf.archive
    (name,) = sealed(archive)
    seal_with(archive, tsa)
    code, told = verify(archive, f"{T1}/{URL}")
    assert code == 0, told
    assert "- time stamp there is no token" in " ".join(told.split())
    stamp(archive.warcs_dir, name, tsa.url)
    code, told = verify(archive, "--json", f"2026/{URL}")
    links = {link["name"]: link for link in json.loads(told)["links"]}
    assert [name for name, link in links.items() if link["holds"]] == [
        *("record", "asked", "block", "payload", "file", "time stamp"),
    ]
    assert "O=Test" in links["time stamp"]["said"]
    assert code == 0


def test_verify_names_the_link_that_is_broken(shelf, tsa):
    archive = shelf.archive
    (name,) = sealed(archive)
    seal_with(archive, tsa, ca=False)
    stamp(archive.warcs_dir, name, tsa.url)
    manifest = archive.warcs_dir / f"{name}.sha256"
    manifest.write_text(manifest.read_text().replace(manifest.read_text()[:4], "0000", 1))
    code, told = verify(archive, f"{T1}/{URL}")
    assert code == 6
    broken = [line.split()[1] for line in told.splitlines() if line.strip().startswith("BROKEN")]
    assert broken == ["file", "time"]
    code, _ = verify(archive, "urn:uuid:none")
    assert code == 1


def test_a_token_from_before_an_erasing_stays_that_of_its_manifest(shelf, tsa):
    archive = shelf.archive
    (name,) = sealed(archive)
    seal_with(archive, tsa)
    path = stamp(archive.warcs_dir, name, tsa.url)
    token = path.read_bytes()
    with closing(open_index(archive)) as db:
        (record,) = db.execute("SELECT record_id FROM captures").fetchone()
    erase(archive, record)
    code, told = verify(archive, "--json", record)
    stamps = [one for one in json.loads(told)["links"] if one["name"] == "time stamp"]
    assert (code, [one["holds"] for one in stamps]) == (0, [None, True])
    # The next file has it in a record; it is not put beside a manifest that it is not of.
    assert check_tokens(archive, {name: [token]}, repair=True).repaired == [
        f"had {name} time-stamped"
    ]
    code, told = verify(archive, "--json", record)
    stamps = [one for one in json.loads(told)["links"] if one["name"] == "time stamp"]
    assert (code, [one["holds"] for one in stamps]) == (0, [True, True])
    (former,) = archive.warcs_dir.rglob(f"*.sha256.{'[0-9]' * 14}.tsr")
    former.write_bytes(path.read_bytes())
    assert kinds(check_archive(archive, workers=1)) == [FaultKind.TIME_STAMP]


def erase(archive, record):
    done = CliRunner().invoke(
        cli, ["-C", str(archive.root), "erase", record, "--reason", "x", "--yes"]
    )
    assert done.exit_code == 0, done.output


def test_a_token_from_before_an_erasing_comes_back_and_leaves_backups(shelf, tsa, tmp_path):
    archive = shelf.archive
    (name,) = sealed(archive)
    seal_with(archive, tsa)
    token = stamp(archive.warcs_dir, name, tsa.url).read_bytes()
    back_up(archive, tmp_path / "copy")
    with closing(open_index(archive)) as db:
        (record,) = db.execute("SELECT record_id FROM captures").fetchone()
    erase(archive, record)
    report = back_up(archive, tmp_path / "copy")
    assert (report.copied, report.present) == (1, 0)
    copy = open_archive(tmp_path / "copy")
    assert not token_path(copy.warcs_dir, name).exists()
    (former,) = copy.warcs_dir.rglob("*.tsr")
    assert verify(copy, record)[0] == 0
    former.unlink()
    repaired = check_tokens(copy, {name: [token]}, repair=True)
    assert repaired.repaired[0] == f"put back the time-stamp token of {name}"
    assert (former.read_bytes(), repaired.faults) == (token, [])


def test_the_records_say_whose_they_are():
    named = ("<urn:uuid:1>", "2026-01-02T03:04:05Z", "<urn:uuid:0>")
    token = token_record(*named, filename="2026/01/a b.warc.gz", token=b"x")
    assert token.rec_headers.get_header("WARC-Target-URI") == (
        "urn:microfiche:time-stamp:2026/01/a%20b.warc.gz"
    )
    chain = certificates_record(*named, chain=b"")
    assert chain.rec_headers.get_header("Content-Type") == "application/pem-certificate-chain"
