"""What the styles within pages refer to, read once for all the pages that carry the same."""

from hashlib import blake2b
from threading import Lock

from archive.replay.css import find_addresses

# Pages of one site carry the same few style sheets inline, 100 kB and more of them: reading those
# anew for every page is two thirds of what a real page costs (5.6 of 8.5 CPU-ms). Shorter ones
# are read as fast as they are looked up.
_MIN_REMEMBERED_CHARS = 1024
_MAX_REMEMBERED = 256
_MAX_ADDRESSES = 200
# Without any of these no address is in it. A backslash may spell each of them otherwise.
_CLUES = ("url(", "src(", "@import", "image-set(", "\\")

_remembered: dict[bytes, tuple[str, ...]] = {}
_lock = Lock()


def find_in_style(css: str) -> tuple[str, ...]:
    """Every address in the text of a ``<style>`` or a ``style`` attribute, in its order.

    >>> find_in_style("a { background: url(b.png) }"), find_in_style("a { color: red }")
    (('b.png',), ())
    """
    lower = css.lower()
    if not any(clue in lower for clue in _CLUES):
        return ()
    if len(css) < _MIN_REMEMBERED_CHARS:
        return find_addresses(css)
    key = blake2b(css.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    with _lock:
        found = _remembered.pop(key, None)
    if found is None:
        found = find_addresses(css)
    if len(found) <= _MAX_ADDRESSES:
        with _lock:
            # Put back as the latest; the one not asked for longest goes first.
            _remembered[key] = found
            if len(_remembered) > _MAX_REMEMBERED:
                del _remembered[next(iter(_remembered))]
    return found
