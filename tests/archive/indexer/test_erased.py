"""`microfiche erase`: a record gone for good, everything else as it was, and a crash made good."""

import gzip
import hashlib
import json
import shlex
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.backup import back_up
from archive.check.run import check_archive
from archive.cli import cli
from archive.config import load_config
from archive.errors import ArchiveLocked, ExitCode, NotFound, WarcError, Withheld
from archive.index.articles import find_article
from archive.index.open import open_index, read_index
from archive.indexer import erased as erased_module
from archive.indexer.erased import erase
from archive.indexer.update import update
from archive.layout import Archive, open_archive
from archive.lock import hold
from archive.replay.choose import Asked
from archive.replay.resolve import find_stored
from archive.rights.rules import Audience
from archive.search import search
from archive.takedowns import iter_takedowns
from archive.warc import erasing as erasing_module
from archive.warc.erasing import REWRITE, plan_erasing
from archive.warc.openfile import MANIFEST_SUFFIX, read_manifest
from archive.warc.tombstone import write_tombstone
from archive.warc.walk import walk
from tests.archive.check.test_check import rewrite
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import PROSE, article

URL, AGAIN, OTHER = (f"http://post.test/{name}.html" for name in ("a", "again", "b"))
T1, T2 = "20260102030405", "20260202030405"
WORD = "zyxomma"
REFERENCES = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path / "archive")
    page = article(f"A {WORD} seen", f"The {WORD} was seen by many people on the quay.", *PROSE)
    made.erased = made.put(URL, page, at=T1, kind="article")
    made.revisit = made.put(URL, page, at=T2, kind="article")
    assert made.revisit.record_type == "revisit"
    made.put(OTHER, article("Harbour news", *PROSE), at=T1, kind="article")
    made.index()
    yield made
    made.close()


def erase_it(shelf, reason="Order 1/26"):
    db = open_index(shelf.archive, audience=Audience.OWNER)
    return erase(shelf.archive, load_config(shelf.archive), db, shelf.erased.record_id, reason)


def records(archive: Archive, name: str):
    path = archive.warcs_dir / name
    with path.open("rb") as file:
        found = list(walk(file, 0, path.stat().st_size, max_block=10_000_000))
    return [(one.offset, one.length, one.record_id) for one in found]


def everything(archive: Archive) -> bytes:
    """All bytes of the archive's files, WARC members undone."""
    text = b""
    for path in sorted(archive.root.rglob("*")):
        if path.is_file() and path.name.endswith(".warc.gz"):
            with path.open("rb") as file:
                size = path.stat().st_size
                text += b"".join(one.block for one in walk(file, 0, size, max_block=10_000_000))
        elif path.is_file():
            text += path.read_bytes()
    return text


def test_what_is_erased_is_gone_and_all_else_stands(shelf, tmp_path):
    archive = shelf.archive
    before = records(archive, shelf.erased.filename)
    back_up(archive, tmp_path / "copy")
    assert WORD.encode() in everything(archive)
    done = erase_it(shelf)
    assert records(archive, done.filename) == before
    assert WORD.encode() not in everything(archive)
    summary = check_archive(archive, workers=1)
    assert summary.faults == []
    assert read_manifest(archive.warcs_dir / done.filename) == done.after
    with read_index(archive) as db:
        assert search(db, WORD).total == 0
        assert search(db, "harbour").total == 1
        for at in (T1, T2):
            # The tombstone is no capture; the revisit's payload is what was erased.
            with pytest.raises(Withheld, match=r"was erased on .*: Order 1/26"):
                find_stored(archive, db, Asked(URL, at))
    entry, of_request = iter_takedowns(archive)
    assert of_request["type"] == "request"
    assert (entry["did"], entry["reason"]) == ("erased", "Order 1/26")
    assert entry["payload_digest"].startswith("sha1:")
    back_up(archive, tmp_path / "copy")
    copy = open_archive(tmp_path / "copy")
    assert WORD.encode() not in everything(copy)
    assert check_archive(copy, workers=1).faults == []


def verify(shelf, named):
    done = CliRunner().invoke(cli, ["-C", str(shelf.archive.root), "verify", "--json", named])
    links = [tuple(link.values()) for link in json.loads(done.output)["links"]]
    return done.exit_code, links


def test_the_chain_of_proof_says_what_is_left_of_it(shelf):
    former = read_manifest(shelf.archive.warcs_dir / shelf.erased.filename)
    erased = erase_it(shelf)
    code, links = verify(shelf, f"{T1}/{URL}")
    told = {name: (holds, said) for name, holds, said in links}
    assert code == 0
    assert told["erased"] == (None, f"at {erased.at}: Order 1/26")
    assert told["payload"][0] is None
    assert told["payload"][1].startswith(shelf.erased.entity_digest)
    assert told["tombstone"][0] is told["file"][0] is True
    code, links = verify(shelf, f"{T1}/{OTHER}")
    told = {name: (holds, said) for name, holds, said in links}
    assert code == 0
    assert told["block"][0] is told["payload"][0] is told["file"][0] is True
    holds, said = told["before"]
    assert holds is None
    assert f"sha256:{former}; then {erased.main.record_id} (byte {erased.main.offset})" in said
    shelf.archive.takedowns_path.unlink()
    code, links = verify(shelf, f"{T1}/{OTHER}")
    assert (code, [name for name, holds, _ in links if holds is False]) == (6, ["before"])


