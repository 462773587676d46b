"""Whether a browser reads a page in quirks mode, in which style sheets need no right type.

Source: WHATWG HTML, 13.2.6.4.1 (the "initial" insertion mode); the identifiers that were in use.
"""

import re

_DOCTYPE = re.compile(
    r"(?:\s|\ufeff|<!--(?:(?!-->).)*+-->)*+<!doctype\s+([^>]*)>", re.IGNORECASE | re.DOTALL
)
_QUIRKY = re.compile(
    r"""-//(?:w3c//dtd\ html\ (?:3|4\.0\ frameset|4\.0\ transitional|experimental)
        |w3c//dtd\ w3\ html|ietf//dtd\ html|netscape|microsoft|sun\ micro|w3o//|webtechs
        |advasoft|as//|metrius|o'reilly|softquad|spyglass|sq//)""",
    re.IGNORECASE | re.VERBOSE,
)
# With a system identifier these are read almost by the standard, without one as of old.
_BY_SYSTEM = re.compile(r"-//w3c//dtd html 4\.01 (?:frameset|transitional)//", re.IGNORECASE)


def is_quirky(start: str) -> bool:
    """Tell by the first characters of a page.

    >>> is_quirky("<html>"), is_quirky("<!-- x --><!DOCTYPE html><html>")
    (True, False)
    """
    match = _DOCTYPE.match(start)
    if not match:
        return True
    doctype = match[1]
    if _BY_SYSTEM.search(doctype):
        return "http" not in doctype.lower()
    return not doctype.lower().startswith("html") or _QUIRKY.search(doctype) is not None
