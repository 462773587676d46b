"""Every kind of fault is found at its exact place; sound archives have none; repairs are safe."""

import gzip
import hashlib
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.check.faults import FaultKind
from archive.check.records import check_file
from archive.check.run import check_archive, check_files
from archive.cli import cli
from archive.errors import ArchiveLocked
from archive.index.open import open_index
from archive.layout import OPEN_SUFFIX, Archive
from archive.lock import hold
from archive.warc.facts import FACTS_TYPE, write_facts
from archive.warc.reader import iter_records
from archive.warc.records import RecordWriter, make_record
from tests.archive.warc.exchanges import exchange, make_writer, response, sealed, warcio_faults


def test_an_empty_file_is_damaged(tmp_path):
    path = tmp_path / "x.warc.gz"
    path.touch()
    (fault,) = check_files([path]).faults
    assert (fault.kind, fault.offset) == (FaultKind.DAMAGED, 0)


def find(archive: Archive, kind: str, number: int = 0):
    """A record of a type, with its path."""
    found = [
        (path, record)
        for path in sealed(archive.root)
        for record in iter_records(path, filename=path.relative_to(archive.warcs_dir).as_posix())
        if record.type == kind
    ]
    return found[number]


def rewrite(archive: Archive, record_id: str, change) -> tuple[str, int]:
    """Write a file again with one record changed, its manifest too; the record's place."""
    for path in sealed(archive.root):
        name = path.relative_to(archive.warcs_dir).as_posix()
        out, place = b"", None
        for record in iter_records(path, filename=name):
            head = "".join(f"{key}: {value}\r\n" for key, value in record.headers)
            raw = b"WARC/1.1\r\n" + head.encode() + b"\r\n" + record.content + b"\r\n\r\n"
            if record.record_id == record_id:
                place = len(out)
                raw = change(raw)
            out += gzip.compress(raw, mtime=0)
        if place is not None:
            path.write_bytes(out)
            manifest = path.with_name(path.name + ".sha256")
            manifest.write_text(f"{hashlib.sha256(out).hexdigest()}  {path.name}\n")
            return name, place
    raise AssertionError(f"no {record_id}")


def faults(archive: Archive, **values) -> list[tuple[str, str, int | None]]:
    return [(f.kind.value, f.file, f.offset) for f in check_archive(archive, **values).faults]


def test_a_sound_archive_has_no_fault(archive):
    summary = check_archive(archive, workers=1)
    assert summary.faults == []
    assert summary.files == len(sealed(archive.root)) > 2
    assert summary.bytes == sum(path.stat().st_size for path in sealed(archive.root))
    assert summary.records == sum(
        1 for path in sealed(archive.root) for _ in iter_records(path, filename="x")
    )


def test_processes_find_what_one_finds(archive):
    path, record = find(archive, "response")
    data = bytearray(path.read_bytes())
    data[record.offset + 30] ^= 0x55
    path.write_bytes(bytes(data))
    seen = []
    assert faults(archive, workers=2, on_bytes=seen.append) == faults(archive, workers=1) != []


def test_a_file_that_breaks_off(archive):
    path, _ = find(archive, "warcinfo")
    last = list(iter_records(path, filename="x"))[-1]
    path.write_bytes(path.read_bytes()[:-9])
    (damaged, manifest) = check_archive(archive, workers=1).faults[:2][::-1]
    assert (damaged.kind, damaged.offset) == (FaultKind.DAMAGED, last.offset)
    assert "breaks off" in damaged.message
    assert f"{last.length - 9} bytes are not readable" in damaged.message
    assert manifest.kind == FaultKind.MANIFEST


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_what_warcio_lets_pass_is_found(archive, cut):
    path, _ = find(archive, "warcinfo")
    last = list(iter_records(path, filename="x"))[-1]
    path.write_bytes(path.read_bytes()[:-cut])
    if cut < 9:
        assert warcio_faults(path) == ""
    (fault,) = check_files([path]).faults[:1] or [None]
    assert fault.kind in {FaultKind.DAMAGED, FaultKind.MANIFEST}
    places = {(f.kind, f.offset) for f in check_files([path]).faults}
    assert (FaultKind.DAMAGED, last.offset) in places


