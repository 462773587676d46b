"""Frames of Zstandard one after another, as WARC files have them: one for each record.

Source: Zstandard Compression for WARC Files 1.0 (IIPC): a dictionary for all frames may stand at
the head of the file, in a skippable frame of its own, itself compressed or not. RFC 8878.
"""

import io
from collections.abc import Callable
from typing import Any, BinaryIO

import zstandard

from archive.warc.members import Damaged

FRAME_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"

# Blocks of 128 KiB may be coded in 4 bytes: what one step expands to stays below 130 MB.
_STEP = 4096
_MAX_WINDOW = 1 << 27
# zstd makes them of 110 KiB unless told otherwise.
_MAX_DICTIONARY_BYTES = 64 << 20


class ZstdFrames(io.RawIOBase):
    """The content of all frames; a damaged one is reported and left out.

    Args:
        file: At its beginning, which may be a dictionary.
        on_damage: Told, in one line, of each frame that cannot be read.

    Raises:
        Damaged: the dictionary cannot be read.
    """

    def __init__(self, file: BinaryIO, on_damage: Callable[[str], None]) -> None:
        super().__init__()
        self._file, self._on_damage = file, on_damage
        dictionary = _read_dictionary(file)
        self._decompressor = zstandard.ZstdDecompressor(
            dict_data=dictionary, max_window_size=_MAX_WINDOW
        )
        self._frame: Any = None
        self._coded = b""
        # A view: what one step expands to is given out in many pieces, and not copied for each.
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, into: Any) -> int:  # noqa: ANN401 - a writable buffer
        """Fill a buffer as far as one step goes; 0 at the end of the file."""
        while not self._plain and self._step():
            pass
        count = min(len(into), len(self._plain))
        into[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _step(self) -> bool:
        self._coded = self._coded or self._file.read(_STEP)
        if not self._coded:
            if self._frame is not None:
                self._frame = None
                self._on_damage("the last zstd frame breaks off at the end of the file")
            return False
        if self._frame is None:
            self._frame = self._decompressor.decompressobj()
        try:
            self._plain = memoryview(self._frame.decompress(self._coded))
        except zstandard.ZstdError as error:
            self._on_damage(f"a zstd frame is damaged: {error}")
            self._find_next_frame()
            return True
        self._coded = b""
        if self._frame.eof:
            self._coded, self._frame = self._frame.unused_data, None
        return True

    def _find_next_frame(self) -> None:
        """To the next magic number; not the one that a step may have begun with."""
        self._frame = None
        window = self._coded[1:]
        while (at := window.find(FRAME_MAGIC)) < 0:
            more = self._file.read(_STEP)
            if not more:
                self._coded = b""
                return
            window = window[1 - len(FRAME_MAGIC) :] + more
        self._coded = window[at:]


def _read_dictionary(file: BinaryIO) -> zstandard.ZstdCompressionDict | None:
    head = file.read(8)
    if not head.startswith(DICTIONARY_MAGIC):
        file.seek(0)
        return None
    length = int.from_bytes(head[4:], "little")
    if length > _MAX_DICTIONARY_BYTES:
        raise Damaged(f"a zstd dictionary of {length} bytes, expected one that fits in memory")
    content = file.read(length)
    try:
        if content.startswith(FRAME_MAGIC):
            reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
            with reader.stream_reader(content) as stream:
                content = stream.read(_MAX_DICTIONARY_BYTES)
        return zstandard.ZstdCompressionDict(content)
    except zstandard.ZstdError as error:
        raise Damaged(f"the zstd dictionary cannot be read: {error}") from error
