"""Bytes to text, by evidence, without an exception.

Source: the order of https://html.spec.whatwg.org/#determining-the-character-encoding, with one
change that an archive needs: a declaration that the bytes refute is not believed.
"""

import codecs
import re
from collections.abc import Mapping, Sequence

from charset_normalizer import from_bytes

from extract.article import Encoding
from extract.legacy import guess

Headers = Mapping[str, str] | Sequence[tuple[str, str]]

# Longest first: UTF-32LE starts with the mark of UTF-16LE.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the label means on the web: https://encoding.spec.whatwg.org/#names-and-labels
_WHATWG = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
# Not known to the web, or a known attack (UTF-7); and what Python calls text but is none.
_REFUSED = frozenset(
    {
        *("utf-7", "utf-32", "utf-32-le", "utf-32-be"),
        *("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"),
    }
)
_LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
# The standard looks at 1,024 bytes; real pages put the element after long preloads.
_PRESCAN_BYTES = 16_384
# charset_normalizer takes seconds on a megabyte; a sample of this size gives the same answer.
_SAMPLE_BYTES = 32_768

# The signs of Latin-1 that are letters in the encodings of Central Europe: "by³a" is "była".
_SIGN_IN_WORD = re.compile(rb"[a-z][\xb1\xb3\xb5\xb6\xb9\xbb\xbc\xbe\xbf](?=[a-z])")
_CENTRAL_EUROPEAN = frozenset({"iso8859-2", "cp1250"})
_MIN_SIGNS = 4
_MIN_SIGN_SHARE = 0.1


def decode(html: bytes, headers: Headers | None = None) -> tuple[str, Encoding]:
    r"""Decode a page and say which evidence named the encoding.

    Never fails: what cannot be decoded becomes U+FFFD and is counted.

    >>> decode(b"caf\xe9", {"Content-Type": "text/html; charset=latin1"})
    ('café', Encoding(name='windows-1252', source='header', replaced=0))
    >>> decode("café".encode(), {"Content-Type": "text/html; charset=latin1"})[1].source
    'content'
    """
    for mark, name in MARKS:
        if html.startswith(mark):
            return _decoded(html[len(mark) :], name, "bom")
    candidates = [*_declared(html, headers)]
    # Bytes above 127 that happen to be valid UTF-8 are UTF-8, whatever the label says: in no
    # single-byte encoding do such sequences make words.
    doubted = not candidates or candidates[0][0] != "utf-8"
    if doubted and not html.isascii() and not _is_stateful(candidates) and _is_utf8(html):
        return _decoded(html, "utf-8", "content")
    if any(name == "cp1252" for name, _ in candidates[:1]) and _is_no_latin(html):
        guessed = guess(_sample(html))
        if guessed in _CENTRAL_EUROPEAN:
            return _decoded(html, guessed, "content")
    for name, source in candidates:
        text, encoding = _decoded(html, name, source)
        # A handful of bad characters is damage; more is a wrong label.
        if encoding.replaced <= len(html) // 500:
            return text, encoding
    return _guessed(html, candidates)


def _is_no_latin(html: bytes) -> bool:
    """Tell whether signs stand inside words, as letters of Polish or Czech do in Latin-1.

    >>> _is_no_latin("kolej stała, dała, była, biała, łąka".encode("iso8859-2"))
    True
    """
    inside = len(_SIGN_IN_WORD.findall(html))
    return inside >= _MIN_SIGNS and inside >= _MIN_SIGN_SHARE * sum(b > 0x7F for b in html)


def charset_of(content_type: str) -> str | None:
    """Name the Python codec for the charset of a Content-Type, None when there is none.

    >>> charset_of('text/html; charset="Latin1"'), charset_of("text/html; charset=klingon")
    ('cp1252', None)
    """
    match = _CHARSET.search(content_type)
    return _codec(match[1]) if match else None


def declared_in(html: bytes) -> list[tuple[str, str]]:
    """Name the codecs a page declares in itself, each with where: ``meta`` or ``xml``.

    >>> declared_in(b'<?xml version="1.0" encoding="koi8-r"?><meta charset=utf-16>')
    [('utf-8', 'meta'), ('koi8-r', 'xml')]
    """
    head = html[:_PRESCAN_BYTES]
    matches = ((_META.search(head), "meta"), (_XML.match(head), "xml"))
    found = [(_codec(m[1].decode("ascii", "replace")), source) for m, source in matches if m]
    # A page whose declaration could be read as ASCII is not UTF-16.
    return [("utf-8" if name.startswith("utf-16") else name, s) for name, s in found if name]


def _declared(html: bytes, headers: Headers | None) -> list[tuple[str, str]]:
    stated = charset_of(_content_type(headers))
    return [*([(stated, "header")] if stated else []), *declared_in(html)]


def _content_type(headers: Headers | None) -> str:
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    types = [value for name, value in pairs if name.lower() == "content-type"]
    return next((value for value in types if _CHARSET.search(value)), "")


def _codec(label: str) -> str | None:
    """Name the Python codec for a label found on the web, None when there is none."""
    label = label.strip().lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
        # Codecs like "base64" or "rot13" turn no bytes into text.
        is_text = codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return None
    return _WHATWG.get(name, name) if is_text and name not in _REFUSED else None


def _is_utf8(html: bytes) -> bool:
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_stateful(candidates: list[tuple[str, str]]) -> bool:
    return bool(candidates) and candidates[0][0].startswith(("utf-16", "utf-32", "iso2022"))


def _decoded(html: bytes, name: str, source: str) -> tuple[str, Encoding]:
    try:
        text, replaced = html.decode(name), 0
    except UnicodeDecodeError:
        text = html.decode(name, "replace")
        replaced = text.count("\ufffd")
    except Exception:  # noqa: BLE001 - a few multi-byte codecs raise others on damaged input
        text = html.decode("latin-1")
        replaced, name = len(html), "latin-1"
    return text, Encoding(web_name(name), source, replaced)


def web_name(codec: str) -> str:
    """Name a Python codec as the WHATWG does, for whoever wants to know the encoding.

    >>> web_name("cp932"), web_name("utf-8")
    ('shift_jis', 'utf-8')
    """
    return _PUBLIC.get(codec, codec)


# Python's name to the WHATWG's, where they differ.
_PUBLIC = {
    "cp1252": "windows-1252",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "cp874": "windows-874",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}


def _guessed(html: bytes, candidates: list[tuple[str, str]]) -> tuple[str, Encoding]:
    if html.isascii() or _is_utf8(html):
        return _decoded(html, "utf-8", "content" if not html.isascii() else "default")
    sample = _sample(html)
    if name := guess(sample):
        return _decoded(html, name, "content")
    best = from_bytes(sample).best()
    if best is not None and (name := _codec(best.encoding)):
        return _decoded(html, name, "content")
    return _decoded(html, candidates[0][0] if candidates else "cp1252", "default")


def _sample(html: bytes) -> bytes:
    """Take the part around the first bytes above 127, where the evidence is."""
    first = next((m.start() for m in re.finditer(rb"[\x80-\xff]", html)), 0)
    start = max(0, first - 1024)
    return html[start : start + _SAMPLE_BYTES]