def test_damage_in_the_middle_costs_one_record_and_is_told_with_its_size(archive):
    path, record = find(archive, "response", 1)
    data = bytearray(path.read_bytes())
    data[record.offset + record.length // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    name = path.relative_to(archive.warcs_dir).as_posix()
    checked = check_file(path, name, manifest=False)
    damaged = [f for f in checked.faults if f.kind is FaultKind.DAMAGED]
    assert [f.offset for f in damaged] == [record.offset]
    assert f"{record.length} bytes are not readable" in damaged[0].message
    # Those that belonged to it now belong to nothing.
    orphans = {f.kind for f in checked.faults} - {FaultKind.DAMAGED}
    assert orphans == {FaultKind.CONCURRENT}
    assert checked.records == sum(1 for _ in iter_records_before_and_after(path, record))


def iter_records_before_and_after(path: Path, lost):
    data = path.read_bytes()
    for half in (data[: lost.offset], data[lost.offset + lost.length :]):
        place = path.with_name("half.warc.gz.tmp")
        place.write_bytes(half)
        yield from iter_records(place, filename="half")
        place.unlink()


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("response", lambda raw: raw[:-20] + b"x" + raw[-19:], "block_digest"),
        ("request", lambda raw: raw.replace(b"WARC-Record-ID", b"WARC-Other"), "field"),
        ("response", lambda raw: raw.replace(b"WARC-Target-URI", b"WARC-Target"), "field"),
        ("response", lambda raw: raw.replace(b"2026-11-22T", b"22.11.2026 "), "field"),
        (
            "response",
            lambda raw: raw.replace(b"Payload-Digest: sha1:", b"Payload-Digest: sha1:A"),
            "payload_digest",
        ),
        (
            "metadata",
            lambda raw: raw.replace(
                b"WARC-Concurrent-To: <urn:uuid:", b"WARC-Concurrent-To: <urn:uuid:0"
            ),
            "concurrent",
        ),
        (
            "response",
            lambda raw: raw.replace(b"Content-Length: ", b"Content-Length: 9", 1),
            "field",
        ),
        ("response", lambda raw: raw + b"WARC/1.1\r\n", "damaged"),
        ("response", lambda raw: raw.replace(b"WARC/1.1\r\n", b"WRAC/1.1\r\n"), "damaged"),
        ("response", lambda raw: raw[:-4], "field"),
    ],
)
def test_each_kind_of_fault_in_a_record_is_found_at_its_place(archive, kind, change, expected):
    _, record = find(archive, kind, 1)
    place = rewrite(archive, record.record_id, change)
    assert (expected, *place) in faults(archive, workers=1)


def test_an_entity_digest_that_is_not_the_entitys(archive):
    _, record = find(archive, "metadata", 3)
    assert b"entity_digest" in record.content
    wrong = record.json() | {"entity_digest": "sha1:" + "A" * 32}

    def change(_raw: bytes) -> bytes:
        headers = [
            (k, v)
            for k, v in record.headers
            if k not in {"WARC-Type", "WARC-Block-Digest", "Content-Length", "Content-Type"}
        ]
        made = make_record("metadata", headers, FACTS_TYPE, write_facts(wrong))
        return gzip.decompress(RecordWriter(warc_version="1.1").member(made))

    place = rewrite(archive, record.record_id, change)
    assert ("entity_digest", *place) in faults(archive, workers=1)


def test_a_revisit_whose_original_is_gone(archive):
    path, revisit = find(archive, "revisit")
    original = revisit.find("WARC-Refers-To")
    holder = next(
        place
        for place in sealed(archive.root)
        if original in {record.record_id for record in iter_records(place, filename="x")}
    )
    if holder == path:
        pytest.skip("the fixture put both into one file")
    holder.unlink()
    expected = ("revisit_target", revisit.filename, revisit.offset)
    assert expected in faults(archive, workers=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"WARC-Refers-To-Target-URI: ", b"WARC-Refers-To-Target-URI: http://other.example/"),
        (b"WARC-Refers-To-Date: 2026", b"WARC-Refers-To-Date: 2025"),
    ],
)
def test_a_revisit_whose_original_is_another(archive, name, value):
    _, revisit = find(archive, "revisit")
    place = rewrite(archive, revisit.record_id, lambda raw: raw.replace(name, value))
    found = check_archive(archive, workers=1).faults
    assert [(f.kind.value, f.file, f.offset) for f in found] == [("revisit_target", *place)]


def test_an_id_in_two_files(archive):
    first = sealed(archive.root)[0]
    copy = first.with_name("copy.warc.gz")
    shutil.copy(first, copy)
    assert {kind for kind, _, _ in faults(archive, workers=1)} == {"duplicate_id", "no_manifest"}


def test_a_file_that_changed_after_it_was_sealed(archive):
    path = sealed(archive.root)[0]
    # The same records, deflated again: only the manifest can tell.
    rewrite_all = b"".join(
        gzip.compress(part, mtime=0) for part in [gzip.decompress(path.read_bytes())]
    )
    path.write_bytes(rewrite_all)
    assert "manifest" in {kind for kind, _, _ in faults(archive, workers=1)}