def test_no_other_capture_is_proved_than_the_one_asked_for(shelf):
    root = str(shelf.archive.root)
    refused = CliRunner().invoke(cli, ["-C", root, "verify", f"20200101000000/{OTHER}"])
    assert isinstance(refused.exception, NotFound)
    assert f"no capture of 20200101000000; the nearest is of {T1}" in str(refused.exception)
    assert verify(shelf, f"{T1[:8]}/{OTHER}")[0] == 0


def test_verify_prints_the_id_that_erase_takes(shelf):
    root = str(shelf.archive.root)
    done = CliRunner().invoke(cli, ["-C", root, "verify", f"{T1}/{URL}"])
    assert done.output.splitlines()[0].split() == ["record", shelf.erased.record_id.strip("<>")]


def run_erase(shelf, *arguments):
    root = str(shelf.archive.root)
    return CliRunner().invoke(
        cli, ["-C", root, "erase", *arguments, "--reason", "it's law", "--yes"]
    )


def test_the_request_goes_too_and_copies_are_named(shelf):
    shelf.forget_payloads()
    page = article(f"A {WORD} seen", f"The {WORD} was seen by many people on the quay.", *PROSE)
    copies = [shelf.put(AGAIN, page, at=T2, kind="article").record_id]
    shelf.forget_payloads()
    copies.append(shelf.put(f"{AGAIN}?2", page, at=T2, kind="article").record_id)
    shelf.put(f"{AGAIN}?2", b"", at=T1)
    shelf.index()
    done = run_erase(shelf, shelf.erased.record_id)
    assert done.stdout.count("Erased: ") == 2
    named = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("micro")]
    bare = sorted(record.strip("<>") for record in copies)
    assert [line[4] for line in named] == bare
    assert f"GET {URL} ".encode() in everything(shelf.archive)  # the request of the revisit
    assert everything(shelf.archive).count(f"GET {URL} ".encode()) == 1
    assert CliRunner().invoke(cli, [*named[0][1:], "--all-copies", "--yes"]).exit_code == 0
    assert WORD.encode() not in everything(shelf.archive)
    assert f"GET {AGAIN}".encode() + b" " not in everything(shelf.archive)
    assert check_archive(shelf.archive, workers=1).faults == []


def rewritten(shelf, change):
    """The file of what is to be erased, its members in another order or otherwise."""
    path = shelf.archive.warcs_dir / shelf.erased.filename
    data = path.read_bytes()
    places = records(shelf.archive, shelf.erased.filename)
    path.write_bytes(change([data[offset:][:length] for offset, length, _ in places]))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(path.name + MANIFEST_SUFFIX).write_text(f"{digest}  {path.name}\n")
    update(shelf.archive, load_config(shelf.archive), from_nothing=True)
    return path


def test_a_request_before_its_response_goes_too(shelf):
    rewritten(shelf, lambda members: b"".join([*members[:2], *members[2:][::-1]]))
    assert run_erase(shelf, shelf.erased.record_id).stdout.count("Erased: ") == 2
    update(shelf.archive, load_config(shelf.archive), from_nothing=True)
    assert check_archive(shelf.archive, workers=1).faults == []
    assert verify(shelf, shelf.erased.record_id)[1][1][2].endswith("it's law")


def test_records_that_share_a_gzip_member_say_what_to_do(shelf, tmp_path):
    def shared(members):
        return gzip.compress(b"".join(map(gzip.decompress, members)))

    path = rewritten(shelf, shared)
    refused = run_erase(shelf, shelf.erased.record_id)
    assert REWRITE in str(refused.exception)
    for name in (shelf.erased.filename, "a.warc.zst"):
        with pytest.raises(WarcError, match="microfiche ingest FILE"):
            plan_erasing(shelf.archive, name, 0, reason="x", known={})
    # And so it is done.
    path.with_name(path.name + MANIFEST_SUFFIX).unlink()
    moved = path.rename(tmp_path / path.name)
    for step in (["ingest", str(moved)], ["index", "--rebuild"]):
        ran = CliRunner().invoke(cli, ["-C", str(shelf.archive.root), *step])
        assert ran.exit_code == 0, ran.output
    assert run_erase(shelf, shelf.erased.record_id).exit_code == 0
    assert WORD.encode() not in everything(shelf.archive)


def dump(archive: Archive):
    with closing(sqlite3.connect(archive.index_path)) as db:
        wanted = (
            "SELECT record_id, record_type, failure, source, kind, length FROM captures ORDER BY 1"
        )
        return db.execute(wanted).fetchall(), db.execute(
            "SELECT id, title FROM articles"
        ).fetchall()


def test_a_rebuild_gives_the_same_index(shelf):
    erase_it(shelf)
    followed = dump(shelf.archive)
    update(shelf.archive, load_config(shelf.archive), from_nothing=True)
    assert dump(shelf.archive) == followed


