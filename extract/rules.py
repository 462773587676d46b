"""Rules for single outlets, one dated file each, where the general rules do worst.

A file names its hosts and holds sets of rules, each with the day from which and until which the
outlet's pages looked so: a page of 2023 is read by the rules of 2023. All rules are XPath.

Those in ``extract/outlets`` come with microfiche. An operator's own are read by the archive, which
makes a `RuleBook` of their texts, asks it for each page, and hands the answer to ``extract``.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, NoReturn, Self

from lxml import etree
from lxml.html import HtmlElement

from extract.errors import OutletError
from extract.hosts import host_of

_KEYS = frozenset({"from", "until", "seen", "drop", "body", "standfirst"})
_PATHS = ("drop", "body", "standfirst")
# To see what sort of thing a path gives.
_NO_PAGE = etree.fromstring("<html/>")


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

    @property
    def digest(self) -> str:
        """What tells these paths from others, 16 hex digits; empty where there are none.

        Names and days do not count: a page that the same paths are for reads the same.

        >>> OutletRules("x", date.min, None, drop=("//nav",)).digest
        '3a2673e47ce06d3d'
        """
        paths = [self.drop, self.body, self.standfirst]
        return hashlib.sha256(json.dumps(paths).encode()).hexdigest()[:16] if any(paths) else ""

    def to_dict(self) -> dict[str, Any]:
        """Give the rules as JSON-ready values."""
        days = {"first_day": self.first_day.isoformat()}
        if self.last_day:
            days["last_day"] = self.last_day.isoformat()
        return {"name": self.name, **days, **{kind: list(getattr(self, kind)) for kind in _PATHS}}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` wrote.

        >>> rules = OutletRules("x", date(2026, 1, 2), None, drop=("//nav",))
        >>> OutletRules.from_dict(rules.to_dict()) == rules
        True
        """
        last = row.get("last_day")
        return cls(
            row["name"],
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(last) if last else None,
            **{kind: tuple(row[kind]) for kind in _PATHS},
        )

    def find(self, root: HtmlElement, kind: str) -> list[HtmlElement]:
        """Find the elements that the rules of one kind (``drop``, …) name."""
        paths: tuple[str, ...] = getattr(self, kind)
        return [element for path in paths for element in find_elements(root, path)]


def find_elements(root: HtmlElement, path: str) -> list[HtmlElement]:
    """Find the elements that an XPath names; attributes and texts that it names are no elements."""
    return [element for element in root.xpath(path) if isinstance(element, HtmlElement)]


def find_rules(url: str, day: date) -> OutletRules | None:
    """Find the rules for a page by its host and the day of its capture.

    >>> find_rules("https://www.taipeitimes.com/News/a", date(2024, 10, 16)).name
    'taipeitimes'
    >>> find_rules("https://www.taipeitimes.com/News/a", date(2003, 1, 1)) is None
    True
    """
    return choose(_by_host().get(host_of(url), ()), day)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """An operator's rule files, before those that come with microfiche.

    ``files`` are the texts in force, by the name of the file; ``by_host`` their sets of rules.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    by_host: Mapping[str, tuple[OutletRules, ...]] = field(default_factory=dict)

    def find(self, url: str, day: date) -> OutletRules | None:
        """Find the rules for a page: the operator's for its day, else those of microfiche."""
        return choose(self.by_host.get(host_of(url), ()), day) or find_rules(url, day)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that there are rules for, the operator's and ours."""
        return frozenset(self.by_host) | frozenset(_by_host())

    @property
    def digests(self) -> frozenset[str]:
        """Of all sets of rules that pages may be read by."""
        books = (self.by_host.values(), _by_host().values())
        return frozenset(one.digest for sets in books for rules in sets for one in rules)

    @property
    def digest(self) -> str:
        """What tells these files from others, 16 hex digits; empty where there are none."""
        if not self.files:
            return ""
        stated = json.dumps(sorted(self.files.items()))
        return hashlib.sha256(stated.encode()).hexdigest()[:16]


def read_book(files: Mapping[str, str]) -> tuple[RuleBook, tuple[str, ...]]:
    r"""Make a book of rule files; a broken one is left out.

    Args:
        files: the text of each, by its name with ``.toml``.

    Returns:
        The book, and a line for each file that is left out: file, line, what is wrong.

    >>> good = 'hosts = ["x.test"]\n[[rules]]\nfrom = 2026-01-02\nbody = "//article"'
    >>> book, problems = read_book({"x.toml": good, "y.toml": 'hosts = "y.test"'})
    >>> book.find("https://www.x.test/a", date(2026, 3, 1)).body
    ('//article',)
    >>> problems
    ("y.toml, line 1: hosts must be a list of host names, found 'y.test'",)
    """
    by_host: dict[str, tuple[OutletRules, ...]] = {}
    kept: dict[str, str] = {}
    problems = []
    for file, text in sorted(files.items()):
        name = file.removesuffix(".toml")
        try:
            hosts, rules = parse_outlet(text, name=name)
            for host in hosts:
                if host in by_host:
                    other = by_host[host][0].name if by_host[host] else "another file"
                    _Place(name, text).refuse(host, f"{host} has rules in {other}.toml already")
        except OutletError as error:
            problems.append(" ".join(str(error).split()))
            continue
        by_host |= dict.fromkeys(hosts, rules)
        kept[file] = text
    return RuleBook(kept, by_host), tuple(problems)


