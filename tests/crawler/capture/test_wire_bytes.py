"""Every case of the wire, every way to a server: WARC block against socket, byte for byte."""

import base64

import pytest

from archive.check.run import check_files
from archive.warc.digests import sha1
from tests.archive.warc.exchanges import fastwarc_passes, sealed, warcio_faults
from tests.crawler.capture.conftest import MAX_BODY_BYTES, WAYS
from tests.site.wire import CASES

ENDLESS = {name for name, case in CASES.items() if case.repeat}
# No status line or no end of the head: nothing that a reader would take for a response.
HEADLESS = {"cut-head", "cut-nothing", "not-http", "stall-head"}
WHOLE = sorted(set(CASES) - ENDLESS - HEADLESS)
ERRORS = {
    "disconnect": "ResponseDataLossError",
    "time": "DownloadTimeoutError",
    "": None,
    "length": None,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WHOLE)
def test_response_block_is_what_the_server_sent(swept, way, name):
    sweep, case = swept(way), CASES[name]
    response = sweep.group(name).main
    assert response.type == "response"
    assert response.content == case.wire == sweep.socket(name)[1]
    expected = {"chunk-bad-size": "unspecified"}.get(name, case.cut or None)
    assert response.find("WARC-Truncated") == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", sorted(set(CASES) - {"cut-nothing"}))
def test_request_block_is_what_the_server_received(swept, way, name):
    sweep = swept(way)
    group = sweep.group(name)
    assert group.request is not None
    assert group.request.content == sweep.socket(name)[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WHOLE)
def test_entity_is_the_body_without_its_framing(swept, way, name):
    sweep, case = swept(way), CASES[name]
    group = sweep.group(name)
    http = group.http()
    assert http is not None
    assert (http.status, http.body) == (case.status, case.body)
    assert group.facts["entity_digest" if case.status != 304 else "http_status"] == (
        sha1(case.body) if case.status != 304 else 304
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_an_endless_body_is_cut_at_the_limit_and_kept(swept, way, name):
    sweep, case = swept(way), CASES[name]
    response = sweep.group(name).main
    assert response.find("WARC-Truncated") == "length"
    assert response.content.startswith(case.wire)
    assert sweep.socket(name)[1].startswith(response.content)
    http = sweep.group(name).http()
    assert MAX_BODY_BYTES < len(http.body) < MAX_BODY_BYTES + 512 * 1024
    assert sweep.got(name).flags == ["truncated-length"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", sorted(HEADLESS))
def test_what_is_no_response_is_kept_in_the_metadata(swept, way, name):
    sweep, case = swept(way), CASES[name]
    group = sweep.group(name)
    assert group.main.type == "metadata"
    assert base64.b64decode(group.facts.get("received_base64", "")) == case.wire
    assert group.facts["error"]
    assert sweep.got(name).error in {"DownloadFailedError", "DownloadTimeoutError"}
    assert sweep.got(name).written["record_id"] == group.main.record_id


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WHOLE)
def test_only_whole_responses_travel_on(swept, way, name):
    sweep, case = swept(way), CASES[name]
    got = sweep.got(name)
    expected = "ResponseDataLossError" if name == "chunk-bad-size" else ERRORS[case.cut]
    assert got.error == expected, got.message
    if expected is None:
        assert (got.status, got.body_size) == (case.status, len(case.body))
    assert got.written["record_id"] == sweep.group(name).main.record_id


@pytest.mark.parametrize("way", WAYS)
def test_the_record_says_how_it_was_fetched(swept, way):
    sweep = swept(way)
    group = sweep.group("length")
    names = [value for name, value in group.main.headers if name == "WARC-Protocol"]
    secure = way in {"tls", "tunnel"}
    assert names == (["tls/1.3", "http/1.1"] if secure else ["http/1.1"])
    assert (group.main.find("WARC-Cipher-Suite") or "").startswith("TLS_") is secure
    assert group.facts.get("tls_verified") is (True if secure else None)
    # Behind a proxy nobody knows which address the server has.
    proxied = way in {"proxy", "tunnel"}
    assert (group.main.find("WARC-IP-Address") in {"127.0.0.1", "::1"}) is not proxied
    assert ("proxy" in group.facts) is proxied


@pytest.mark.parametrize("way", WAYS)
def test_nothing_was_asked_for_twice(swept, way):
    sweep = swept(way)
    assert len(sweep.run.got) == len(CASES)
    assert set(sweep.sockets) == {f"/wire/{name}" for name in CASES}


@pytest.mark.parametrize("way", WAYS)
def test_nobodys_check_cries_damage(swept, way):
    sweep = swept(way)
    paths = sealed(sweep.run.warcs_dir)
    assert check_files(paths, workers=1).faults == []
    assert [(warcio_faults(path), fastwarc_passes(path)) for path in paths] == [("", True)]
