"""What the styles within pages refer to, read once for all the pages that carry the same."""

import re
from hashlib import blake2b
from threading import Lock

from archive.replay.css import find_addresses

# Pages of one site carry the same few style sheets inline, 100 kB and more of them: reading those
# again for every page is more than half of what a real page costs (5.4 of 9.5 CPU-ms). Shorter ones
# are read as fast as they are looked up.
_MIN_REMEMBERED_CHARS = 1024
_MAX_REMEMBERED = 256
#: No page is given more (`crawler.discovery.requisites`).
MAX_ADDRESSES = 400
# Without any of these no address is in it. A backslash may spell each of them otherwise.
_CLUES = ("url(", "src(", "@import", "image-set(", "\\")

# What of a sheet may hold an address or hide one, where nothing is escaped or imported.
_PIECE = re.compile(
    r"""/\*(?:[^*]|\*(?!/))*+\*/|"[^"\n\r\f]*+"|'[^'\n\r\f]*+'
    |(?<![\w\-\u0080-\U0010ffff])url\([ \t\n]*+
     (?:"([^"\n\r\f]*+)"|'([^'\n\r\f]*+)'|([^"'()\s\x00-\x1f\x7f]*+))[ \t\n]*+\)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_PLAIN = ("\\", "@import", "src(", "image-set(", "\0", "\r", "\f")

_remembered: dict[bytes, tuple[str, ...]] = {}
_lock = Lock()


def find_in_style(css: str) -> tuple[str, ...]:
    """The addresses in the text of a ``<style>`` or a ``style`` attribute, in their order.

    At most `MAX_ADDRESSES`.

    >>> find_in_style("a { background: url(b.png) }"), find_in_style("a { color: red }")
    (('b.png',), ())
    """
    lower = css.lower()
    if not any(clue in lower for clue in _CLUES):
        return ()
    if len(css) < _MIN_REMEMBERED_CHARS:
        return _find(css, lower)
    key = blake2b(css.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    with _lock:
        found = _remembered.pop(key, None)
    if found is None:
        found = _find(css, lower)
    with _lock:
        # Put back as the latest; the one not asked for longest goes first.
        _remembered[key] = found
        if len(_remembered) > _MAX_REMEMBERED:
            del _remembered[next(iter(_remembered))]
    return found


def _find(css: str, lower: str) -> tuple[str, ...]:
    """Read a plain sheet at a glance: half the time; any other as replay will."""
    if any(word in lower for word in _NOT_PLAIN):
        return find_addresses(css)[:MAX_ADDRESSES]
    found: list[str] = []

    def note(match: re.Match[str]) -> str:
        if match.lastindex and match[match.lastindex].lstrip()[:5].lower() != "data:":
            found.append(match[match.lastindex])
        return ""

    rest = _PIECE.sub(note, css)
    # Whatever is left over of a string, a comment or an address is not as plain as it looked.
    if any(mark in rest for mark in ('"', "'", "/*")) or "url(" in rest.lower():
        return find_addresses(css)[:MAX_ADDRESSES]
    return tuple(found[:MAX_ADDRESSES])
