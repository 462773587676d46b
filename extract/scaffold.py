"""A rule file for a new outlet, begun from one of its pages."""

from collections import Counter
from datetime import date
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extract.decode import decode
from extract.lines import read_lines
from extract.prune import drop_dead
from extract.sniff import refuse_other_files
from extract.tree import parse
from extract.unfold import unfold

_MAX_CANDIDATES = 5


def scaffold(html: bytes, url: str, day: date) -> str:
    """Write the file for a new outlet, ready to be edited.

    Args:
        html: a page of the outlet.
        url: its address.
        day: when it was captured.

    Raises:
        ExtractError: the bytes hold no page.

    >>> page = b"<div class='txt'><p>" + b"It was told well, at length. " * 3 + b"</div>"
    >>> print(scaffold(page, "https://www.x.test/a", date(2026, 1, 2)))
    # Save as rules/x_test.toml in the archive; one [[rules]] for each look of the site.
    hosts = ["x.test"]
    <BLANKLINE>
    [[rules]]
    from = 2026-01-02
    seen = "https://www.x.test/a"
    # drop = []        # elements that are no part of the article
    # standfirst = []  # the element that holds it
    # body = []        # the elements that hold the body; this page has:
    #   //div[@class='txt']  (69 characters of prose)
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    name = host.replace(".", "_").replace("-", "_")
    lines = [
        f"# Save as rules/{name}.toml in the archive; one [[rules]] for each look of the site.",
        f'hosts = ["{host}"]',
        "",
        "[[rules]]",
        f"from = {day.isoformat()}",
        f'seen = "{url}"',
        "# drop = []        # elements that are no part of the article",
        "# standfirst = []  # the element that holds it",
        "# body = []        # the elements that hold the body; this page has:",
    ]
    lines += [f"#   {path}  ({n} characters of prose)" for path, n in _containers(html)]
    return "\n".join(lines)


def _containers(html: bytes) -> list[tuple[str, int]]:
    """Name the elements that hold the most paragraphs, most prose first."""
    refuse_other_files(html)
    root = parse(decode(html)[0])
    unfold(root)
    drop_dead(root)
    weights: Counter[str] = Counter()
    for line in read_lines(root):
        parent = line.element.getparent()
        if line.is_prose and parent is not None:
            weights[_path(parent)] += line.chars
    return weights.most_common(_MAX_CANDIDATES)


def _path(element: HtmlElement) -> str:
    for attribute in ("id", "class"):
        value = element.get(attribute)
        if value and "'" not in value:
            return f"//{element.tag}[@{attribute}='{value}']"
    return f"//{element.tag}"
