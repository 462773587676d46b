"""Rules for single outlets, one dated file each, where the general rules do worst.

A file names its hosts and holds sets of rules, each with the day from which and until which the
outlet's pages looked so: a page of 2023 is read by the rules of 2023. All rules are XPath.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from extract.errors import OutletError

_KEYS = frozenset({"from", "until", "seen", "drop", "body", "standfirst"})
_PATHS = ("drop", "body", "standfirst")


@dataclass(frozen=True, slots=True)
class OutletRules:
    """One set of rules of one outlet.

    ``drop`` are elements that are no part of the article, ``body`` the elements whose lines are
    the body (all else is not), ``standfirst`` the element that holds it.
    """

    name: str
    first_day: date
    last_day: date | None
    drop: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    standfirst: tuple[str, ...] = ()

    def find(self, root: HtmlElement, kind: str) -> list[HtmlElement]:
        """Find the elements that the rules of one kind (``drop``, …) name."""
        paths: tuple[str, ...] = getattr(self, kind)
        found = (element for path in paths for element in root.xpath(path))
        return [element for element in found if isinstance(element, HtmlElement)]


def find_rules(url: str, day: date) -> OutletRules | None:
    """Find the rules for a page by its host and the day of its capture.

    >>> find_rules("https://www.taipeitimes.com/News/a", date(2024, 10, 16)).name
    'taipeitimes'
    >>> find_rules("https://www.taipeitimes.com/News/a", date(2003, 1, 1)) is None
    True
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    for rules in _by_host().get(host, ()):
        if rules.first_day <= day and (rules.last_day is None or day <= rules.last_day):
            return rules
    return None


@cache
def _by_host() -> dict[str, tuple[OutletRules, ...]]:
    table: dict[str, tuple[OutletRules, ...]] = {}
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".toml"):
            text = file.read_text("utf-8")
            hosts, rules = parse_outlet(text, name=file.name.removesuffix(".toml"))
            table |= dict.fromkeys(hosts, rules)
    return table


def parse_outlet(text: str, *, name: str) -> tuple[tuple[str, ...], tuple[OutletRules, ...]]:
    """Read an outlet's file: its hosts, and its sets of rules, newest first.

    Raises:
        OutletError: the file is no TOML, a key is missing or unknown, or a path is no XPath.

    >>> parse_outlet('hosts = ["x.test"]', name="x")
    (('x.test',), ())
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OutletError(f"{name}.toml: {error}") from error
    hosts = data.get("hosts")
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise OutletError(f"{name}.toml: hosts must be a list of host names, found {hosts!r}")
    rules = [_read_rules(name, table) for table in data.get("rules", ())]
    return tuple(hosts), tuple(sorted(rules, key=lambda r: r.first_day, reverse=True))


def _read_rules(name: str, table: dict[str, Any]) -> OutletRules:
    unknown = set(table) - _KEYS
    if unknown:
        raise OutletError(f"{name}.toml: unknown key {min(unknown)!r}; known: {sorted(_KEYS)}")
    if not isinstance(table.get("from"), date):
        raise OutletError(f"{name}.toml: each [[rules]] needs from = YYYY-MM-DD")
    paths = {key: _check_paths(name, table.get(key, ())) for key in _PATHS}
    return OutletRules(name, table["from"], table.get("until"), **paths)


def _check_paths(name: str, paths: str | Iterable[str]) -> tuple[str, ...]:
    checked = (paths,) if isinstance(paths, str) else tuple(paths)
    for path in checked:
        try:
            etree.XPath(path)
        except etree.XPathSyntaxError as error:
            raise OutletError(f"{name}.toml: {path!r} is no XPath: {error}") from error
    return checked