def test_open_files_are_told_of_and_repaired(archive):
    path = sealed(archive.root)[-1]
    left = path.with_name(path.name + OPEN_SUFFIX)
    path.rename(left)
    path.with_name(path.name + ".sha256").unlink()
    with left.open("ab") as file:
        file.write(b"\x1f\x8bhalf")
    assert [kind for kind, _, _ in faults(archive, workers=1)] == ["left_open"]
    summary = check_archive(archive, repair=True, workers=1)
    assert summary.faults == []
    assert "6 bytes cut off" in summary.repaired[0]
    assert path.with_name(path.name + ".cut").read_bytes() == b"\x1f\x8bhalf"


def test_an_open_file_of_a_running_crawl_is_left_alone(archive):
    path = sealed(archive.root)[-1]
    path.rename(path.with_name(path.name + OPEN_SUFFIX))
    with hold(archive.lock_path, purpose="crawl"):
        assert faults(archive, workers=1) == []
        with pytest.raises(ArchiveLocked, match="without --repair"):
            check_archive(archive, repair=True, workers=1)


def test_a_missing_manifest_is_written_for_sound_files_only(archive):
    sound, broken = sealed(archive.root)[:2]
    for path in (sound, broken):
        path.with_name(path.name + ".sha256").unlink()
    data = bytearray(broken.read_bytes())
    data[20] ^= 0xFF
    broken.write_bytes(bytes(data))
    summary = check_archive(archive, repair=True, workers=1)
    assert sound.with_name(sound.name + ".sha256").exists()
    assert not broken.with_name(broken.name + ".sha256").exists()
    assert len(summary.repaired) == 1
    assert broken.read_bytes() == bytes(data)


def test_uncompressed_files_are_read_too(tmp_path, archive):
    plain = tmp_path / "plain.warc"
    data = b"".join(
        gzip.decompress(path.read_bytes()[r.offset : r.offset + r.length])
        for path in sealed(archive.root)[:1]
        for r in iter_records(path, filename="x")
    )
    plain.write_bytes(data)
    assert check_files([plain]).faults == []
    plain.write_bytes(data.replace(b"WARC-Type: request", b"WARC-Tope: request", 1))
    assert [f.kind for f in check_files([plain]).faults] == [FaultKind.FIELD]


def test_random_damage_never_passes_and_never_breaks_the_check(archive):
    import random

    path = sealed(archive.root)[0]
    whole = path.read_bytes()
    chosen = random.Random(3)
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(chosen.randrange(1, 4)):
            data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
        path.write_bytes(bytes(data))
        kinds = {fault.kind for fault in check_file(path, "x", manifest=True).faults}
        assert FaultKind.MANIFEST in kinds
        if data[10:] != whole[10:]:
            # Outside the first header a flipped bit is a fault of its record or of gzip's own
            # bytes that carry no meaning (time, operating system).
            assert kinds


def index_of(archive: Archive, arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["-C", str(archive.root), *arguments])
    assert result.exit_code == 0, result.output


def test_the_index_is_held_against_the_files(archive):
    index_of(archive, ["index"])
    assert faults(archive, workers=1) == []
    with closing(open_index(archive, write=True)) as db, db.conn:
        rows = list(db.execute("SELECT id FROM captures WHERE record_type = 'response' LIMIT 2"))
        db.execute("DELETE FROM captures WHERE id = ?", rows[0])
        db.execute("UPDATE captures SET offset = offset + 1 WHERE id = ?", rows[1])
        db.execute("UPDATE warcs SET sha256 = 'f00' WHERE id = (SELECT max(id) FROM warcs)")
    kinds = [kind for kind, _, _ in faults(archive, workers=1)]
    assert sorted(kinds) == ["index_differs", "index_differs", "not_indexed", "not_indexed"]
    sealed(archive.root)[0].unlink()
    assert "index_differs" in [kind for kind, _, offset in faults(archive) if offset is None]


def test_an_index_that_is_behind_a_running_crawl_is_no_fault(archive):
    index_of(archive, ["index"])
    writer = make_writer(archive.warcs_dir)
    writer.submit(exchange("/later", response(b"later"))).result()
    writer.close()
    assert {kind for kind, _, _ in faults(archive, workers=1)} == {"not_indexed"}
    with hold(archive.lock_path, purpose="crawl"):
        assert faults(archive, workers=1) == []


def test_an_index_that_is_no_database(archive):
    archive.index_path.write_bytes(b"no database at all, whatever its name says" * 9)
    assert [kind for kind, _, _ in faults(archive, workers=1)] == ["index_damaged"]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path):
    (fault,) = check_files([tmp_path / "gone.warc.gz"]).faults
    assert fault.kind is FaultKind.UNREADABLE


def test_every_kind_of_fault_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    assert {kind for kind in FaultKind if f"| `{kind.value}` |" not in text} == set()
