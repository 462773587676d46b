"""From stored responses to what a browser is given: types, ranges, headers."""

from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.replay.address import Links, parse_address
from archive.replay.charset import decode
from archive.replay.gate import host_name
from archive.replay.headers import archived_headers, content_policy, treatment_of
from archive.replay.ranges import Unsatisfiable, parse_range
from archive.replay.respond import MAX_REWRITE_BYTES, Body, attachment, raw_of, replay_of

LINKS = Links("http://post.test/", "20260102030405", "http://127.0.0.1:8080")
CODECS = sorted({*aliases, *aliases.values()})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(92)


def body(content: bytes, content_type: str, status: int = 200, url: str = "http://post.test/"):
    return Body(url, status, content_type, content)


def test_policy_allows_no_script_and_no_other_host():
    directives = dict(
        part.partition(" ")[::2] for part in content_policy("http://replay.localhost:1").split("; ")
    )
    assert directives["default-src"] == "'none'"
    assert "allow-scripts" not in directives["sandbox"]
    assert "allow-same-origin" not in directives["sandbox"]
    assert not {"script-src", "connect-src", "worker-src", "object-src"} & directives.keys()
    sources = {
        source
        for name, value in directives.items()
        if name != "sandbox"
        for source in value.split()
    }
    assert sources == {"'none'", "http://replay.localhost:1/", "data:", "'unsafe-inline'"}


def test_no_header_of_the_archived_response_travels():
    everywhere = {name.lower() for name in archived_headers("http://r:1")}
    own = {name.lower() for name in replay_of(body(PNG, "image/png"), LINKS).headers}
    # Everything a browser is told is listed here; nothing is copied.
    assert everywhere | own == {
        "access-control-allow-origin",
        "accept-ranges",
        "cache-control",
        "content-security-policy",
        "content-type",
        "permissions-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-dns-prefetch-control",
        "x-robots-tag",
    }


@pytest.mark.parametrize(
    ("content_type", "start", "how"),
    [
        ("text/html", b"", "html"),
        ("TEXT/HTML;charset=x", b"", "html"),
        ("application/xhtml+xml", b"", "xhtml"),
        ("", b"<p>", "html"),
        ("image/svg+xml", b"", "svg"),
        ("text/plain", b"\xff\xd8\xff\xe0", "stored"),
        ("application/octet-stream", b"RIFF0000WEBP", "stored"),
        ("text/javascript", b"x()", "text"),
        ("application/rss+xml", b"<rss>", "text"),
        ("text/xsl", b"", "text"),
        ("application/pdf", b"%PDF", "download"),
        ("application/x-shockwave-flash", b"FWS", "download"),
        ("multipart/x-mixed-replace", b"", "download"),
        ("image/png\r\nX: y", b"", "stored"),
    ],
)
def test_how_a_type_is_treated(content_type, start, how):
    treatment = treatment_of(content_type, start)
    assert treatment.how == how
    assert "\r" not in treatment.mime


def test_feeds_and_scripts_are_shown_as_text():
    reply = replay_of(body(b"<rss>\xe9</rss>", "application/rss+xml; charset=latin1"), LINKS)
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.body == "<rss>é</rss>".encode()


def test_raw_is_text_to_read_or_a_file_to_save():
    page = raw_of(body(b"<script>x</script>", "text/html; charset=utf-8"))
    assert (page.headers["Content-Type"], page.body) == (
        "text/plain; charset=utf-8",
        b"<script>x</script>",
    )
    for content_type in ("image/svg+xml", "image/png", "application/pdf", "x/y"):
        saved = raw_of(body(b"x", content_type, url="http://post.test/a/b.bin"))
        assert saved.headers["Content-Disposition"].startswith('attachment; filename="b.bin"')


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/",
        "http://a.test/%0d%0aX:y",
        'http://a.test/a"b',
        "http://a.test/.%2e%2fetc",
        "http://a.test/" + "x" * 999,
    ],
)
def test_names_of_saved_files_are_harmless(url):
    found = attachment(url)
    assert not set("\r\n/\\") & set(found.replace("UTF-8''", ""))
    assert len(found) < 1500


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-7", (93, 100)),
        ("bytes=9-2", None),
        ("bytes=0-1,4-5", None),
        ("bytes=-", None),
        ("chars=1-2", None),
    ],
)
def test_ranges(header, expected):
    assert parse_range(header, 100) == expected


