"""Bytes to text by evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.decode import decode

RUSSIAN = "Порт маленького города был тих в понедельник утром, когда пришёл паром. " * 5


@pytest.mark.parametrize(
    ("html", "headers", "name", "source"),
    [
        (b"\xef\xbb\xbfplain", {"content-type": "text/html; charset=latin1"}, "utf-8", "bom"),
        (b"caf\xe9", {"Content-Type": 'text/html; charset="ISO-8859-1"'}, "windows-1252", "header"),
        (b"<meta charset=windows-1251>\xcf\xee\xf0\xf2", None, "windows-1251", "meta"),
        (b"<?xml version='1.0' encoding='iso-8859-2'?>\xb1", None, "iso8859-2", "xml"),
        ("<meta charset=latin1>Müller".encode(), None, "utf-8", "content"),
        (b"only ASCII", None, "utf-8", "default"),
        ("<meta charset=gb2312>港口".encode("gb18030"), None, "gb18030", "meta"),
        ("<meta charset=shift_jis>港は静か".encode("cp932"), None, "shift_jis", "meta"),
        (b"<meta charset=utf-16>plain", None, "utf-8", "meta"),
        (
            RUSSIAN.encode("koi8-r"),
            [("Content-Type", "text/html; charset=KOI8-R")],
            "koi8-r",
            "header",
        ),
    ],
)
def test_evidence_names_the_encoding(html: bytes, headers: object, name: str, source: str) -> None:
    _, encoding = decode(html, headers)  # type: ignore[arg-type]
    assert (encoding.name, encoding.source) == (name, source)


def test_a_label_that_the_bytes_refute_is_not_believed() -> None:
    text, encoding = decode(b"<meta charset=utf-8>" + RUSSIAN.encode("cp1251"))
    assert encoding.source == "content"
    assert "Порт маленького города" in text


POLISH = "Kolejka stała w małej stacji, bo była zepsuta. Pasażerowie czekali całą noc. " * 4


@pytest.mark.parametrize("codec", ["iso8859-2", "cp1250"])
def test_central_european_bytes_labelled_as_latin_are_read_as_what_they_are(codec: str) -> None:
    html = b"<html lang=pl><meta charset=iso-8859-1>" + POLISH.encode(codec)
    text, encoding = decode(html)
    assert POLISH in text
    assert encoding.source == "content"


def test_signs_of_latin_between_words_refute_no_label() -> None:
    html = "<meta charset=iso-8859-1>" + "Größe ±3 m² bei ¼ Last: «übel» für jeden. " * 9
    assert decode(html.encode("cp1252"))[1].name == "windows-1252"


def test_a_little_damage_does_not_overturn_a_declaration() -> None:
    html = b"<meta charset=utf-8>" + "Größe ".encode() * 400 + b"\xff"
    text, encoding = decode(html)
    assert (encoding.name, encoding.replaced) == ("utf-8", 1)
    assert text.endswith("\ufffd")


@given(st.binary(max_size=300), st.text(max_size=20))
def test_no_bytes_and_no_label_fail(html: bytes, label: str) -> None:
    text, encoding = decode(html, {"Content-Type": f"text/html; charset={label}"})
    assert isinstance(text, str)
    assert encoding.name
