"""What may be wrong with a request, as the OpenAPI document says it.

Source: RFC 9457.
"""

from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error: ``detail`` says what is wrong and what to do."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["article 'nonsense': not in the index; look for it with search"])
    instance: str = Field(examples=["/api/v1/articles/nonsense"])


def _described(text: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _described("No request that can be read"),
    401: _described("For the staff, and no token of theirs"),
    404: _described("Nothing answers to that name"),
    422: _described("A parameter that cannot be understood"),
    503: _described("It would take too long, and was stopped"),
}
"""For every operation."""
