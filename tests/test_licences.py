"""Nothing under GPL or AGPL in the installed environment, transitives included."""

import re
from importlib.metadata import Distribution, distributions

import pytest

# Choices by their own licence expression: one side of an OR is enough.
COPYLEFT = re.compile(r"(?<!L)(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
LESSER = re.compile(r"LGPL|GNU Lesser|Lesser General Public", re.IGNORECASE)
# Ours could never ship these, whatever their metadata say.
TRAPS = {"surt", "pywb", "cdxj-indexer", "wacz", "unidecode", "html2text"}


def licence_of(dist: Distribution) -> list[str]:
    """Every alternative under which a distribution may be used."""
    meta = dist.metadata
    if expression := meta.get("License-Expression"):
        return re.split(r"\s+OR\s+", expression.strip("()"))
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    text = meta.get("License") or ""
    # Some packages put the whole licence text there; its title is enough.
    return classifiers or [" ".join(text.split())[:100]]


def is_copyleft(licence: str) -> bool:
    return bool(COPYLEFT.search(LESSER.sub("", licence)))


def test_no_package_leaves_only_gpl():
    wrong = {
        dist.metadata["Name"]: found
        for dist in distributions()
        if (found := licence_of(dist)) and all(is_copyleft(licence) for licence in found)
    }
    assert wrong == {}


def test_no_known_trap_is_installed():
    names = {(dist.metadata["Name"] or "").lower() for dist in distributions()}
    assert names & TRAPS == set()
    assert {"scrapy", "trafilatura", "warcio", "sqlite-utils"} <= names


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-2.1-or-later", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_the_check_can_fail(licence, expected):
    assert is_copyleft(licence) is expected
