"""What the handler does beside copying bytes: revisits, failures, gates, limits, secrets."""

import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from archive.warc.digests import sha1
from archive.warc.reader import iter_records
from tests.archive.warc.exchanges import fastwarc_passes, sealed, warcio_faults
from tests.crawler.capture.conftest import groups_by_uri
from tests.crawler.capture.fetcher import REPOSITORY, Wanted, fetch
from tests.site.wire import CASES, page

REF = {
    "record_id": "<urn:uuid:0>",
    "target_uri": "http://news.example/",
    "date": "2026-01-01T00:00:00Z",
    "digest": "sha1:TJ6CPGFAFXML4MGUKH3X3WY3QACIHEZA",
}


@contextmanager
def serving(*answers: bytes, reset: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """A loopback server that gives one answer for each connection, then hangs up."""
    received: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    received.append(connection.recv(65536))
                    connection.sendall(answer)
                    if reset:
                        # The answer must have been read before a reset throws it away.
                        time.sleep(0.2)
                        linger = struct.pack("ii", 1, 0)
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], received
        thread.join(5)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return listening.getsockname()[1]


@pytest.fixture(scope="module")
def varied(shared_newspaper, tmp_path_factory):
    """One run over everything that needs no settings of its own."""
    base = shared_newspaper.a
    digest = sha1(page())
    wanted = [
        Wanted(f"{base}/wire/length", method="HEAD"),
        Wanted(f"{base}/wire/close?again"),
        Wanted(f"{base}/wire/not-modified", meta={"microfiche_not_modified_ref": REF}),
        Wanted(
            f"{base}/wire/empty?told",
            headers={"Authorization": "Bearer s3cret", "Accept": "*/*"},
            meta={
                "microfiche_source": "herald",
                "microfiche_kind": "requisite",
                "microfiche_via": "http://news.example/front",
                "microfiche_hops": 2,
                "microfiche_page": "<urn:uuid:77>",
            },
        ),
        Wanted(f"{base}/wire/empty?form", method="POST", body="q=1"),
        Wanted("http://nowhere.invalid/"),
        Wanted(f"http://127.0.0.1:{free_port()}/refused"),
        Wanted(f"{base}/private", meta={"microfiche_allow_private": False}),
        Wanted(f"{base}/wire/empty?proxied", meta={"proxy": f"http://u:pw@{base[7:]}"}),
        Wanted(
            f"{base}/wire/empty?behind",
            meta={"proxy": shared_newspaper.b, "microfiche_allow_private": False},
        ),
        Wanted(
            base.replace("127.0.0.1", "localhost") + "/name",
            meta={"microfiche_allow_private": False},
        ),
        Wanted("http://2130706433/", meta={"microfiche_allow_private": False}),
        Wanted("http://[::ffff:127.0.0.1]/", meta={"microfiche_allow_private": False}),
    ]
    place = tmp_path_factory.mktemp("varied")
    run = fetch(
        wanted,
        place,
        writer={"payloads": {digest: REF | {"digest": digest}}},
        settings={"DOWNLOAD_TIMEOUT": 5},
    )
    assert run.returncode == 0, run.stderr
    return base, run, groups_by_uri(place)


def test_a_head_request_is_kept_as_one(varied):
    base, _, groups = varied
    group = groups[f"{base}/wire/length"]
    assert group.request.content.startswith(b"HEAD /wire/length HTTP/1.1\r\n")
    assert group.main.content == CASES["length"].wire[: CASES["length"].head_end]
    assert group.http().body == b""


def test_the_same_payload_is_a_revisit(varied):
    base, run, groups = varied
    group = groups[f"{base}/wire/close?again"]
    assert group.main.type == "revisit"
    assert group.main.content == CASES["close"].wire[: CASES["close"].head_end]
    assert group.main.find("WARC-Refers-To") == REF["record_id"]
    got = run.by_url()[f"{base}/wire/close?again"]
    # What travels on is the page all the same.
    assert (got.status, got.body_size) == (200, len(page()))
    assert got.written["record_type"] == "revisit"


