"""``[[rights]]``: one rule as people write it."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from archive.rights.rules import Access, Rule, spans_of
from archive.times import from_timestamp

_MOMENT = re.compile(r"\d{4}(?:-?\d\d){0,2}(?:[T ]?\d\d(?::?\d\d){0,2}Z?)?")
_ARTICLE_ID = r"^([0-7][0-9a-f]{15})?$"


def _address(value: str) -> str:
    if value:
        spans_of(value)
    return value


def _digits(value: object) -> object:
    """Digits of a timestamp, cut short or not; TOML's own dates are fine, too."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    if isinstance(value, date):
        value = value.isoformat()[:19]
    if not isinstance(value, str) or not value:
        return value
    digits = re.sub(r"\D", "", value)
    try:
        from_timestamp((digits + "00000101000000"[len(digits) :])[:14])
    except ValueError:
        digits = ""
    if not digits or not _MOMENT.fullmatch(value):
        raise ValueError("expected a date such as 2026, 2026-03 or 2026-03-01")
    return digits


Address = Annotated[str, AfterValidator(_address)]
Moment = Annotated[str, BeforeValidator(_digits)]


class Right(BaseModel):
    """``[[rights]]``: who may see what; of several rules the first that fits decides."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    access: Access = Field(
        description="`open`; `embargo`, with `until`: for the staff until then; `staff`; "
        "`blocked`: for nobody (HTTP 451)."
    )
    address: Address = Field(
        "",
        description="Captures of this address, in any spelling; of all that start so, where it "
        "ends with `*`; of a host and its subdomains: `*.example.org`.",
    )
    source: str = Field("", description="Captures of this source, by its id.")
    captured_from: Moment = Field("", description="Captures from this date on (UTC).")
    captured_to: Moment = Field("", description="Captures up to this date, the day included.")
    record: str = Field("", description="This capture alone: a WARC-Record-ID.")
    article: str = Field(
        "", pattern=_ARTICLE_ID, description="All captures of this article, by its id."
    )
    until: datetime | date | None = Field(
        None, description="Of an embargo: the first day (UTC), or moment, on which it is over."
    )
    reason: str = Field(
        "", description="Told to whoever asks for it; needed where `access` is `blocked`."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.access is Access.EMBARGO) != (self.until is not None):
            raise ValueError("`until` belongs to an embargo, and an embargo needs it")
        if self.access is Access.BLOCKED and not self.reason:
            raise ValueError(
                "a blocked page needs a `reason`, which is shown to whoever asks for it"
            )
        if self.captured_to and self.captured_from.ljust(14, "0") > self.captured_to.ljust(14, "9"):
            raise ValueError("no capture is between: `captured_from` is later than `captured_to`")
        return self

    def rule(self) -> Rule:
        """The same as it is applied."""
        return Rule(
            access=self.access,
            spans=spans_of(self.address) if self.address else (),
            source=self.source,
            since=self.captured_from,
            until=self.captured_to.ljust(14, "9") if self.captured_to else "",
            record=self.record.strip("<>"),
            article=int(self.article, 16) if self.article else None,
            over=_over(self.until),
            reason=self.reason,
        )


def _over(until: datetime | date | None) -> datetime | None:
    if until is None or isinstance(until, datetime):
        return until.replace(tzinfo=UTC) if until and until.tzinfo is None else until
    return datetime.combine(until, time(), UTC)
