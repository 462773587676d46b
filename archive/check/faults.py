"""What can be wrong with a WARC file, in a closed vocabulary."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """Kinds of faults; docs/formats.md explains each."""

    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    FIELD = "field"
    BLOCK_DIGEST = "block_digest"
    PAYLOAD_DIGEST = "payload_digest"
    ENTITY_DIGEST = "entity_digest"
    DUPLICATE_ID = "duplicate_id"
    CONCURRENT = "concurrent"
    REVISIT_TARGET = "revisit_target"
    MANIFEST = "manifest"
    NO_MANIFEST = "no_manifest"
    TIME_STAMP = "time_stamp"
    LEFT_OPEN = "left_open"
    NOT_INDEXED = "not_indexed"
    INDEX_DIFFERS = "index_differs"
    INDEX_DAMAGED = "index_damaged"
    INDEX_UNREADABLE = "index_unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and its exact place; ``offset`` is None for what concerns a whole file."""

    kind: FaultKind
    file: str
    offset: int | None
    message: str
    record_id: str = ""

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file}@{self.offset}"
        return f"{place}: {self.kind.value}: {self.message}"

    def to_dict(self) -> dict[str, str | int | None]:
        """For JSON."""
        return asdict(self) | {"kind": self.kind.value}