def test_a_304_is_a_revisit_of_what_it_confirms(varied):
    base, _, groups = varied
    main = groups[f"{base}/wire/not-modified"].main
    assert (main.type, main.find("WARC-Profile").rsplit("/", 1)[1]) == (
        "revisit",
        "server-not-modified",
    )
    assert main.content == CASES["not-modified"].wire
    assert main.find("WARC-Payload-Digest") == REF["digest"]


def test_why_and_from_where_is_told_and_secrets_are_not(varied):
    base, run, groups = varied
    group = groups[f"{base}/wire/empty?told"]
    facts = group.facts
    expected = {
        "source": "herald",
        "kind": "requisite",
        "via": "http://news.example/front",
        "hops": 2,
        "page": "<urn:uuid:77>",
        "masked": ["Authorization"],
        "http_status": 200,
    }
    assert {key: facts[key] for key in expected} == expected
    assert 0 < facts["first_byte_s"] <= facts["seconds"] < 5
    assert group.main.find("WARC-Page-ID") == "77"
    assert b"Authorization: [masked]" in group.request.content
    for path in sealed(run.warcs_dir):
        assert b"s3cret" not in json.dumps(facts).encode() + group.request.content
        assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)


def test_a_form_is_kept_with_its_body(varied):
    base, _, groups = varied
    assert groups[f"{base}/wire/empty?form"].request.content.endswith(b"\r\n\r\nq=1")


@pytest.mark.parametrize(
    ("path", "error", "outcome"),
    [
        ("http://nowhere.invalid/", "CannotResolveHostError", "dns_failed"),
        ("/refused", "DownloadConnectionRefusedError", "connection_failed"),
        ("/private", "AddressRefused", "address_refused"),
        ("/wire/empty?behind", "AddressRefused", "address_refused"),
        ("/name", "AddressRefused", "address_refused"),
        ("http://2130706433/", "AddressRefused", "address_refused"),
        ("http://[::ffff:127.0.0.1]/", "AddressRefused", "address_refused"),
    ],
)
def test_a_failure_without_response_is_a_record_of_its_own(varied, path, error, outcome):
    _, run, groups = varied
    got = next(item for item in run.got if item.url.endswith(path))
    assert (got.error, got.outcome) == (error, outcome)
    group = groups[got.url]
    assert (group.main.type, group.request) == ("metadata", None)
    assert (group.facts["outcome"], group.facts["error"]) == (outcome, got.message)
    assert got.written["record_id"] == group.main.record_id


def test_every_fact_that_is_recorded_is_documented(varied):
    _, _, groups = varied
    text = (REPOSITORY / "docs" / "formats.md").read_text("utf-8")
    recorded = {key for group in groups.values() for key in group.facts}
    assert len(recorded) > 12
    assert {key for key in recorded if f"| `{key}` |" not in text} == set()


def test_refused_addresses_were_not_even_connected_to(varied, shared_newspaper):
    asked = [entry.path for entry in shared_newspaper.journal()]
    assert not [path for path in asked if path in {"/private", "/name", "/wire/empty?behind"}]


def test_a_proxys_password_is_in_no_record(varied):
    base, _, groups = varied
    group = groups[f"{base}/wire/empty?proxied"]
    assert group.request.content.startswith(f"GET {base}/wire/empty".encode())
    assert b"Proxy-Authorization: [masked]" in group.request.content
    assert group.facts["proxy"] == base


