"""Rules: how they are written, which one decides, and that SQL and the pure functions agree."""

import json
import re
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.cli import cli
from archive.config import load_config
from archive.errors import ConfigError, Withheld
from archive.index.articles import get_article
from archive.index.open import open_index, read_index
from archive.packages.choose import Chooser
from archive.replay.choose import Asked, find_capture
from archive.rights.narrow import narrow
from archive.rights.read import parse_rules, rules_of
from archive.rights.rules import Access, Audience, Rule, Subject, decide, spans_of
from archive.saved.run import run_saved
from archive.search import search
from microfiche import Archive
from tests.archive.rights.shelves import FIRST, LINKED, MARK, OPEN, SECRET, WORD, fill

EVERY = "SELECT id, urlkey, source, timestamp, record_id FROM captures"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("rules") / "archive")


@pytest.fixture
def ruled(filled):
    def put(*rules: str):
        text = "".join(f"\n[[rights]]\n{rule}\n" for rule in rules)
        filled.archive.config_path.write_text(filled.config + text, "utf-8")
        return filled.archive

    yield put
    put()


rules = st.builds(
    Rule,
    access=st.sampled_from(Access),
    spans=st.sampled_from(
        ["", SECRET, "daily.test/secret/*", "*.test", "http://post.test/*", "*.post.test"]
    ).map(lambda address: spans_of(address) if address else ()),
    source=st.sampled_from(["", "", "daily", "post"]),
    since=st.sampled_from(["", "", "2026", "20260302", "20260310000000"]),
    until=st.sampled_from(["", "", "20260302999999", "20260101000000"]),
    over=st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)]),
)


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(rules, max_size=4), st.sampled_from([Audience.READERS, Audience.STAFF]))
def test_sql_keeps_back_what_the_rules_say(filled, made, audience):
    with closing(open_index(filled.archive, audience=Audience.OWNER)) as db:
        every = db.execute(
            "SELECT id, urlkey, source, timestamp, record_id FROM captures"
        ).fetchall()
        narrow(db.conn, made, audience, NOW)
        seen = {row[0] for row in db.execute("SELECT id FROM captures")}
    expected = set()
    for number, *subject in every:
        place = decide(made, Subject(*subject))
        if place is None or not made[place].keeps_out(audience, NOW):
            expected.add(number)
    assert seen == expected


@pytest.mark.parametrize(
    ("before", "kept_back"),
    [
        ((), True),
        (('access = "open"\nsource = "daily"',), False),
        (('access = "open"\nsource = "post"',), True),
        (('access = "embargo"\nuntil = 2020-01-01\nsource = "daily"',), False),
    ],
)
def test_the_first_rule_that_fits_decides(ruled, before, kept_back):
    archive = ruled(*before, 'access = "staff"\naddress = "*.daily.test"')
    with read_index(archive, audience=Audience.READERS) as db:
        assert (search(db, WORD).total == 0) is kept_back


def test_one_capture_keeps_its_article_back_and_others_replay(ruled, filled):
    first, _ = filled.records
    name = Archive(filled.archive.root).article(SECRET).id
    archive = ruled(f'access = "blocked"\nreason = "x"\nrecord = "<{first}>"')
    with read_index(archive) as db:
        assert search(db, WORD).total == 0
        with pytest.raises(Withheld):
            get_article(db, name)
        found = find_capture(db, Asked(SECRET, FIRST))
        assert found is not None
        assert found.timestamp > FIRST


def test_whoever_looks_after_the_files_sees_all(ruled):
    archive = ruled('access = "blocked"\nreason = "x"')
    counts = []
    for audience in (Audience.OWNER, Audience.STAFF):
        with closing(open_index(archive, audience=audience)) as db:
            counts.append(db.execute("SELECT count(*) FROM captures").fetchone()[0])
    assert counts[0] > 5
    assert counts[1] == 0


def test_exports_python_and_saved_searches_obey(ruled):
    archive = ruled('access = "blocked"\nreason = "x"\nsource = "daily"')
    with read_index(archive) as db:
        assert {capture.source for capture in Chooser(archive, db).everything()} == {"post"}
    ours = Archive(archive.root)
    assert ours.search(WORD).total == 0
    assert {hit.url for hit in ours.search("harbour").hits} == {OPEN}
    archive = ruled('access = "staff"\nsource = "daily"')
    assert ours.search(WORD).total == 1, "the staff's own machine"
    run_saved(archive, load_config(archive), ["all"], everything=True)
    told = (archive.root / "saved/all.atom").read_text("utf-8")
    assert (OPEN in told or "Storm" in told, MARK in told) == (True, False)


