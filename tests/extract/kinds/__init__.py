"""Labelled pages of our own, a TOML file a group: what each models, its language, its kind."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_URL = "https://tidewater-post.test/news/2026/a-story-91"


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with the kind a librarian would give it."""

    name: str
    models: str
    """The public report or the product that it is modelled on."""
    language: str
    kind: str
    html: str
    url: str = DEFAULT_URL
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    needs_script: bool = False
    paywall: str | None = None


def iter_labelled() -> Iterator[LabelledPage]:
    """Read all labelled pages."""
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for row in tomllib.loads(path.read_text("utf-8"))["page"]:
            yield LabelledPage(**row)
