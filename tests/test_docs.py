"""The documentation says what is there: commands, settings, errors, links."""

import re
from pathlib import Path

import pytest

from archive import errors
from archive.cli import COMMANDS
from archive.cli.reference import EXIT_CODES, TABLES
from archive.config import Config
from crawler.addon.archiving import SETTINGS as ADDON_SETTINGS
from crawler.capture.settings import SETTINGS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    assert f"## microfiche {command}\n" in (DOCS / "cli.md").read_text("utf-8")


def test_every_setting_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    declared = {name for model in TABLES.values() for name in model.model_fields}
    assert {name for name in declared if f"| `{name}` |" not in text} == set()
    # A table added to the configuration must be added to the reference too.
    assert set(Config.model_fields) == {
        "layout", "archive", "crawl", "notify", "seal", "sources", "searches", "rights", "limits",
    }  # fmt: skip


def test_every_setting_of_scrapy_that_is_ours_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    assert {
        name for name, _, _ in (*SETTINGS, *ADDON_SETTINGS) if f"| `{name}` |" not in text
    } == set()


def test_every_exit_code_is_explained():
    assert set(EXIT_CODES) == set(errors.ExitCode)


def test_every_error_stands_in_the_tree_of_its_package():
    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.MicroficheError)
    }
    assert {name for name in kinds if name not in (errors.__doc__ or "")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_is_broken(page):
    targets = LINK.findall(page.read_text("utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []
