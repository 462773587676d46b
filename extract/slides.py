"""Slideshows inside a story: the captions of their pictures are no paragraphs of it."""

import re
from collections import defaultdict

from extract.body import find_container
from extract.lines import Line

_NUMBERED = re.compile(r"^(\d{1,3})\s?(?:/|of)\s?(\d{1,3})\b")
# Shorter counts are scores and fractions.
_MIN_SLIDES = 5
_MIN_NUMBERED_SHARE = 0.8
# With less around them the slides are the story.
_MIN_STORY_CHARS = 1_500


def find_slides(lines: list[Line]) -> list[Line]:
    """Find the chosen lines of a slideshow that counts its pictures, beside a story of its own.

    Args:
        lines: all lines, the body chosen.
    """
    chosen = [line for line in lines if line.chosen]
    counted: dict[int, dict[int, Line]] = defaultdict(dict)
    for line in chosen:
        if match := _NUMBERED.match(line.text):
            counted[int(match[2])].setdefault(int(match[1]), line)
    for total, slides in counted.items():
        if total < _MIN_SLIDES or len(slides) < _MIN_NUMBERED_SHARE * total or 1 not in slides:
            continue
        container = find_container(list(slides.values()))
        inside = [line for line in chosen if container in line.element.iterancestors()]
        known = {id(line) for line in inside}
        story = sum(x.chars for x in chosen if x.is_prose and id(x) not in known)
        if story >= _MIN_STORY_CHARS:
            return inside
    return []