def test_a_certificate_that_nobody_vouches_for(tmp_path):
    from tests.site import running

    with running(directory=tmp_path / "site", tls=True) as newspaper:
        base = newspaper.a.replace("127.0.0.1", "localhost")
        wanted = [
            Wanted(f"{base}/wire/empty?1"),
            Wanted(f"{base}/wire/empty?2", meta={"microfiche_verify_tls": False}),
            Wanted(f"{newspaper.b.replace('http:', 'https:')}/wire/empty?3"),
        ]
        run = fetch(
            wanted, tmp_path / "warcs", settings={"CONCURRENT_REQUESTS": 1, "DOWNLOAD_TIMEOUT": 1}
        )
        asked = [entry.path for entry in newspaper.journal()]
    groups = groups_by_uri(tmp_path / "warcs")
    assert asked == ["/wire/empty?2"]
    first, second, third = (groups[item.url] for item in wanted)
    assert (first.facts["outcome"], first.request) == ("tls_failed", None)
    assert "certificate verify failed" in first.facts["error"]
    assert first.facts["tls_verified"] is True
    assert (second.main.type, second.facts["tls_verified"]) == ("response", False)
    (warc,) = (tmp_path / "warcs").rglob("*.warc.gz")
    kept = {record.target_uri: record for record in iter_records(warc, filename=warc.name)}
    chain = kept[f"urn:microfiche:certificates:{second.facts['certificates']}"]
    assert chain.content.startswith(b"-----BEGIN CERTIFICATE-----")
    # The third server does not speak TLS and waits for a request for ever.
    assert third.facts["outcome"] == "timed_out"
    assert [got.error for got in run.got] == ["DownloadFailedError", None, "DownloadTimeoutError"]


def test_a_certificate_for_another_host(tmp_path):
    from tests.site import running

    with running(directory=tmp_path / "site", tls=True) as newspaper:
        # The certificate is for localhost and 127.0.0.1.
        url = newspaper.a.replace("127.0.0.1", "127.0.0.2").replace("localhost", "127.0.0.2")
        with forwarding("127.0.0.2", int(url.rpartition(":")[2])) as port:
            run = fetch(
                [Wanted(f"https://127.0.0.2:{port}/")],
                tmp_path / "warcs",
                environment={"SSL_CERT_FILE": str(newspaper.ca)},
            )
        assert newspaper.journal() == []
    (got,) = run.got
    assert got.outcome == "tls_failed"
    assert "not valid for 127.0.0.2" in got.message


@contextmanager
def forwarding(host: str, port: int) -> Iterator[int]:
    """Listen on another loopback address and pass one connection on."""
    with closing(socket.create_server((host, 0))) as listening:

        def pass_on(source: socket.socket, sink: socket.socket) -> None:
            with source, sink:
                while data := source.recv(65536):
                    sink.sendall(data)

        def serve() -> None:
            near, _ = listening.accept()
            far = socket.create_connection(("127.0.0.1", port))
            back = Thread(target=_quietly, args=(pass_on, far, near), daemon=True)
            back.start()
            _quietly(pass_on, near, far)

        Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def _quietly(action, *arguments) -> None:
    with suppress(OSError):
        action(*arguments)


