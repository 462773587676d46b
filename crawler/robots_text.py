"""The text of a robots.txt: its encoding, its lines, and the group that speaks of us.

Source: RFC 9309, 2.1 and 2.2; what its grammar leaves open is read as Google's parser reads it.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_END = re.compile(r"[\r\n]+")
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_KEY = re.compile(r"([^:\s]+(?:[ \t][^:\s]+)?)[ \t]*:[ \t]*(.*)|(\S+)[ \t]+(\S+)")
_ADDRESS = re.compile(r"https?://[^/\s]+(?=/)", re.IGNORECASE)
# RFC 9309, 2.2.1: a product token is of these and nothing else.
_TOKEN = re.compile(r"[a-z_-]+")
_NAMES = ("user-agent", "disallow", "allow", "crawl-delay", "sitemap")
# Misspelt often enough to be known, and safe to read: both only ever bind us more.
_MAY_BE_MISSPELT = ("user-agent", "disallow")
_ALIKE = 0.84


@dataclass(frozen=True, slots=True)
class Said:
    """What a robots.txt says to us."""

    rules: tuple[str, ...]
    """Its allow, disallow and crawl-delay lines for us, in plain spelling."""
    sitemaps: tuple[str, ...]


def read_robots(body: bytes, *, agent: str) -> Said | None:
    r"""What a robots.txt says to us; None where it cannot be understood at all.

    >>> read_robots(b"User-agent: a\nX: 1\nUser-agent: *\nDisallow: /x", agent="a").rules
    ('disallow: /x',)
    >>> read_robots(b"\x00\xd8\x13\xff\x00\x02\xfe", agent="a") is None
    True
    >>> read_robots(b"<!DOCTYPE html><title>Not found</title>", agent="a").rules
    ()

    Args:
        body: Content-decoded.
        agent: Our product token.
    """
    text = _decode(body)
    pairs = list(_pairs(text))
    if not pairs and _is_noise(text or body.decode("latin-1")):
        return None
    groups: list[tuple[set[str], list[str]]] = []
    naming = False
    for name, value in pairs:
        if name == "user-agent":
            if not naming:
                groups.append((set(), []))
            naming = True
            # Some name several in one line: what binds us more is what was meant.
            groups[-1][0].update(name.strip() for name in value.lower().split(","))
        elif name != "sitemap" and groups:
            # Only a rule ends the naming: other records do not interfere (RFC 9309, 2.2.4).
            naming = naming and name == "crawl-delay"
            groups[-1][1].append(f"{name}: {value}")
    ours = [rules for names, rules in groups if any(_is_ours(named, agent) for named in names)]
    every = [rules for names, rules in groups if any(_is_everyone(named) for named in names)]
    return Said(
        tuple(rule for rules in ours or every for rule in rules),
        tuple(value for name, value in pairs if name == "sitemap"),
    )


def _decode(body: bytes) -> str:
    encoding = next((name for bom, name in _BOMS if body.startswith(bom)), None)
    if encoding is None and (zeros := body.count(0)) > len(body) // 3:
        # Every second byte is zero: UTF-16 without a mark.
        encoding = "utf-16-be" if body[::2].count(0) * 2 > zeros else "utf-16-le"
    text = body.decode(encoding or "utf-8", "replace").lstrip("\ufeff").replace("\0", "")
    # Rules that an editor has made a page of: <br> ends a line there.
    return unescape(_TAG.sub("\n", text)) if "<" in text else text


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    if not _LINE_END.search(text.strip()):
        # One line in which somebody has written the ends of lines down.
        text = text.replace("\\r", "").replace("\\n", "\n")
    for line in _LINE_END.split(text):
        found = _KEY.match(line.partition("#")[0].strip())
        if found is None:
            continue
        key, value = (found[1], found[2]) if found[1] else (found[3], found[4])
        if name := _name(key.lower()):
            plain = value.strip().strip("\"'")
            # A rule is a path; who writes an address means its path.
            yield name, _ADDRESS.sub("", plain) if name == "disallow" else plain


def _name(key: str) -> str | None:
    if key in _NAMES:
        return key
    if len(key) > 16:
        return None
    alike = (name for name in _MAY_BE_MISSPELT if _likeness(name, key) >= _ALIKE)
    return next(alike, None)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _is_everyone(named: str) -> bool:
    return named == "*" or named.startswith("* ")


def _is_ours(named: str, agent: str) -> bool:
    """Tell whether a group names us: the whole token, whatever follows it, a version above all."""
    token = _TOKEN.match(named)
    return agent.lower() in (token[0] if token else "", named.partition("/")[0])


def _is_noise(text: str) -> bool:
    """Tell whether this is no text at all; a page or a note without rules forbids nothing."""
    strange = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in text)
    return strange * 10 > len(text)
