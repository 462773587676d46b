"""The writer: durable before told, many in one commit, rolled, sealed, and honest when it fails."""

import hashlib
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveUnwritable, WarcError
from archive.layout import OPEN_SUFFIX
from archive.warc.exchange import Exchange, PayloadRef
from archive.warc.message import MAX_HEAD_BYTES, parse_response
from archive.warc.openfile import read_manifest
from archive.warc.reader import iter_groups, iter_records, read_record
from tests.archive.warc.exchanges import (
    MOMENT,
    archive_at,
    exchange,
    fastwarc_passes,
    make_writer,
    response,
    sealed,
    warcio_faults,
)

REPOSITORY = Path(__file__).parents[3]


def groups(path: Path, warcs_dir: Path):
    name = path.relative_to(warcs_dir).as_posix()
    return [
        group
        for group in iter_groups(path, filename=name)
        if group.main.type not in {"warcinfo", "resource"}
    ]


def test_what_goes_in_comes_out_and_pleases_everybody(tmp_path):
    archive = archive_at(tmp_path)
    writer = make_writer(archive.warcs_dir)
    written = [writer.submit(exchange(f"/{n}")).result() for n in range(3)]
    writer.close()
    (path,) = sealed(tmp_path)
    assert path.relative_to(archive.warcs_dir).as_posix() == written[0].filename
    assert path.name == "test-20261122160000-00001.warc.gz"
    assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)
    for item, group in zip(written, groups(path, archive.warcs_dir), strict=True):
        record = read_record(archive, item.filename, item.offset)
        assert record == group.main
        assert (record.record_id, record.length) == (item.record_id, item.length)
        assert group.request.find("WARC-Concurrent-To") == item.record_id
        assert group.facts["entity_digest"] == item.entity_digest


def test_the_head_of_a_file_tells_of_software_and_configuration(tmp_path):
    writer = make_writer(tmp_path)
    writer.submit(exchange()).result()
    writer.close()
    (path,) = sealed(tmp_path)
    warcinfo, config = list(iter_records(path, filename="x"))[:2]
    assert warcinfo.find("WARC-Filename") == path.name
    assert warcinfo.content == b"software: microfiche/0\r\nrobots: obey\r\n"
    assert (config.type, config.content) == ("resource", b"layout = 1\n")
    assert config.find("WARC-Warcinfo-ID") == warcinfo.record_id


def test_rules_in_force_stand_at_the_head_of_each_file(tmp_path):
    rules = '{"files": {"paper.toml": "hosts = []"}}'
    with closing(make_writer(tmp_path, rules=rules, roll_bytes=1)) as writer:
        for path in ("/a", "/b"):
            writer.submit(exchange(path)).result()
    found = [list(iter_records(path, filename="x"))[2] for path in sealed(tmp_path)]
    assert [record.content.decode() for record in found] == [rules, rules]
    assert all(record.target_uri.startswith("urn:microfiche:rules:uuid:") for record in found)
    assert all(record.type == "resource" for record in found)


