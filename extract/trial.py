"""A rule file tried on a page: what each selector matches, and what the rules change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import unified_diff

from extract.article import Article
from extract.decode import Headers, decode
from extract.errors import OutletError
from extract.hosts import host_of
from extract.page import extract, read_body
from extract.prune import drop_dead
from extract.rules import OutletRules, choose, find_elements, parse_outlet
from extract.sniff import refuse_other_files
from extract.tree import parse
from extract.unfold import unfold

_WIDTH = 96
_FIELDS = ("title", "standfirst", "authors", "published", "credit", "language", "kind", "paywall")


@dataclass(frozen=True, slots=True)
class Match:
    """What one selector finds on a page."""

    kind: str
    """``drop``, ``body`` or ``standfirst``."""
    path: str
    elements: int
    chars: int
    """Characters of text in them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A page read without and with a set of rules."""

    rules: OutletRules
    matches: tuple[Match, ...]
    without: Article
    ruled: Article

    @property
    def idle(self) -> tuple[Match, ...]:
        """The selectors that found nothing."""
        return tuple(match for match in self.matches if not match.elements)


def rules_for(text: str, *, name: str, url: str, day: date) -> OutletRules:
    r"""Read a rule file and choose its rules for a page, by its host and the day of its capture.

    Raises:
        OutletError: the file is broken, is for other hosts, or has no rules for the day.

    >>> text = 'hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-02\nbody = "//article"'
    >>> rules_for(text, name="x", url="https://www.x.test/a", day=date(2026, 3, 1)).body
    ('//article',)
    """
    hosts, sets = parse_outlet(text, name=name)
    host = host_of(url)
    if host not in hosts:
        known = ", ".join(hosts) or "none"
        raise OutletError(
            f"{name}.toml: its hosts ({known}) do not have {host or 'a host of'} {url}; "
            "add the host without www., or name a page of theirs"
        )
    rules = choose(sets, day)
    if rules is None:
        days = ", ".join(f"{one.first_day} to {one.last_day or 'now'}" for one in sets) or "none"
        raise OutletError(
            f"{name}.toml: no [[rules]] for {day}, the day of the capture; there are: {days}"
        )
    return rules


def try_rules(
    html: bytes,
    rules: OutletRules,
    *,
    url: str,
    headers: Headers | None = None,
    captured_at: datetime | None = None,
) -> Trial:
    """Read a page without and with rules.

    Raises:
        ExtractError: the page cannot be read.
    """
    refuse_other_files(html)
    nothing = OutletRules("none", date.min, None)
    without, ruled = (
        extract(html, url=url, headers=headers, captured_at=captured_at, rules=chosen)
        for chosen in (nothing, rules)
    )
    return Trial(rules, tuple(_iter_matches(html, rules, url, headers)), without, ruled)


def _iter_matches(
    html: bytes, rules: OutletRules, url: str, headers: Headers | None
) -> Iterator[Match]:
    """Count at the moment when each kind is applied: ``body`` sees what pruning has left."""
    root = parse(decode(html, headers)[0])
    unfold(root)
    drop_dead(root)
    for kind in ("drop", "body", "standfirst"):
        for path in getattr(rules, kind):
            found = find_elements(root, path)
            chars = sum(len("".join(element.itertext()).strip()) for element in found)
            yield Match(kind, path, len(found), chars)
        if kind == "drop":
            read_body(root, url, rules)


def report(trial: Trial) -> Iterator[str]:
    """Tell a trial line by line: selectors, fields side by side, lines gone and come."""
    rules = trial.rules
    yield f"{trial.ruled.url}"
    yield f"rules {rules.name}.toml, from {rules.first_day} to {rules.last_day or 'now'}"
    yield ""
    yield "SELECTORS: what each finds on this page"
    for match in trial.matches:
        plural = "" if match.elements == 1 else "s"
        found = f"{match.elements} element{plural}, {match.chars} characters"
        yield f"{match.kind:11} {found if match.elements else 'NOTHING':32} {match.path}"
    if not trial.matches:
        yield "none: write drop, body or standfirst into the file"
    yield ""
    yield "FIELDS: without the rules, with them"
    for name in _FIELDS:
        before, after = _show(trial.without, name), _show(trial.ruled, name)
        yield f"{name:11} {_cut(before)}"
        if before != after:
            yield f"{'':11} → {_cut(after)}"
    yield ""
    yield from _changes(trial)


def _changes(trial: Trial) -> Iterator[str]:
    before, after = (a.all_text.split("\n") for a in (trial.without, trial.ruled))
    changes = list(unified_diff(before, after, n=0, lineterm=""))
    lines = [line for line in changes[2:] if not line.startswith("@@")]
    gone, come = (sum(line.startswith(sign) for line in lines) for sign in "-+")
    yield (
        f"BODY: {len(trial.without.text)} characters without, {len(trial.ruled.text)} with; "
        f"lines gone (-): {gone}, come (+): {come}"
    )
    yield from (f"{line[0]} {_cut(line[1:])}" for line in lines)


def _show(article: Article, name: str) -> str:
    value = article.to_dict()[name]
    return "; ".join(value) if isinstance(value, list) else str(value or "–")


def _cut(text: str) -> str:
    line = " / ".join(text.split("\n"))
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