def test_range_of_a_picture():
    reply = replay_of(body(PNG, "image/png"), LINKS, byte_range="bytes=1-3")
    assert (reply.status, reply.body) == (206, b"PNG")
    assert reply.headers["Content-Range"] == "bytes 1-3/100"
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=100-", 100)
    assert replay_of(body(PNG, "image/png"), LINKS, byte_range="bytes=100-").status == 416
    # A page is not what is stored, byte for byte: no ranges of it.
    assert replay_of(body(b"<p>x", "text/html"), LINKS, byte_range="bytes=0-1").status == 200


@pytest.mark.parametrize(
    ("archived", "shown"),
    [
        (200, 200),
        (206, 200),
        (304, 200),
        (404, 404),
        (410, 410),
        (503, 503),
        (401, 200),
        (999, 200),
    ],
)
def test_status_travels_where_a_browser_shows_the_body(archived, shown):
    assert replay_of(body(b"<p>x", "text/html", archived), LINKS).status == shown


def test_a_page_beyond_the_bound_is_shown_up_to_it():
    reply = replay_of(body(b"<p>" + b"a " * MAX_REWRITE_BYTES, "text/html"), LINKS)
    assert MAX_REWRITE_BYTES - 100 < len(reply.body) < MAX_REWRITE_BYTES + 100


@pytest.mark.parametrize(
    ("content", "content_type", "text", "encoding"),
    [
        ("\ufeffÄ".encode("utf-16"), "", "\ufeffÄ", "utf-16-le"),
        ("Ä".encode(), "text/html; charset=utf-8", "Ä", "utf-8"),
        ("Ä".encode("latin-1"), "text/html; charset=us-ascii", "Ä", "cp1252"),
        ("“x”".encode("cp1252"), "text/html; charset=iso-8859-1", "“x”", "cp1252"),
        ("日本".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本", "cp932"),
        (b'<meta charset="hex">x', "", '<meta charset="hex">x', "utf-8"),
        ("日本".encode("cp932"), "text/html; charset=x-sjis", "日本", "cp932"),
        ("Ä".encode("utf-16-le"), "text/html; charset=utf-16", "Ä", "utf-16-le"),
        # Codecs of Python's that no browser has; some of them raise whatever they are told.
        (b"\xe9 \\d", "text/html; charset=idna", "é", "cp1252"),
        (b"\xe9 \\d", "text/html; charset=unicode_escape", "é", "cp1252"),
        (b"+ADw-script+AD4-", "text/html; charset=utf-7", "+ADw-", "utf-8"),
        (b"\xff\xfe\xfa", "text/html; charset=utf-8", "", "utf-16-le"),
    ],
)
def test_bytes_are_read_as_browsers_do(content, content_type, text, encoding):
    found, name = decode(content, content_type=content_type)
    assert name == encoding
    assert text in found


def test_raw_text_and_sheets_name_encodings_as_browsers_know_them():
    page = raw_of(body("<p>日本".encode("cp932"), "text/html; charset=Shift_JIS"))
    assert page.headers["Content-Type"] == "text/plain; charset=shift_jis"
    sheet = body('a{content:"日本"}'.encode("euc_jp"), "text/css; charset=euc-jp")
    assert "日本" in replay_of(sheet, LINKS).body.decode()


@given(st.binary(max_size=60), st.text(max_size=30) | st.sampled_from(CODECS))
def test_any_bytes_can_be_read(content, charset):
    text, name = decode(content, content_type=f"text/html; charset={charset}")
    assert isinstance(text, str)
    assert name


@pytest.mark.parametrize(
    ("path", "query", "url"),
    [
        (
            "/web/20260102030405/http://a.test/b",
            "c=http://d.test/?e",
            "http://a.test/b?c=http://d.test/?e",
        ),
        ("/web/2026/https:/a.test", "", "https://a.test"),
        ("/web/2026mp_/http://a.test/x%20y", "", "http://a.test/x%20y"),
        ("/http://a.test/", "", "http://a.test/"),
        ("/2026/ftp://a.test/", "", None),
        ("/web/2026/http://", "", None),
        ("/2026/javascript:alert(1)", "", None),
        ("/202601020304051/http://a.test/", "", None),
        ("/", "", None),
    ],
)
def test_addresses_of_the_replay(path, query, url):
    address = parse_address(path, query)
    assert (address.url if address else None) == url


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("127.0.0.1:8080", "127.0.0.1"),
        ("localhost", "localhost"),
        ("[::1]:1", "[::1]"),
        ("LocalHost.", "localhost"),
        ("", None),
        ("a b", None),
        ("evil.test@127.0.0.1", None),
        ("127.0.0.1:port", None),
    ],
)
def test_names_in_host_headers(header, name):
    assert host_name(header) == name
