"""What changed between two versions, paragraph by paragraph and word by word."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.cli import cli
from archive.errors import NotFound
from archive.index.diff import Kind, diff_paragraphs, diff_words
from tests.archive.indexer.press import http, new_press, story

URL = "https://morning.example/2026/bridge-closed-again"
FIRST = "The bridge over the river has been closed since the morning, the council said on Monday."
SECOND = "Engineers found cracks in two of the old pillars and fear that they will not hold."
THIRD = "Residents must take the ferry, which runs every half hour until late in the evening."


def kinds(old, new):
    return [found.kind.value for found in diff_paragraphs(old, new)]


def test_paragraphs_added_removed_moved_and_changed():
    assert kinds([FIRST, SECOND], [FIRST, SECOND, THIRD]) == ["same", "same", "added"]
    assert kinds([FIRST, SECOND, THIRD], [FIRST, THIRD]) == ["same", "removed", "same"]
    assert sorted(kinds([FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND])) == [
        "moved",
        "same",
        "same",
    ]
    assert kinds([FIRST], [FIRST.replace("Monday", "Tuesday")]) == ["changed"]
    assert kinds([FIRST, SECOND], [SECOND.replace("two", "three"), FIRST]) != ["same", "same"]


def test_quotes_and_spaces_are_no_change():
    assert kinds(["“No”, he  said."], ['"No", he said.']) == ["same"]


def test_changed_words_are_told_within_their_paragraph():
    (found,) = diff_paragraphs([FIRST], [FIRST.replace("on Monday", "late on Tuesday night")])
    assert [p.text for p in found.pieces if p.kind is Kind.REMOVED] == ["Monday"]
    assert "".join(p.text for p in found.pieces if p.kind is not Kind.REMOVED) == FIRST.replace(
        "on Monday", "late on Tuesday night"
    )


TEXTS = st.text("ab .,\n", max_size=30)


@given(TEXTS, TEXTS)
def test_pieces_give_both_texts_back(old, new):
    pieces = diff_words(old, new)
    assert "".join(p.text for p in pieces if p.kind is not Kind.REMOVED) == new
    assert "".join(p.text for p in pieces if p.kind is not Kind.ADDED) == old


@given(st.lists(TEXTS.filter(bool), max_size=6), st.lists(TEXTS.filter(bool), max_size=6))
def test_every_new_paragraph_is_told_once_and_in_order(old, new):
    rows = diff_paragraphs(old, new)
    told = [
        "".join(p.text for p in row.pieces if p.kind is not Kind.REMOVED)
        for row in rows
        if row.kind is not Kind.REMOVED
    ]
    assert told == new


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("diff"))
    pages = [
        story("Bridge closed again", FIRST, SECOND, THIRD),
        story("Bridge closed again", FIRST.replace("Monday", "Tuesday"), SECOND, THIRD),
        story("Bridge closed for good", FIRST.replace("Monday", "Tuesday"), THIRD, SECOND),
    ]
    press.write("a.warc.gz", [press.exchange(URL, http(page)) for page in pages])
    assert microfiche(press, "index").exit_code == 0
    return press


def microfiche(press, *arguments):
    return CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])


def test_diff_command_shows_the_last_change(press):
    result = microfiche(press, "diff", URL)
    assert result.exit_code == 0
    assert "[-again-]{+for good+}" in result.output
    assert "text, moved: " in result.output
    assert "Tuesday" not in result.output


def test_diff_command_between_named_versions(press):
    result = microfiche(press, "diff", URL, "1", "2", "--json")
    rows = [json.loads(row) for row in result.output.splitlines()]
    assert [(row["part"], row["kind"]) for row in rows] == [("text", "changed")]
    by_time = microfiche(press, "diff", URL, "20260105080001", "20260105080002", "--json")
    assert by_time.output == result.output
    wrong = microfiche(press, "diff", URL, "9", "2")
    assert isinstance(wrong.exception, NotFound)
    assert "from 1 to 3" in str(wrong.exception)


def test_history_lists_versions_and_events(press):
    result = microfiche(press, "history", URL)
    assert result.output.count("  version ") == 3
    assert "retitled silently  Bridge closed again → Bridge closed for good" in result.output
    rows = [
        json.loads(row) for row in microfiche(press, "history", URL, "--json").output.splitlines()
    ]
    assert [row["kind"] for row in rows] == ["published", "edited", "edited", "retitled"]


def test_events_since_a_date_of_a_kind(press):
    everything = microfiche(press, "events", "--json")
    assert len(everything.output.splitlines()) == 4
    assert microfiche(press, "events", "--since", "2026-02").output == ""
    some = microfiche(press, "events", "--kind", "retitled", "--since", "2026-01-05", "--silent")
    assert some.output.count("\n") == 1
    assert "morning: Bridge closed again → " in some.output
    assert microfiche(press, "events", "--source", "evening").output == ""
    wrong = microfiche(press, "events", "--since", "soon")
    assert wrong.exit_code == 2
    assert "expected a date" in wrong.output
