"""``microfiche.toml``: every mistake has a place and an expectation."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.config import Source, load_config
from archive.config_edit import add_source
from archive.config_live import LiveConfig
from archive.errors import ConfigError
from archive.layout import create_archive

SOURCE = Source(name="The Harbour Gazette", url="https://gazette.example/", delay=2)


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "a", contact="mailto:keeper@press.example")


def test_a_source_comes_back_as_it_went_in(archive):
    source = SOURCE.model_copy(
        update={
            "feeds": ("https://gazette.example/rss", "https://gazette.example/atom"),
            "recheck": (timedelta(hours=2),),
        }
    )
    add_source(archive, "gazette", source)
    assert load_config(archive).sources == {"gazette": source}


def test_comments_and_other_sources_stay(archive):
    archive.config_path.write_text(archive.config_path.read_text() + "\n# ours since 2026\n")
    add_source(archive, "one", SOURCE)
    add_source(archive, "two", SOURCE)
    text = archive.config_path.read_text()
    assert "# ours since 2026" in text
    assert list(load_config(archive).sources) == ["one", "two"]


@pytest.mark.parametrize("source_id", ["", "Caps", "a b", "ä", "-a", "x" * 65])
def test_a_source_id_is_plain(archive, source_id):
    with pytest.raises(ConfigError, match="expected lower-case"):
        add_source(archive, source_id, SOURCE)


def test_an_id_is_taken_once(archive):
    add_source(archive, "one", SOURCE)
    with pytest.raises(ConfigError, match="already"):
        add_source(archive, "one", SOURCE)


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (
            'name = "x"\nurl = "http://a.example/"\ndely = 3',
            11,
            "sources.a.dely: unknown key; did you mean 'delay'?",
        ),
        (
            'name = "x"\nurl = "gazette"',
            10,
            "sources.a.url: expected an absolute http or https address, got 'gazette'",
        ),
        ('name = "x"', 8, "sources.a.url: this key is required"),
        (
            'name = "x"\nurl = "http://a.example/"\ndelay = -1',
            11,
            "sources.a.delay: greater than or equal to 0, got -1",
        ),
        (
            'name = "x"\nurl = "http://a.example/"\nfeed_interval = "15 parsecs"',
            11,
            "expected a duration",
        ),
        ('name = "x"\nurl = "http://a.example/"\ninclude = ["("]', 11, "not a regular expression"),
        (
            'name = "x"\nurl = "http://a.example/"\nrequisites = "some"',
            11,
            "'none' or 'page', got 'some'",
        ),
    ],
)
def test_mistakes_name_file_line_key_and_what_was_expected(archive, lines, line, message):
    head = archive.config_path.read_text()
    archive.config_path.write_text(f"{head}\n[sources.a]\n{lines}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(archive)
    assert f"microfiche.toml:{line}: " in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_below_a_quoted_id_has_its_line_too(archive):
    head = archive.config_path.read_text()
    wrong = '\n[sources."127.0.0.1-80"]\nname = "x"\nurl = "http://127.0.0.1/"\ndely = 3\n'
    archive.config_path.write_text(head + wrong)
    with pytest.raises(ConfigError, match=r"microfiche\.toml:11: sources\.127\.0\.0\.1-80\.dely"):
        load_config(archive)


def test_bad_toml_and_bad_bytes(archive):
    archive.config_path.write_bytes(b'layout = 1\n[archive]\ncontact = "\xff"\n')
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(archive)


def test_scope_and_seeds_have_sensible_defaults():
    assert SOURCE.scope == ("gazette.example",)
    assert SOURCE.seeds == ("https://gazette.example/",)
    ports = SOURCE.model_copy(update={"url": "http://127.0.0.1:8000/"})
    assert ports.scope == ("127.0.0.1:8000",)


def test_a_name_that_is_none_is_named_with_its_line(archive):
    with archive.config_path.open("a") as file:
        file.write('\n[sources."My Paper"]\nname = "G"\nurl = "http://news.example/"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(archive)
    line = 1 + archive.config_path.read_text().split("\n").index('[sources."My Paper"]')
    assert str(caught.value) == (
        f"{archive.config_path}:{line}: sources.My Paper: expected a name of lower-case letters, "
        "digits, dots and dashes, got 'My Paper'"
    )


def test_an_edited_configuration_is_taken_up_once_it_is_right(archive):
    told = []
    load_before = load_config(archive)
    live = LiveConfig(archive, on_fault=told.append)
    right = archive.config_path.read_text()
    archive.config_path.write_text(right + "\n[crawl]\nworkerz = 3\n")
    assert live.current() == load_before
    assert [str(fault).partition("microfiche.toml")[2] for fault in told] == [
        f":{right.count(chr(10)) + 3}: crawl.workerz: unknown key; did you mean 'workers'?"
    ]
    archive.config_path.write_text(right + "\n[archive.extra]\n")
    live.current()
    assert len(told) == 2
    archive.config_path.write_text(right.replace("keeper", "desk"))
    assert live.current().archive.contact == "mailto:desk@press.example"
    assert len(told) == 2


def test_config_check(archive):
    done = CliRunner().invoke(cli, ["-C", str(archive.root), "config", "check"])
    assert (done.exit_code, done.output.partition(": ")[2]) == (
        0,
        "right: 0 sources, 0 enabled, 0 saved searches\n",
    )
