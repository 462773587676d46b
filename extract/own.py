"""The rules of one outlet at work on its page."""

from lxml.html import HtmlElement

from extract.article import BlockKind
from extract.lines import Line
from extract.prune import Marks
from extract.rules import OutletRules


def find_own_marks(root: HtmlElement, rules: OutletRules | None) -> Marks:
    """Mark the elements that the outlet's rules drop."""
    if rules is None:
        return {}
    return dict.fromkeys(rules.find(root, "drop"), f"outlet {rules.name}")


def apply_rules(root: HtmlElement, lines: list[Line], rules: OutletRules | None) -> None:
    """Let the outlet's rules choose the body, and name the standfirst.

    Where its ``body`` finds nothing on the page (the site has changed), the general choice stays.
    """
    if rules is None:
        return
    bodies = set(rules.find(root, "body"))
    if bodies:
        for line in lines:
            inside = line.rule is None and _stands_in(line, bodies)
            line.chosen = inside and line.kind is not BlockKind.CAPTION
    heads = set(rules.find(root, "standfirst"))
    for line in lines:
        if heads and _stands_in(line, heads):
            line.is_standfirst = True


def _stands_in(line: Line, elements: set[HtmlElement]) -> bool:
    return line.element in elements or any(e in elements for e in line.element.iterancestors())
