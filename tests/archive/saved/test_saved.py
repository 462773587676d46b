"""Saved searches tell what is new once: as a feed, as JSON lines, to a command."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from lxml import etree

from archive.cli import cli
from archive.config import load_config
from archive.errors import ArchiveLocked, ConfigError, NotFound
from archive.index.open import open_index
from archive.indexer.rows import remove_articles
from archive.lock import hold
from archive.saved import run as saved_run
from archive.saved.memory import MAX_ENTRIES, read_memory
from archive.saved.run import memory_path, run_saved
from tests.archive.indexer.press import http, index_here, new_press, story

URL = "https://morning.example/2026/{}"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
# Gives back what it was told, in a file of its own; fails while there is a file `broken`.
TAKER = """
import pathlib, sys
told = sys.stdin.read()
if pathlib.Path("broken").exists():
    sys.exit("the mail server is away")
with open("taken", "a") as file:
    file.write(told)
"""


@pytest.fixture
def press(tmp_path):
    press = new_press(tmp_path)
    publish(press, "bridge-1", "flood-1")
    return press


def publish(press, *names):
    """A WARC file of new articles, indexed."""
    pages = [
        press.exchange(URL.format(name), http(story(f"The {name.replace('-', ' number ')}")))
        for name in names
    ]
    filename = f"2026/01/{names[0]}.warc.gz"
    press.write(filename, pages)
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, [filename])


def save(press, **tables):
    """Write saved searches into the configuration; the searches as they were before go."""
    path = press.archive.config_path
    text = path.read_text().partition("[searches")[0]
    for name, keys in tables.items():
        text += f"[searches.{name}]\n"
        text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    path.write_text(text)


def run(press, *names, at="2026-02-01T08:00:00", **options):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    config = load_config(press.archive)
    return run_saved(press.archive, config, names, now=lambda: moment, **options)


def told(outcome):
    return [hit.url.rpartition("/")[2] for hit in outcome.new]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def microfiche(press, *arguments):
    return CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])


def test_what_is_new_is_told_once_and_a_rebuild_tells_nothing_again(press):
    save(press, bridges={"query": "title:bridge"})
    (first,) = run(press)
    assert (first.found, told(first), first.begun) == (1, [], True)
    publish(press, "bridge-2", "flood-2", "bridge-3")
    (second,) = run(press)
    assert (second.found, told(second), second.begun) == (3, ["bridge-2", "bridge-3"], False)
    for path in press.archive.root.glob("index.db*"):
        path.unlink()
    assert microfiche(press, "index").exit_code == 0
    (third,) = run(press)
    assert (third.found, told(third)) == (3, [])


def test_an_old_article_that_comes_late_is_new(press):
    save(press, bridges={"query": "title:bridge"})
    run(press)
    page = story("The bridge number 0", head='<meta property="article:published_time" '
                 'content="2019-01-05T08:00:00Z">')  # fmt: skip
    press.write("late.warc.gz", [press.exchange(URL.format("bridge-0"), http(page))])
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["late.warc.gz"])
    assert told(run(press)[0]) == ["bridge-0"]


def take_out(press, name):
    """As if an article were found no more."""
    with closing(open_index(press.archive, write=True)) as db, db.conn:
        found = "SELECT number FROM articles WHERE url LIKE ?"
        ((number,),) = db.execute(found, [f"%/{name}"]).fetchall()
        remove_articles(db, [number])


def test_what_moves_up_from_below_what_was_looked_at_is_not_new(press, monkeypatch):
    monkeypatch.setattr(saved_run, "MAX_LOOKED", 3)
    monkeypatch.setattr(saved_run, "_PAGE", 3)
    save(press, all={"query": "words:>1"})
    publish(press, *(f"bridge-{n}" for n in range(2, 6)))
    (begun,) = run(press)
    assert begun.found == 3
    assert "more than the 3 articles" in str(begun.notes[-1])
    take_out(press, "bridge-5")
    assert told(run(press)[0]) == []
    publish(press, "bridge-6", "bridge-7")
    assert told(run(press)[0]) == ["bridge-6", "bridge-7"]
    # All of those above have been told; below them are what was there before the first run.
    for name in ("bridge-7", "bridge-6", "bridge-4"):
        take_out(press, name)
    (last,) = run(press)
    assert told(last) == []
    take_out(press, "bridge-3")
    (whole,) = run(press)
    assert (told(whole), whole.notes) == ([], ())
    assert read_memory(memory_path(press.archive, "all")).oldest is None
    publish(press, "bridge-8")
    assert told(run(press)[0]) == ["bridge-8"]


def test_another_query_begins_anew(press):
    save(press, news={"query": "title:bridge"})
    run(press)
    save(press, news={"query": "title:flood"})
    assert [(o.begun, told(o)) for o in run(press)] == [(True, [])]
    publish(press, "flood-2", "bridge-2")
    assert told(run(press)[0]) == ["flood-2"]


def test_everything_can_be_asked_for(press):
    save(press, bridges={"query": "number", "json_lines": "out.jsonl"})
    assert told(run(press, everything=True)[0]) == ["bridge-1", "flood-1"]
    assert told(run(press)[0]) == []
    assert len(lines(press.archive.root / "out.jsonl")) == 2


def feed_of(press, name="saved/b.atom"):
    """The feed, after a look at what RFC 4287 asks of every feed."""
    root = etree.fromstring((press.archive.root / name).read_bytes())
    for element in (root, *root.findall("a:entry", ATOM)):
        for required in ("id", "title", "updated"):
            assert len(element.findall(f"a:{required}", ATOM)) == 1, required
        assert element.findtext("a:id", namespaces=ATOM).startswith("urn:uuid:")
        moment = datetime.fromisoformat(element.findtext("a:updated", namespaces=ATOM))
        assert moment.tzinfo is not None
        assert element.findall("a:author/a:name", ATOM)
    for entry in root.findall("a:entry", ATOM):
        assert entry.find("a:link[@rel='alternate']", ATOM).get("href").startswith("https://")
    return root


def entries(root):
    return {
        entry.findtext("a:title", namespaces=ATOM): (
            entry.findtext("a:id", namespaces=ATOM),
            entry.findtext("a:updated", namespaces=ATOM),
        )
        for entry in root.findall("a:entry", ATOM)
    }


def test_a_feed_keeps_its_ids_and_dates(press):
    save(press, bridges={"query": "title:bridge", "feed": "saved/b.atom", "title": "A & B"})
    run(press)
    first = feed_of(press)
    assert first.findtext("a:title", namespaces=ATOM) == "A & B"
    assert list(entries(first)) == ["The bridge number 1"]
    publish(press, "bridge-2")
    run(press, at="2026-02-02T08:00:00")
    second = feed_of(press)
    assert list(entries(second)) == ["The bridge number 2", "The bridge number 1"]
    assert entries(second)["The bridge number 1"] == entries(first)["The bridge number 1"]
    assert second.findtext("a:updated", namespaces=ATOM) == "2026-02-02T08:00:00Z"
    assert first.findtext("a:id", namespaces=ATOM) == second.findtext("a:id", namespaces=ATOM)
    # Nothing new: not a byte of it changes.
    before = (press.archive.root / "saved/b.atom").stat().st_mtime_ns
    run(press, at="2026-02-03T08:00:00")
    assert (press.archive.root / "saved/b.atom").stat().st_mtime_ns == before


def test_what_is_blocked_or_erased_leaves_the_feed_and_is_not_told_again(press):
    save(press, bridges={"query": "title:bridge", "feed": "saved/b.atom"})
    publish(press, "bridge-2")
    run(press)
    assert len(entries(feed_of(press))) == 2
    config = press.archive.config_path.read_text()
    address = URL.format("bridge-1")
    rule = f'[[rights]]\naccess = "blocked"\nreason = "Order"\naddress = "{address}"\n'
    press.archive.config_path.write_text(config + rule)
    run(press)
    kept = (memory_path(press.archive, "bridges"), press.archive.root / "saved/b.atom")
    assert list(entries(feed_of(press))) == ["The bridge number 2"]
    assert all("number 1" not in path.read_text() for path in kept)
    with closing(open_index(press.archive)) as db:
        ((record,),) = db.execute(
            "SELECT record_id FROM captures WHERE uri LIKE '%bridge-2'"
        ).fetchall()
    done = microfiche(press, "erase", record, "--reason", "Order", "--yes")
    assert (done.exit_code, "follow with" in done.stderr) == (0, False)
    assert all("number 2" not in path.read_text() for path in kept)
    press.archive.config_path.write_text(config)
    (last,) = run(press)
    assert (last.found, told(last), entries(feed_of(press))) == (1, [], {})


def test_a_feed_holds_the_newest(press):
    save(press, bridges={"query": "number", "feed": "f.atom"})
    run(press)
    publish(press, *(f"flood-{n}" for n in range(2, MAX_ENTRIES + 12)))
    run(press, at="2026-02-02T08:00:00")
    found = entries(feed_of(press, "f.atom"))
    assert len(found) == MAX_ENTRIES
    assert "The bridge number 1" not in found


def test_json_lines_are_added_and_a_torn_one_stays_by_itself(press):
    save(press, bridges={"query": "title:bridge", "json_lines": "out/new.jsonl"})
    run(press)
    path = press.archive.root / "out/new.jsonl"
    assert not path.exists()
    publish(press, "bridge-2")
    run(press)
    (line,) = lines(path)
    assert (line["search"], line["title"]) == ("bridges", "The bridge number 2")
    with path.open("a") as file:
        file.write('{"torn')
    publish(press, "bridge-3")
    run(press)
    assert [text[:6] for text in path.read_text().splitlines()] == ['{"sear', '{"torn', '{"sear']


def test_a_command_gets_what_is_new_and_again_what_it_did_not_take(press):
    taker = press.archive.root / "taker.py"
    taker.write_text(TAKER)
    command = [sys.executable, str(taker), "; echo no shell > shell"]
    save(press, bridges={"query": "title:bridge", "command": command, "json_lines": "j"})
    run(press)
    broken, taken = press.archive.root / "broken", press.archive.root / "taken"
    assert not taken.exists()
    broken.touch()
    publish(press, "bridge-2")
    (failed,) = run(press)
    assert failed.problem == f"{sys.executable}: ended with 1: the mail server is away"
    assert "1 owed to its command" in microfiche(press, "saved", "list").output
    broken.unlink()
    publish(press, "bridge-3")
    (good,) = run(press)
    assert (good.problem, told(good)) == (None, ["bridge-3"])
    assert [line["title"] for line in lines(taken)] == [
        "The bridge number 2",
        "The bridge number 3",
    ]
    # What was written is not written again.
    assert len(lines(press.archive.root / "j")) == 2
    assert not (press.archive.root / "shell").exists()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (["/no/such/program"], "/no/such/program: cannot be run: No such file or directory"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "not done within 0.5 s"),
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], "ended with signal 9"),
    ],
)
def test_a_command_that_fails_is_told_and_stops_no_other(press, command, problem):
    save(
        press,
        one={"query": "title:bridge", "command": command, "command_timeout": "0.5s"},
        two={"query": "title:flood"},
    )
    run(press)
    publish(press, "bridge-2", "flood-2")
    result = microfiche(press, "saved", "run")
    assert result.exit_code == 1
    assert problem in result.output
    assert "two: 2 articles found, 1 new" in result.output


def test_what_a_command_leaves_running_is_not_waited_for(press):
    command = ["sh", "-c", "sleep 25 & exit 0"]
    save(press, one={"query": "title:bridge", "command": command, "command_timeout": "20s"})
    (outcome,) = run_saved(press.archive, load_config(press.archive), everything=True)
    assert (outcome.problem, len(outcome.new)) == (None, 1)
    assert "owed" not in microfiche(press, "saved", "list").output


def test_the_command_line(press):
    assert "No saved search" in microfiche(press, "saved", "run").output
    save(press, bridges={"query": "title:bridge"}, floods={"query": "flood (( title:"})
    assert "bridges: title:bridge  (never run)" in microfiche(press, "saved", "list").output
    begun = microfiche(press, "saved", "run", "bridges")
    assert "bridges: 1 article found, 0 new; new articles are reported from now on" in begun.output
    publish(press, "bridge-2")
    (line,) = microfiche(press, "saved", "run", "bridges", "--json").output.splitlines()
    assert json.loads(line)["title"] == "The bridge number 2"
    # A query that cannot be read is searched as its words, and that is said.
    assert "microfiche: floods: " in microfiche(press, "saved", "run").output
    missing = microfiche(press, "saved", "run", "other")
    assert isinstance(missing.exception, NotFound)
    assert "known: bridges, floods" in str(missing.exception)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('[searches.a]\nfeed = "x"\n', "searches.a.query: this key is required"),
        ('[searches.a]\nquery = ""\n', "searches.a.query: "),
        ('[searches.a]\nquery = "x"\nevery = "1h"\n', "searches.a.every: unknown key"),
        ('[searches."A b"]\nquery = "x"\n', "searches.A b: expected a name"),
        ('[searches.a]\nquery = "x"\ncommand = "rm"\n', "searches.a.command: "),
        ('[searches.a]\nquery = "x"\nfeed = "../a"\n', "'../a': expected a path below"),
        ('[searches.a]\nquery = "x"\nfeed = "/etc/a"\n', "'/etc/a': expected a path below"),
        ('[searches.a]\nquery = "x"\nfeed = "index.db"\n', "'index.db': expected a path"),
        ('[searches.a]\nquery = "x"\nfeed = "notes.db"\n', "'notes.db': expected a path"),
        ('[searches.a]\nquery = "x"\nfeed = "./warcs/a"\n', "'./warcs/a': expected a path"),
        ('[searches.a]\nquery = "x"\njson_lines = "saved/a.json"\n', "'saved/a.json': expected"),
        ('[searches.a]\nquery = "x"\njson_lines = "."\n', "'.': expected a path below"),
    ],
)
def test_a_mistake_in_the_configuration_is_told(press, table, told):
    path = press.archive.config_path
    path.write_text(path.read_text() + table)
    with pytest.raises(ConfigError, match=r"microfiche\.toml") as error:
        load_config(press.archive)
    assert told in str(error.value)


def test_memory_that_cannot_be_read_is_not_begun_anew(press):
    save(press, bridges={"query": "title:bridge"})
    run(press)
    path = memory_path(press.archive, "bridges")
    assert read_memory(path).told
    for content in ("{", '{"schema": 9}', "[]"):
        path.write_text(content)
        (outcome,) = run(press)
        assert f"{path}: what was told cannot be read" in outcome.problem
        assert path.read_text() == content


def test_two_at_once_is_one_too_many(press):
    save(press, bridges={"query": "bridge"})
    with (
        hold(press.archive.saved_lock_path, purpose="a test"),
        pytest.raises(ArchiveLocked, match="a test"),
    ):
        run(press)


def test_a_backup_has_them(press, tmp_path):
    save(press, bridges={"query": "title:bridge"})
    run(press)
    assert microfiche(press, "backup", str(tmp_path / "copy")).exit_code == 0
    assert (tmp_path / "copy/saved/bridges.json").is_file()
