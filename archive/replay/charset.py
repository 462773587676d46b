"""Bytes to text as a browser would have read them: BOM, header, meta element, content.

The labels are those of `extract.decode`, which reads the same pages for their text; but there a
declaration that the bytes refute is not believed, and here it is, for browsers believe it.

Source: WHATWG HTML, "Determining the character encoding".
"""

from extract.decode import MARKS, charset_of, declared_in


def decode(body: bytes, *, content_type: str = "", default: str = "cp1252") -> tuple[str, str]:
    r"""Read a document's bytes; gives the text and Python's name of the encoding. Never fails.

    >>> decode("Größe".encode("latin-1"), content_type="text/html; charset=ISO-8859-1")
    ('Größe', 'cp1252')
    >>> decode('<meta charset="koi8-r">Да'.encode("koi8-r"))
    ('<meta charset="koi8-r">Да', 'koi8-r')
    >>> decode("naïve".encode())[1], decode(b"na\xefve")[1]
    ('utf-8', 'cp1252')
    """
    for mark, name in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    stated = charset_of(content_type)
    for name in (*([stated] if stated else []), *(name for name, _ in declared_in(body))):
        return body.decode(name, "replace"), name
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode(default, "replace"), default