def test_a_tunnel_that_the_proxy_does_not_open(tmp_path):
    with serving(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as (port, received):
        run = fetch(
            [Wanted("https://news.example/", meta={"proxy": f"http://127.0.0.1:{port}"})], tmp_path
        )
    (got,) = run.got
    assert (got.error, got.outcome) == ("DownloadFailedError", "connection_failed")
    assert "403 Forbidden" in got.message
    assert received[0].startswith(b"CONNECT news.example:443 HTTP/1.1\r\n")


def test_no_tunnel_within_a_tunnel(tmp_path):
    run = fetch([Wanted("https://news.example/", meta={"proxy": "https://127.0.0.1:9"})], tmp_path)
    assert [(got.outcome, got.error) for got in run.got] == [
        ("connection_failed", "DownloadFailedError")
    ]


def test_names_are_resolved_to_both_families_where_scrapy_is_told_to(shared_newspaper, tmp_path):
    base = shared_newspaper.a.replace("127.0.0.1", "localhost")
    wanted = [
        Wanted(f"{base}/wire/empty?allowed"),
        Wanted(f"{base}/wire/empty?not", meta={"microfiche_allow_private": False}),
        Wanted("http://nowhere.invalid/"),
    ]
    resolver = {"DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"}
    run = fetch(wanted, tmp_path, settings=resolver)
    by_url = run.by_url()
    assert [by_url[item.url].outcome for item in wanted] == [None, "address_refused", "dns_failed"]


def test_many_responses_share_a_connection(shared_newspaper, tmp_path):
    base = shared_newspaper.a
    wanted = [Wanted(f"{base}/wire/length?keep={n}") for n in range(12)]
    run = fetch(wanted, tmp_path, settings={"CONCURRENT_REQUESTS": 1})
    assert [got.status for got in run.got] == [200] * 12
    entries = [entry for entry in shared_newspaper.journal() if "keep=" in entry.path]
    assert len({entry.connection for entry in entries}) == 1
    groups = groups_by_uri(tmp_path)
    assert {groups[item.url].main.content for item in wanted} == {CASES["length"].wire}


def test_a_kept_connection_that_the_server_has_closed_is_replaced(tmp_path):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    with serving(answer, answer) as (port, received):
        # The server hangs up after each answer without having said so.
        wanted = [Wanted(f"http://127.0.0.1:{port}/{n}") for n in range(2)]
        run = fetch(wanted, tmp_path, settings={"CONCURRENT_REQUESTS": 1, "DOWNLOAD_DELAY": 0.2})
    assert [got.status for got in run.got] == [200, 200], run.stderr
    assert len(received) == 2


def test_words_that_nobody_asked_for_never_become_an_answer(tmp_path):
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    with serving(first + forged, first) as (port, _):
        wanted = [Wanted(f"http://127.0.0.1:{port}/{n}") for n in range(2)]
        run = fetch(wanted, tmp_path, settings={"CONCURRENT_REQUESTS": 1})
    assert [got.body_size for got in run.got] == [2, 2], run.stderr
    groups = groups_by_uri(tmp_path)
    assert groups[wanted[0].url].facts["excess_bytes"] == len(forged)
    assert groups[wanted[0].url].main.content == first + forged


def test_a_body_until_the_end_is_not_whole_when_the_end_is_a_reset(tmp_path):
    answer = b"HTTP/1.1 200 OK\r\n\r\nas far as it came"
    with serving(answer, reset=True) as (port, _):
        run = fetch([Wanted(f"http://127.0.0.1:{port}/")], tmp_path)
    (got,) = run.got
    assert (got.error, got.outcome) == ("ResponseDataLossError", "connection_lost")
    main = groups_by_uri(tmp_path)[got.url].main
    assert (main.content, main.find("WARC-Truncated")) == (answer, "disconnect")


def test_an_archive_that_cannot_be_written_stops_the_run(shared_newspaper, tmp_path):
    wanted = [Wanted(f"{shared_newspaper.a}/wire/length?full={n}") for n in range(50)]
    run = fetch(wanted, tmp_path, writer={"min_free_bytes": 1 << 60})
    assert run.returncode == 8
    assert {got.error for got in run.got} <= {"OutOfRoom", "CancelledError"}
    assert "min_free_bytes" in run.got[0].message
    assert all(got.status is None for got in run.got)
    asked = [entry for entry in shared_newspaper.journal() if "full=" in entry.path]
    assert len(asked) < 50
    assert sealed(Path(tmp_path)) == []


def microfiche(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("microfiche")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_crawl_goes_through_the_proxy_of_the_configuration(newspaper, archive_dir):
    assert microfiche("init", archive_dir, "--contact", "mailto:a@b.example").returncode == 0
    options = ["--name", "Gazette", "--delay", "0", "--allow-private-addresses", "--no-probe"]
    added = microfiche(
        "-C", archive_dir, "add", newspaper.a, *options, "--section", f"{newspaper.a}/wire/length"
    )
    assert added.returncode == 0, added.stderr
    proxy = newspaper.b.replace("://", "://me:s3cret@")
    config = archive_dir / "microfiche.toml"
    config.write_text(config.read_text() + f'\n[crawl]\nproxy = "{proxy}"\n')
    done = microfiche("-C", archive_dir, "crawl", "--no-index")
    assert done.returncode == 0, done.stderr
    group = groups_by_uri(archive_dir / "warcs")[f"{newspaper.a}/wire/length"]
    assert group.request.content.startswith(f"GET {newspaper.a}/wire/length HTTP/1.1".encode())
    assert group.facts["proxy"] == newspaper.b
    for path in sealed(archive_dir):
        for record in iter_records(path, filename="x"):
            assert b"s3cret" not in record.content
    sent = {newspaper.exchange(entry.exchange)[0] for entry in newspaper.journal()}
    assert all(b"Proxy-Authorization: Basic bWU6czNjcmV0" in request for request in sent)
