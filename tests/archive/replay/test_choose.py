"""The right capture: of one address and moment the one that shows, and every one by its mark."""

from contextlib import closing

import pytest

from archive.errors import NotFound
from archive.index.captures import Capture
from archive.index.open import open_index
from archive.layout import create_archive
from archive.replay.choose import Asked, find_capture, mark_of, moment_of, of_one_second
from archive.replay.parts import join_parts
from archive.replay.resolve import Stored, find_stored
from archive.warc.digests import sha1
from archive.warc.stored import StoredHttp
from tests.archive.ingest.foreign import Foreign, take_in

RESPONSE, REQUEST = "application/http; msgtype=response", "application/http; msgtype=request"
T = "20260110120000"


class Answers:
    """What one site answered, put into one WARC file."""

    def __init__(self) -> None:
        self.warc = Foreign()

    def add(self, url, status="200 OK", body=b"", *, at=T, method="GET", headers=(), **fields):
        date = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:14]}Z"
        pairs = [("Content-Type", "text/html"), *headers]
        record = self.warc.add(
            fields.pop("kind", "response"), url, body, http=("HTTP/1.1", status, pairs),
            content_type=RESPONSE, Date=date, **fields,
        )  # fmt: skip
        if method != "GET":
            self.warc.add(
                "request", url, b"", http=("HTTP/1.1", f"{method} /", []), content_type=REQUEST,
                Date=date, Concurrent_To=record,
            )  # fmt: skip
        return record


@pytest.fixture
def shown(tmp_path):
    """Index what was answered; then show addresses as a browser would."""
    archive = create_archive(tmp_path / "archive", contact="mailto:test@example.org")

    def index(answers: Answers):
        path = tmp_path / "site.warc.gz"
        path.write_bytes(answers.warc.content)
        result, damaged = take_in(archive, path)
        assert (result.exit_code, damaged) == (0, []), result.output

        def show(url: str, at: str = T, **more):
            with closing(open_index(archive)) as db:
                found = find_stored(archive, db, Asked(url, at, **more))
            return found.payload.content() if isinstance(found, Stored) else found

        show.archive = archive
        return show

    return index


def test_the_very_address_comes_before_others_of_its_urlkey(shown):
    site = Answers()
    addresses = ["/a", "/a/", "/A", "/i?ID=aB&x=1", "/i?x=1&ID=aB", "/i?id=ab&x=1"]
    for seconds, path in enumerate(addresses):
        site.add(f"http://p.test{path}", body=path.encode(), at=f"202601101200{seconds:02}")
    show = shown(site)
    for path in addresses:
        assert show(f"http://p.test{path}") == path.encode()
        assert show(f"http://p.test{path}", "20300101000000") == path.encode()
    assert show("http://www.p.test/a/#top") == b"/a/"


def test_twins_of_another_scheme_come_close_in_time(shown):
    site = Answers()
    site.add("http://p.test/", body=b"http", at="20260110120001")
    site.add("https://p.test/", body=b"https")
    site.add("https://p.test/", body=b"later", at="20290110120000")
    show = shown(site)
    assert show("http://p.test/") == b"http"
    assert show("https://p.test/") == b"https"
    assert show("http://p.test/", "20290110000000") == b"later"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_what_get_brought_comes_before_other_methods(shown, method):
    site = Answers()
    site.add("http://p.test/", body=b"" if method != "POST" else b"posted", method=method)
    site.add("http://p.test/", body=b"page", at="20260110120100")
    site.add("http://p.test/only", body=b"", method=method)
    show = shown(site)
    assert show("http://p.test/") == b"page"
    assert show("http://p.test/only") == b""


@pytest.mark.parametrize(
    "status", ["204 No Content", "304 Not Modified", "429 Slow", "503 Busy", "206 Part"]
)
def test_what_shows_comes_before_trouble_near_it(shown, status):
    site = Answers()
    site.add("http://p.test/", status)
    site.add("http://p.test/", body=b"page", at="20260110130000")
    assert shown(site)("http://p.test/") == b"page"


def test_a_page_that_was_gone_is_shown_as_gone_but_a_picture_is_not(shown):
    site = Answers()
    site.add("http://p.test/", body=b"page", at="20251201000000")
    site.add("http://p.test/", "404 Not Found", b"gone")
    show = shown(site)
    assert show("http://p.test/") == b"gone"
    assert show("http://p.test/", requisite=True) == b"page"


