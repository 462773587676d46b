"""Bytes to text as a browser would have read them: BOM, header, meta element, content.

Source: WHATWG Encoding (labels) and HTML, "Determining the character encoding".
"""

import codecs
import re

_PRESCAN_BYTES = 4096
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_HEADER = re.compile(r";\s*charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels that browsers read as a larger encoding than Python's of the same name.
_BROWSERS_READ = {
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


def decode(body: bytes, *, content_type: str = "", default: str = "cp1252") -> tuple[str, str]:
    r"""Read a document's bytes; gives the text and Python's name of the encoding. Never fails.

    >>> decode("Größe".encode("latin-1"), content_type="text/html; charset=ISO-8859-1")
    ('Größe', 'cp1252')
    >>> decode('<meta charset="koi8-r">Да'.encode("koi8-r"))
    ('<meta charset="koi8-r">Да', 'koi8-r')
    >>> decode("naïve".encode())[1], decode(b"na\xefve")[1]
    ('utf-8', 'cp1252')
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), name
    declared = charset_of(content_type) or _declared_in(body)
    if declared:
        return body.decode(declared, "replace"), declared
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode(default, "replace"), default


def charset_of(content_type: str) -> str | None:
    """The encoding a Content-Type names, as Python knows it; None when it names none we know.

    >>> charset_of('text/html; charset="Latin1"'), charset_of("text/html; charset=klingon")
    ('cp1252', None)
    """
    match = _HEADER.search(content_type)
    return _known(match[1]) if match else None


def _declared_in(body: bytes) -> str | None:
    head = body[:_PRESCAN_BYTES]
    match = _XML.match(head) or _META.search(head)
    name = _known(match[1].decode("ascii", "replace")) if match else None
    # A document whose meta element could be read is not in UTF-16, whatever it says.
    return "utf-8" if name and name.startswith("utf-16") else name


def _known(label: str) -> str | None:
    try:
        info = codecs.lookup(label.strip())
        # Text encodings only: `hex` and `zlib` are codecs too.
        "".encode(info.name)
    except (LookupError, ValueError):
        return None
    return _BROWSERS_READ.get(info.name, info.name)
