"""Lists of sites to be added at once: OPML, or one address a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from archive.errors import MicroficheError

_MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One site of a list: its address, and its feed and name where the list has them."""

    url: str
    feed: str | None = None
    name: str | None = None


def read_list(path: Path) -> list[Listed]:
    """The sites of a file, each once, in its order.

    Source: http://opml.org/spec2.opml (outlines of type rss).

    Raises:
        MicroficheError: it cannot be read, or names none.
    """
    try:
        data = path.read_bytes()[: _MAX_BYTES + 1]
    except OSError as error:
        raise MicroficheError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise MicroficheError(f"{path}: longer than {_MAX_BYTES:,} bytes; cut it into several")
    found = (
        _outlines(path, data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else _lines(data)
    )
    sites = list({listed.url: listed for listed in found}.values())
    if not sites:
        raise MicroficheError(f"{path}: names no site; expected OPML, or one address a line")
    return sites


def _lines(data: bytes) -> Iterator[Listed]:
    for line in data.decode("utf-8-sig", "replace").splitlines():
        address = line.partition(" #")[0].strip()
        if address and not address.startswith("#"):
            yield Listed(address)


def _outlines(path: Path, data: bytes) -> Iterator[Listed]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise MicroficheError(f"{path}: no OPML: {error.msg}; expected <opml>") from error
    for outline in root.iter("outline"):
        feed, home = outline.get("xmlUrl"), outline.get("htmlUrl")
        if url := home or feed:
            yield Listed(url, feed, outline.get("title") or outline.get("text"))