@pytest.mark.parametrize("left_out", [("WARC-Refers-To",), REFERENCES])
def test_a_revisit_that_names_no_record_is_of_what_was_erased(shelf, left_out):
    def change(raw):
        lines = raw.split(b"\r\n")
        gone = tuple(f"{name}: ".encode() for name in left_out)
        return b"\r\n".join(line for line in lines if not line.startswith(gone))

    config = load_config(shelf.archive)
    rewrite(shelf.archive, shelf.revisit.record_id, change)
    update(shelf.archive, config, from_nothing=True)
    erase_it(shelf)
    update(shelf.archive, config, from_nothing=True)
    assert check_archive(shelf.archive, workers=1).faults == []
    with read_index(shelf.archive) as db, pytest.raises(Withheld, match="was erased on"):
        find_stored(shelf.archive, db, Asked(URL, T2))


def test_a_tombstone_without_room_for_digests_is_no_fault_of_revisits(shelf):
    erase_it(shelf)
    named = shelf.erased.record_id.strip("<>")
    headers = (
        ("WARC-Record-ID", f"<{named}>"),
        ("WARC-Target-URI", URL),
        ("WARC-Date", "2026-01-02T03:04:05Z"),
    )
    facts = {"error": "erased", "erased": {"at": T2}}
    made = write_tombstone(headers, facts, 600, compressed=False)
    rewrite(shelf.archive, shelf.erased.record_id, lambda _: made)
    update(shelf.archive, load_config(shelf.archive), from_nothing=True)
    assert check_archive(shelf.archive, workers=1).faults == []


def test_the_reading_room_says_that_an_article_was_erased(shelf):
    with read_index(shelf.archive) as db:
        name = find_article(db, URL)
    erase_it(shelf)
    with serve(shelf.archive.root) as running, running.ask_room() as asking:
        for path in (f"/articles/{name}", f"/articles/{URL}", f"/api/v1/articles/{name}"):
            answer = asking.get(path)
            assert (answer.status_code, "Order 1/26" in answer.text) == (451, True), path
        assert asking.get("/articles/0123456789abcdef").status_code == 404
        assert asking.get(f"/articles/{OTHER}").status_code == 302


class Crash(Exception):
    pass


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (erasing_module, "finish_erasing"),
        (erasing_module, "_overwrite"),
        (erasing_module, "_renew_manifest"),
        (erasing_module, "note_takedown"),
        (erased_module, "follow_erasing"),
        (erased_module, "read_captures_again"),
        (erased_module, "forget_erasing"),
    ],
)
def test_a_crash_is_made_good_by_the_next_start(shelf, monkeypatch, module, name):
    def crash(*args, **kwargs):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(module, name, crash)
        with pytest.raises(Crash):
            erase_it(shelf)
    assert shelf.archive.erasing_path.exists()
    update(shelf.archive, load_config(shelf.archive))
    assert not shelf.archive.erasing_path.exists()
    assert WORD.encode() not in everything(shelf.archive)
    assert check_archive(shelf.archive, workers=1).faults == []
    assert len(list(iter_takedowns(shelf.archive))) == 2


def test_the_crawler_forgets_it(shelf):
    record = shelf.erased.record_id
    with closing(sqlite3.connect(shelf.archive.frontier_path)) as db, db:
        db.execute("CREATE TABLE payloads (record_id TEXT)")
        db.execute(
            "CREATE TABLE urls (etag TEXT, last_modified TEXT, record_id TEXT, record_uri TEXT,"
            " record_date TEXT, record_digest TEXT)"
        )
        db.executemany("INSERT INTO payloads VALUES (?)", [(record,), ("<urn:uuid:x>",)])
        db.execute("INSERT INTO urls VALUES ('e', 'l', ?, 'u', 'd', 'x')", [record])
    erase_it(shelf)
    with closing(sqlite3.connect(shelf.archive.frontier_path)) as db:
        assert db.execute("SELECT * FROM payloads").fetchall() == [("<urn:uuid:x>",)]
        assert db.execute("SELECT * FROM urls").fetchall() == [("", "", None, None, None, None)]


def test_the_command_asks_and_says_what_it_did(shelf):
    def run(*arguments):
        return CliRunner().invoke(cli, ["-C", str(shelf.archive.root), "erase", *arguments])

    record = shelf.erased.record_id
    assert run(record, "--reason", "x").exit_code == ExitCode.USAGE
    with hold(shelf.archive.lock_path, purpose="crawl"):
        refused = run(record, "--reason", "x", "--yes")
        assert isinstance(refused.exception, ArchiveLocked)
    done = run(record, "--reason", "x", "--yes")
    assert done.stdout.startswith(f"Erased: {record.strip('<>')} in ")
    again = run(record, "--reason", "x", "--yes")
    assert "was erased before" in str(again.exception)
    assert next(iter_takedowns(shelf.archive))["record"] == record.strip("<>")
    former = list(shelf.archive.warcs_dir.rglob(f"*{MANIFEST_SUFFIX}.*"))
    assert len(former) == 1
