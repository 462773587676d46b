"""One gzip member for each record, as fast as the machine can.

ISA-L where it is installed, zlib elsewhere: ordinary gzip members either way.
"""

import zlib
from collections.abc import Callable
from typing import Final

# CPU-ms a record and share left, 60 real pages as received (gzip) and decoded:
#   isal 0: 0.34 (123%), 0.94 (22.9%)    isal 1: 0.18 (100%), 0.98 (21.3%)
#   isal 3: 0.66 (100%), 3.16 (20.4%)
#   zlib 1: 2.2, 4.3 (21.6%)   zlib 4: 2.4, 7.2 (18.9%)   zlib 6: 2.4, 11.5 (17.9%)   zlib 9: 17.7
# Bodies are mostly compressed already, so the fast levels lose nothing.
ISAL_LEVEL: Final = 1
ZLIB_LEVEL: Final = 4
GZIP_WBITS: Final = 31


def gzip_member(data: bytes) -> bytes:
    """Compress ``data`` into one whole gzip member, without name or time.

    >>> zlib.decompress(gzip_member(b"WARC/1.1"), GZIP_WBITS)
    b'WARC/1.1'
    """
    return _compress(data)


def _fastest() -> Callable[[bytes], bytes]:
    try:
        from isal import isal_zlib  # noqa: PLC0415 - there is no wheel for every machine
    except ImportError:
        return lambda data: zlib.compress(data, ZLIB_LEVEL, GZIP_WBITS)
    return lambda data: isal_zlib.compress(data, ISAL_LEVEL, GZIP_WBITS)


_compress: Final = _fastest()
