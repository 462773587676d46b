"""One gzip member for each record, as fast as the machine can.

ISA-L where it is installed, zlib elsewhere: ordinary gzip members either way.
"""

import zlib
from collections.abc import Callable
from typing import Final, Protocol

try:
    from isal import isal_zlib as fast_zlib
except ImportError:  # there is no wheel for every machine
    import zlib as fast_zlib  # type: ignore[no-redef]

# To mypy the class that isal raises is a value.
_fast_error: type[Exception] = fast_zlib.error  # type: ignore[assignment]
HAVE_ISAL: Final = fast_zlib is not zlib
DEFLATE_ERRORS: Final[tuple[type[Exception], ...]] = (zlib.error, _fast_error)

# CPU-ms a record and share left, 60 real pages as received (gzip) and decoded:
#   isal 0: 0.34 (123%), 0.94 (22.9%)    isal 1: 0.18 (100%), 0.98 (21.3%)
#   isal 3: 0.66 (100%), 3.16 (20.4%)
#   zlib 1: 2.2, 4.3 (21.6%)   zlib 4: 2.4, 7.2 (18.9%)   zlib 6: 2.4, 11.5 (17.9%)   zlib 9: 17.7
# Bodies are mostly compressed already, so the fast levels lose nothing.
ISAL_LEVEL: Final = 1
ZLIB_LEVEL: Final = 4
GZIP_WBITS: Final = 31


class Decompressor(Protocol):
    """What `zlib.decompressobj` gives."""

    unused_data: bytes
    unconsumed_tail: bytes
    eof: bool

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        """Take compressed bytes, give at most ``max_length`` plain ones (0: no limit)."""


class Compressor(Protocol):
    """What `zlib.compressobj` gives."""

    def compress(self, data: bytes, /) -> bytes:
        """Take plain bytes, give what can be given so far."""

    def flush(self) -> bytes:
        """The rest."""


def gzip_member(data: bytes) -> bytes:
    """Compress ``data`` into one whole gzip member, without name or time.

    >>> zlib.decompress(gzip_member(b"WARC/1.1"), GZIP_WBITS)
    b'WARC/1.1'
    """
    return _compress(data)


def gzip_compressor() -> Compressor:
    """What makes one gzip member piece by piece, as `gzip_member` does in one."""
    level = ISAL_LEVEL if HAVE_ISAL else ZLIB_LEVEL
    found: Compressor = fast_zlib.compressobj(level, zlib.DEFLATED, GZIP_WBITS)
    return found


def gzip_decompressor() -> Decompressor:
    """A decompressor of one gzip member; it stops at the member's end and checks its CRC."""
    found: Decompressor = fast_zlib.decompressobj(GZIP_WBITS)
    return found


def crc32(data: bytes) -> int:
    """The CRC-32 of ``data``, as in gzip."""
    found: int = fast_zlib.crc32(data)
    return found


def _fastest() -> Callable[[bytes], bytes]:
    level = ISAL_LEVEL if HAVE_ISAL else ZLIB_LEVEL
    return lambda data: fast_zlib.compress(data, level, GZIP_WBITS)


_compress: Final = _fastest()
