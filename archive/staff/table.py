"""``[limits]``, as people write it."""

from pydantic import BaseModel, ConfigDict, Field


class LimitsTable(BaseModel):
    """``[limits]``: what one client may read; the staff, and this machine itself, have none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_minute: int = Field(
        1200,
        ge=0,
        description="Answers a minute, pictures of archived pages included; beyond that 429 with "
        "`Retry-After`. 0: no limit.",
    )
    bulk_per_minute: int = Field(
        60,
        ge=0,
        description="Of these: JSON, CDX, TimeMaps, feeds, raw records and files of a search. "
        "0: no limit. A server that runs is started again for either.",
    )