def choose(rules: Iterable[OutletRules], day: date) -> OutletRules | None:
    """Choose the set of rules for a day; the first of several."""
    for one in rules:
        if one.first_day <= day and (one.last_day is None or day <= one.last_day):
            return one
    return None


@cache
def _by_host() -> dict[str, tuple[OutletRules, ...]]:
    table: dict[str, tuple[OutletRules, ...]] = {}
    for file in resources.files("extract").joinpath("outlets").iterdir():
        if file.name.endswith(".toml"):
            text = file.read_text("utf-8")
            hosts, rules = parse_outlet(text, name=file.name.removesuffix(".toml"))
            table |= dict.fromkeys(hosts, rules)
    return table


def parse_outlet(text: str, *, name: str) -> tuple[tuple[str, ...], tuple[OutletRules, ...]]:
    """Read an outlet's file: its hosts, and its sets of rules, newest first.

    Args:
        text: what is in the file.
        name: its name without ``.toml``, for the rules and the messages.

    Raises:
        OutletError: the file is no TOML, a key is missing or unknown, a value is of another sort,
            or a path is no XPath; the message begins with file and line.

    >>> parse_outlet('hosts = ["x.test"]', name="x")
    (('x.test',), ())
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OutletError(f"{name}.toml, line {_broken_line(text)}: {error}") from error
    place = _Place(name, text)
    if unknown := set(data) - {"hosts", "rules"}:
        place.refuse(min(unknown), f"unknown key {min(unknown)!r}; known: hosts, [[rules]]")
    hosts = data.get("hosts")
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        place.refuse("hosts", f"hosts must be a list of host names, found {hosts!r}")
    tables = data.get("rules", [])
    if not isinstance(tables, list):
        place.refuse("rules", "rules must be tables, each begun by [[rules]]")
    rules = [_read_rules(place, table) for table in tables]
    hosts = [host.lower().removeprefix("www.") for host in hosts]
    return tuple(hosts), tuple(sorted(rules, key=lambda r: r.first_day, reverse=True))


def _broken_line(text: str) -> int:
    """The line where a text stops being TOML."""
    # tomllib names it in its message alone; loaded where something is wrong.
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import ParseError  # noqa: PLC0415

    try:
        tomlkit.parse(text)
    except ParseError as error:
        return error.line
    return text.count("\n") + 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file something is wrong."""

    name: str
    text: str

    def refuse(self, what: str, message: str) -> NoReturn:
        """Raise the error, with the first line that holds ``what``."""
        lines = self.text.splitlines()
        number = next((n for n, line in enumerate(lines, 1) if what and what in line), 1)
        raise OutletError(f"{self.name}.toml, line {number}: {message}")


def _read_rules(place: _Place, table: dict[str, Any]) -> OutletRules:
    if unknown := set(table) - _KEYS:
        place.refuse(min(unknown), f"unknown key {min(unknown)!r}; known: {sorted(_KEYS)}")
    days = {key: table[key] for key in ("from", "until") if key in table}
    if "from" not in days or not all(type(day) is date for day in days.values()):
        place.refuse("[[rules]]", "each [[rules]] needs from = YYYY-MM-DD, and may have until")
    paths = {key: _check_paths(place, key, table.get(key, ())) for key in _PATHS}
    return OutletRules(place.name, days["from"], days.get("until"), **paths)


def _check_paths(place: _Place, key: str, stated: object) -> tuple[str, ...]:
    paths = [stated] if isinstance(stated, str) else stated
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        place.refuse(key, f"{key} must be an XPath or a list of them, found {stated!r}")
    for path in paths:
        # As it stands in a file, where quotes may be written with a backslash before them.
        where = path if path in place.text else key
        try:
            found = etree.XPath(path)(_NO_PAGE)
        except etree.XPathError as error:
            place.refuse(where, f"{key}: {path!r} is no XPath: {error}")
        if not isinstance(found, list):
            place.refuse(where, f"{key}: {path!r} names no elements, but gives {found!r}")
    return tuple(paths)