def test_nothing_is_made_without_an_exchange(tmp_path):
    make_writer(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_on_the_disk_before_it_is_told(tmp_path):
    durable = {}
    writer = make_writer(tmp_path, on_durable=durable.__setitem__)
    for number in range(20):
        item = writer.submit(exchange(f"/{number}")).result()
        # The watermark covers the whole group, not only its main record.
        assert durable[item.filename] > item.offset + item.length
        size = (tmp_path / (item.filename + OPEN_SUFFIX)).stat().st_size
        assert size == durable[item.filename]
    writer.close()


def test_a_watermark_is_where_a_group_ends(tmp_path):
    marks = []
    writer = make_writer(tmp_path, on_durable=lambda name, offset: marks.append((name, offset)))
    for number in range(5):
        item = writer.submit(exchange(f"/{number}")).result()
        name, offset = marks[-1]
        path = tmp_path / (name + OPEN_SUFFIX)
        last = list(iter_groups(path, filename=name, end=offset))[-1]
        assert (last.main.record_id, last.end) == (item.record_id, offset)
    writer.close()
    assert len(marks) == 5


def test_many_waiting_share_a_commit(tmp_path):
    at_work, go_on = threading.Event(), threading.Event()

    def hold(_filename: str, _offset: int) -> None:
        at_work.set()
        go_on.wait(10)

    writer = make_writer(tmp_path, on_durable=hold)
    first = writer.submit(exchange("/first"))
    assert at_work.wait(10)
    others = [writer.submit(exchange(f"/{number}")) for number in range(50)]
    go_on.set()
    assert {future.result().filename for future in [first, *others]} == {first.result().filename}
    writer.close()
    assert (writer.stats.commits, writer.stats.exchanges) == (2, 51)


def test_files_roll_between_groups_and_are_sealed_with_a_manifest(tmp_path):
    told = {}
    writer = make_writer(tmp_path, roll_bytes=4000, on_sealed=told.__setitem__)
    futures = [
        writer.submit(exchange(f"/{n}", response(hashlib.sha512(b"%d" % n).digest() * 8)))
        for n in range(20)
    ]
    by_file = {}
    for future in futures:
        by_file.setdefault(future.result().filename, []).append(future.result().record_id)
    writer.close()
    paths = sealed(tmp_path)
    assert len(paths) > 3
    assert [path.name[-13:-8] for path in paths] == [f"{n:05d}" for n in range(1, len(paths) + 1)]
    for path in paths:
        name = path.relative_to(tmp_path).as_posix()
        assert path.stat().st_size <= 4000
        assert [group.main.record_id for group in groups(path, tmp_path)] == by_file[name]
        warcinfo, *others = iter_records(path, filename=name)
        assert {record.find("WARC-Warcinfo-ID") for record in others} == {warcinfo.record_id}
        assert read_manifest(path) == told[name] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not list(tmp_path.rglob(f"*{OPEN_SUFFIX}"))


def test_a_group_larger_than_a_file_gets_one_of_its_own(tmp_path):
    writer = make_writer(tmp_path, roll_bytes=1000)
    big = writer.submit(exchange("/big", response(hashlib.sha512().digest() * 100)))
    assert writer.submit(exchange("/next")).result().filename != big.result().filename
    writer.close()


def test_a_name_that_is_taken_is_passed_over(tmp_path):
    for _ in range(2):
        writer = make_writer(tmp_path)
        writer.submit(exchange()).result()
        writer.close()
    assert [path.name[-13:-8] for path in sealed(tmp_path)] == ["00001", "00002"]


def test_the_same_payload_is_a_revisit_of_what_is_durable(tmp_path):
    kept = {}
    writer = make_writer(tmp_path, find_payload=kept.get)
    first = writer.submit(exchange("/a")).result()
    assert writer.submit(exchange("/b")).result().record_type == "response"
    kept[first.entity_digest] = PayloadRef(first.record_id, first.target_uri, first.date)
    again = writer.submit(exchange("/c")).result()
    writer.close()
    assert again.record_type == "revisit"
    assert again.refers_to.record_id == first.record_id
    (path,) = sealed(tmp_path)
    assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)


def test_a_page_and_what_it_needs_share_an_id(tmp_path):
    archive = archive_at(tmp_path)
    writer = make_writer(archive.warcs_dir)
    page = writer.submit(exchange("/story")).result()
    needs = {"kind": "requisite", "page": page.target_uri}
    style = writer.submit(exchange("/main.css", metadata=needs)).result()
    other = writer.submit(exchange("/x.css", metadata=needs | {"page": "http://b/"})).result()
    writer.close()
    ids = [
        read_record(archive, item.filename, item.offset).find("WARC-Page-ID")
        for item in (page, style, other)
    ]
    assert ids == [page.record_id[10:-1]] * 2 + [None]


def test_the_longest_head_that_is_taken_pleases_everybody(tmp_path):
    spare = MAX_HEAD_BYTES - len(response(b"", b"X: "))
    raw = response(b"x", b"X: " + b"a" * spare)
    writer = make_writer(tmp_path)
    assert writer.submit(exchange("/long", raw)).result().record_type == "response"
    writer.close()
    (path,) = sealed(tmp_path)
    assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)
    assert parse_response(raw).head.raw == raw[:-1]


def test_an_exchange_that_is_no_record_fails_alone(tmp_path):
    writer = make_writer(tmp_path)
    bad = writer.submit(Exchange("http://a/\r\nX: y", MOMENT, b"", b""))
    good = writer.submit(exchange())
    with pytest.raises(WarcError, match="cannot be put into WARC records"):
        bad.result()
    assert good.result().record_type == "response"
    writer.close()


def test_a_lookup_that_breaks_fails_one_exchange_only(tmp_path):
    def broken(_digest: str) -> None:
        raise OSError("frontier.db is locked")

    writer = make_writer(tmp_path, find_payload=broken)
    with pytest.raises(WarcError, match=r"frontier\.db is locked"):
        writer.submit(exchange()).result()
    assert writer.submit(exchange("/gone", response(status=b"410 Gone"))).result()
    writer.close()


def test_a_closed_writer_takes_nothing(tmp_path):
    writer = make_writer(tmp_path)
    writer.close()
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit(exchange())


def test_the_floor_of_free_space_stops_everything(tmp_path):
    writer = make_writer(tmp_path, min_free_bytes=1 << 60)
    futures = [writer.submit(exchange(f"/{n}")) for n in range(3)]
    for future in futures:
        with pytest.raises(ArchiveUnwritable, match=r"the floor is .*min_free_bytes"):
            future.result()
    with pytest.raises(ArchiveUnwritable):
        writer.close()
    assert sealed(tmp_path) == []


def test_a_directory_that_is_moved_away_stops_everything(tmp_path):
    warcs = tmp_path / "warcs"
    writer = make_writer(warcs)
    writer.submit(exchange("/before")).result()
    warcs.rename(tmp_path / "elsewhere")
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        writer.submit(exchange("/after")).result()
    # Once it has failed nothing is accepted any more, whatever becomes of the disk.
    (tmp_path / "elsewhere").rename(warcs)
    with pytest.raises(ArchiveUnwritable):
        writer.submit(exchange("/later")).result()
    with pytest.raises(ArchiveUnwritable):
        writer.close()


def test_a_place_that_is_no_directory_stops_everything(tmp_path):
    (tmp_path / "2026").write_bytes(b"")
    writer = make_writer(tmp_path)
    with pytest.raises(ArchiveUnwritable, match=r"Not a directory|File exists"):
        writer.submit(exchange()).result()
    with pytest.raises(ArchiveUnwritable):
        writer.close()


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from archive.errors import ArchiveUnwritable
    from tests.archive.warc.exchanges import exchange, make_writer, response
    import os
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    writer = make_writer(Path(sys.argv[1]))
    for number in range(100):
        try:
            item = writer.submit(exchange(f"/{number}", response(os.urandom(9000)))).result()
        except ArchiveUnwritable as error:
            print("failed", error)
            break
        print("kept", item.record_id, item.filename, item.offset, flush=True)
    try:
        writer.close()
    except ArchiveUnwritable:
        sys.exit(4)
"""


def test_a_full_disk_stops_everything_and_what_was_told_is_safe(tmp_path):
    from archive.warc.recovery import recover

    archive = archive_at(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(archive.warcs_dir)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    lines = [line.split(" ", 3) for line in done.stdout.splitlines()]
    kept = [(item[1], item[2], int(item[3])) for item in lines if item[0] == "kept"]
    assert done.returncode == 4, done.stderr
    assert 5 < len(kept) < 30
    assert "File too large" in done.stdout
    (recovered,) = recover(archive)
    assert recovered.cut_bytes > 0
    for record_id, filename, offset in kept:
        assert read_record(archive, filename, offset).record_id == record_id
    (path,) = sealed(tmp_path)
    assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)


HEADER = st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b""))


@settings(max_examples=60, deadline=None)
@given(
    items=st.lists(
        st.tuples(st.lists(HEADER, max_size=4), st.binary(max_size=3000), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_arbitrary_headers_and_bodies_come_out_as_they_went_in(tmp_path_factory, items):
    archive = archive_at(tmp_path_factory.mktemp("any"))
    writer = make_writer(archive.warcs_dir, roll_bytes=8000)
    sent = []
    for number, (headers, body, sized) in enumerate(items):
        lines = [b"X-" + header for header in headers]
        raw = (
            response(body, *lines)
            if sized
            else b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", body])
        )
        sent.append((writer.submit(exchange(f"/{number}", raw)), raw, body))
    writer.close()
    for future, raw, body in sent:
        item = future.result()
        record = read_record(archive, item.filename, item.offset)
        assert record.content == raw
        assert record.http().body == body
    for path in sealed(archive.root):
        for group in groups(path, archive.warcs_dir):
            assert group.facts["source"] == "herald"