def test_a_story_is_counted_without_what_is_kept_back(ruled):
    archive = ruled('access = "staff"\nsource = "daily"')
    with read_index(archive, audience=Audience.READERS) as db:
        found = json.dumps(db.execute("SELECT * FROM stories").fetchall())
        assert (found, db.execute("SELECT max(articles) FROM languages").fetchone()[0]) == ("[]", 2)


# What says nothing of a single capture or article, or is the indexer's alone.
HARMLESS = {
    *("sources", "warcs", "extractors", "unsettled", "site_templates", "unmatched"),
    # Words without their articles: `archive.search.vocabulary` asks the full text for each.
    "vocabulary",
}


def test_every_table_of_the_index_is_narrowed(ruled):
    archive = ruled('access = "blocked"\nreason = "x"')
    with read_index(archive) as db:
        asked = "SELECT name FROM {} WHERE type IN ('table', 'view')"
        ours = {row[0] for row in db.execute(asked.format("main.sqlite_master"))}
        narrowed = {row[0] for row in db.execute(asked.format("sqlite_temp_master"))}
        inner = {name for name in ours if re.search("_fts_|_forms_|^sqlite_", name)}
        assert ours - inner - narrowed == HARMLESS
        for name in sorted(narrowed & ours - {"languages"}):
            full_text = name.endswith(("_fts", "_forms"))
            # FTS5 without content can only be asked for words.
            where = f" WHERE {name} MATCH 'harbour'" if full_text else ""
            assert db.execute(f"SELECT count(*) FROM {name}{where}").fetchone()[0] == 0, name


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('access = "secret"', "'open', 'embargo', 'staff' or 'blocked'"),
        ('access = "embargo"', "until"),
        ('access = "staff"\nuntil = 2026-01-01', "until"),
        ('access = "blocked"', "reason"),
        ('access = "staff"\ncaptured_from = "2026-03"\ncaptured_to = "2026-02-28"', "later than"),
        ('access = "staff"\naddress = "no address"', "expected an address"),
        ('access = "staff"\naddress = "http://*.a.test/"', "expected an address"),
        ('access = "staff"\ncaptured_from = "March"', "expected a date"),
        ('access = "staff"\ncaptured_to = "2026-13"', "expected a date"),
        ('access = "staff"\narticle = "xyz"', "pattern"),
        ('access = "staff"\nadress = "a.test"', "adress"),
    ],
)
def test_a_rule_that_is_none_stops_what_would_go_by_it(ruled, filled, rule, said):
    with pytest.raises(ConfigError, match=said):
        parse_rules(f"[[rights]]\n{rule}\n", where="microfiche.toml")
    before = rules_of(filled.archive)
    archive = ruled(rule)
    assert rules_of(archive) == before, "what was in force stays so while it is edited"
    with pytest.raises(ConfigError, match=r"microfiche.toml:\d+: rights"):
        load_config(archive)


def test_moments_of_a_rule_are_utc_and_both_included():
    (rule,) = parse_rules(
        "[[rights]]\naccess = 'staff'\ncaptured_from = 2026-03-01T00:30:00+01:00\n"
        "captured_to = '2026-02-28'\n",
        where="here",
    )
    assert (rule.since, rule.until) == ("20260228233000", "20260228999999")


def test_a_rule_for_no_source_is_a_fault_of_the_configuration(ruled):
    def check(source, named="daily"):
        path = ruled('access = "open"', f'access = "staff"\nsource = "{source}"').config_path
        path.write_text(path.read_text().replace("[sources.daily]", f"[sources.{named}]"))
        return CliRunner().invoke(cli, ["-C", str(path.parent), "config", "check"])

    assert check("daily").exit_code == 0
    assert check("daily", named="weekly").exit_code == 0, "the index has it"
    error = check("dialy").exception
    assert isinstance(error, ConfigError)
    assert "rights: rule 2: source: expected one of" in str(error)
    assert str(error).endswith("got 'dialy'; did you mean 'daily'?")


def test_linked_pages_do_not_name_what_is_kept_back(ruled):
    archive = ruled('access = "staff"\nsource = "daily"')
    with read_index(archive, audience=Audience.READERS) as db:
        assert db.execute("SELECT count(*) FROM links").fetchone()[0] == 0
        assert search(db, f"links:{LINKED}").total == 0
