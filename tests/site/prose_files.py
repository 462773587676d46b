"""Read the hand-written stories and fill the paragraphs that they share.

Each story brings a headline, a standfirst, three paragraphs of its own and the names and
figures that fit it. Longer articles go on with paragraphs from a bank, filled with those
facts, so that no two articles have a paragraph in common.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROSE = Path(__file__).parent / "prose"


@dataclass(frozen=True, slots=True)
class Story:
    """One hand-written story; ``facts`` fill the slots of the bank's paragraphs."""

    slug: str
    section: str
    headline: str
    standfirst: str
    facts: dict[str, str]
    paragraphs: tuple[str, ...]
    edited: str
    retitled: str
    agency: str
    quirks: frozenset[str]


def parse_story(text: str) -> Story:
    r"""Read one story: ``key: value`` lines, an empty line, a paragraph a line.

    >>> parse_story("slug: a\nheadline: H: I\nstandfirst: s\nsection: x\nname: N\n\nText.").headline
    'H: I'
    """
    head, _, body = text.strip().partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if not line.startswith("#"))
    facts_line = next((line for line in head.splitlines() if " | " in line), "name: ")
    facts = dict(pair.split(": ", 1) for pair in facts_line.split(" | "))
    facts |= {key.capitalize(): value[:1].upper() + value[1:] for key, value in facts.items()}
    return Story(
        slug=fields["slug"],
        section=fields["section"],
        headline=fields["headline"],
        standfirst=fields["standfirst"],
        facts=facts,
        paragraphs=tuple(line for line in body.splitlines() if line),
        edited=fields.get("edited", ""),
        retitled=fields.get("retitled", ""),
        agency=fields.get("agency", ""),
        quirks=frozenset(fields.get("quirks", "").split()),
    )


@cache
def stories(language: str) -> tuple[Story, ...]:
    """All stories of a language, in the order of the file."""
    text = (PROSE / f"{language}.txt").read_text(encoding="utf-8")
    return tuple(parse_story(part) for part in text.split("\n===\n"))


@cache
def bank(language: str) -> tuple[str, ...]:
    """Paragraphs with slots, for the second half of longer articles."""
    text = (PROSE / f"bank_{language}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)


def continued(story: Story, language: str, *, at: int, count: int) -> tuple[str, ...]:
    """Take ``count`` paragraphs of the bank from ``at`` on, filled with the story's facts."""
    pool = bank(language)
    # 7 is coprime to the 20 paragraphs of a bank: a stride that repeats none of them.
    chosen = (pool[(at + 7 * step) % len(pool)] for step in range(count))
    return tuple(paragraph.format_map(story.facts) for paragraph in chosen)
