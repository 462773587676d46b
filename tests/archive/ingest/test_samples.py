"""The samples that pywb's source carries: files of Heritrix, wget, wpull, the Wayback Machine.

They are fetched when the test runs and never kept here.
"""

from contextlib import closing

import pytest

from archive.index.captures import iter_captures
from archive.index.open import open_index
from tests.archive.ingest.foreign import faults, ingest, shown, take_in
from tests.environments import sdist

SOURCE = "pywb==2.10.0"
EXAMPLE = "http://example.com/"
# File -> captures, an address to be replayed, what `check` says, places told as not readable.
SAMPLES = {
    "example.warc.gz": (3, "http://example.com/?example=1", [], 0),
    "example2.warc.gz": (1, EXAMPLE, [], 0),
    "example.arc": (1, EXAMPLE, [], 0),
    "example.arc.gz": (1, EXAMPLE, [], 0),
    # Records without content; two of them have lengths that are no numbers.
    "bad.arc": (3, None, [], 1),
    "example-wpull.warc.gz": (1, EXAMPLE, [], 0),
    # wget 1.14 gave two of its own records one id.
    "example-wget-1-14.warc.gz": (1, EXAMPLE, ["duplicate_id"], 0),
    # Gzip over the whole file.
    "example-bad.warc.gz.bad": (3, "http://example.com/?example=1", [], 0),
    # Records whose stated lengths are wrong by some bytes.
    "example.warc": (3, "http://example.com/?example=1", ["field"], 0),
    "example-extra.warc": (
        2,
        "http://example.com/?example=2",
        ["duplicate_id", "field", "payload_digest"],
        0,
    ),
    # The first record, a warcinfo, lacks the line ends that close it.
    "example-url-agnostic-orig.warc.gz": (1, "http://example.iana.org/", ["field"], 0),
    "httpbin-resource.warc.gz": (1, "http://httpbin.org/anything/resource.json", [], 0),
    "post-test.warc.gz": (3, "http://httpbin.org/post", [], 0),
    "iana.warc.gz": (171, "http://www.iana.org/about", ["revisit_target"], 0),
    # Nothing in it is a record: every line ends with two carriage returns.
    "missing-status-text.warc": (0, None, ["damaged"], 1),
}


@pytest.fixture(scope="module")
def samples():
    return sdist(SOURCE) / SOURCE.replace("==", "-") / "sample_archive" / "warcs"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_taken_in_indexed_replayed_and_checked(archive, samples, name):
    captures, url, wrong, told = SAMPLES[name]
    result, damaged = take_in(archive, samples / name)
    assert (result.exit_code == 6) + len(damaged) == told, result.output
    with closing(open_index(archive)) as db:
        assert len(list(iter_captures(db, "", prefix=True))) == captures
    if url is not None:
        assert len(shown(archive, url)) > 100
    assert sorted(set(faults(archive))) == wrong
    again = ingest(archive, "--no-index", samples / name)
    assert "there already: " in again.output


def test_all_samples_at_once_as_a_user_would(archive, samples):
    result = ingest(archive, samples)
    # One file is damaged, and one is no WARC at all.
    assert result.exit_code == 6
    assert "18 new articles" in result.output
    again = ingest(archive, samples)
    assert again.output.count("there already: ") == 17
    assert "Indexed: 0 captures" in again.output