def test_captures_of_one_second_have_an_address_each(shown):
    site = Answers()
    site.add("http://p.test/", "302 Found", headers=[("Location", "/consent")])
    site.add("http://p.test/", body=b"one")
    site.add("http://p.test/", body=b"two")
    show = shown(site)
    assert show("http://p.test/") in (b"one", b"two")
    with closing(open_index(show.archive)) as db:
        rows = [Capture(*row[1:]) for row in db.execute("SELECT * FROM cdx")]
        assert of_one_second(rows) == {row.record_id for row in rows}
        for row in rows:
            assert moment_of(row, exact=True) == f"{T}@{mark_of(row.record_id)}"
            asked = Asked("http://p.test/", T, mark_of(row.record_id))
            assert find_capture(db, asked).record_id == row.record_id
        assert find_capture(db, Asked("http://p.test/", T, "0123456789")) is None
        # What only redirects is never what a plain address shows here.
        assert {moment_of(row) == T for row in rows if row.status == 302} == {False}


def test_redirects_that_come_round_are_broken(shown):
    site = Answers()
    site.add("http://p.test/a", "302 Found", headers=[("Location", "/b")], at="20260110120000")
    site.add("http://p.test/b", "302 Found", headers=[("Location", "/c")], at="20260110120001")
    site.add("http://p.test/c", "302 Found", headers=[("Location", "/a")], at="20260110120002")
    site.add("http://p.test/a", body=b"page", at="20260810120000")
    site.add("http://p.test/self", "301 Moved", headers=[("Location", "https://p.test/self")])
    show = shown(site)
    assert show("http://p.test/a") == b"page"
    assert show("http://p.test/self") is None


def revisit(site: Answers, url: str, body: bytes, refers_to: str | None = None, **more):
    fields = {"Refers_To": refers_to} if refers_to else {}
    return site.add(
        url, kind="revisit", Payload_Digest=sha1(body), **fields,
        Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest", **more,
    )  # fmt: skip


def test_revisits_of_revisits_are_followed_however_many(shown):
    site = Answers()
    last = site.add("http://p.test/", body=b"page", at="20200101000000")
    for year in range(2021, 2041):
        last = revisit(site, "http://p.test/", b"other", last, at=f"{year}0101000000")
    round_one = "<urn:uuid:20000000-0000-4000-8000-000000000001>"
    revisit(site, "http://p.test/round", b"none", round_one, Record_ID=round_one)
    show = shown(site)
    assert show("http://p.test/", "20400101000000") == b"page"
    with pytest.raises(NotFound, match="is not in this archive"):
        show("http://p.test/round")


def test_a_revisit_without_its_original_gives_way_and_says_so(shown):
    site = Answers()
    site.add("http://p.test/", body=b"page", at="20250101000000")
    revisit(site, "http://p.test/", b"missing", "<urn:uuid:9>")
    show = shown(site)
    assert show("http://p.test/") == b"page"
    with closing(open_index(show.archive)) as db:
        found = find_stored(show.archive, db, Asked("http://p.test/", T))
    assert (found.instead_of.timestamp, "ingest the WARC" in found.because) == (T, True)


def test_an_original_is_found_by_a_digest_spelled_otherwise(shown):
    site = Answers()
    spelled = "sha1:1bb9d9b1b3a1a3e1c1c1c1c1c1c1c1c1c1c1c1c1"
    site.add("http://p.test/first", body=b"page", Payload_Digest=spelled.upper()[5:])
    site.add("http://p.test/", kind="revisit", Payload_Digest=spelled)
    assert shown(site)("http://p.test/") == b"page"


def test_parts_are_joined(shown):
    site = Answers()
    for first, body in ((0, b"abc"), (2, b"cde"), (5, b"f")):
        place = f"bytes {first}-{first + len(body) - 1}/6"
        site.add("http://p.test/v", "206 Part", body, headers=[("Content-Range", place)])
    site.add("http://p.test/w", "206 Part", b"abc", headers=[("Content-Range", "bytes 0-2/6")])
    show = shown(site)
    assert show("http://p.test/v") == b"abcdef"
    assert show("http://p.test/w") == b"abc"


def part(body: bytes, place: str, etag: str = "") -> StoredHttp:
    return StoredHttp(206, "", (("Content-Range", place), ("ETag", etag)), body)


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (part(b"ab", "bytes 0-1/4"), part(b"cd", "bytes 2-3/5")),
        (part(b"ab", "bytes 0-1/4", "x"), part(b"cd", "bytes 2-3/4", "y")),
        (part(b"ab", "bytes 0-1/4"), part(b"d", "bytes 3-3/4")),
        (part(b"ab", "bytes 0-1/4"), part(b"c", "bytes 2-3/4")),
        (part(b"ab", "bytes 0-1/99999999999"), part(b"cd", "bytes 2-3/99999999999")),
        (part(b"ab", "pages 0-1/4"), part(b"cd", "bytes 2-3/4")),
    ],
)
def test_parts_that_do_not_fit_are_left_alone(own, other):
    assert join_parts(own, [other]) is own
