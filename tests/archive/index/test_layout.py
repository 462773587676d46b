"""Blocks beside their text: there and back again."""

# ruff: noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from archive.index.layout import read_layout, write_layout
from extract.article import Block, BlockKind, text_of

MOMENTS = st.none() | st.datetimes(
    min_value=datetime(1975, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))
LINES = st.text().map(lambda text: text.replace("\n", " "))
LISTS = st.lists(LINES.map(lambda line: line.replace(";", ",")), min_size=1).map("\n".join)
KINDS = [kind for kind in BlockKind if kind is not BlockKind.LIST]
BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(KINDS), LINES, st.integers(0, 6), MOMENTS)
    | st.builds(Block, st.just(BlockKind.LIST), LISTS)
)


@given(BLOCKS)
def test_blocks_survive(blocks):
    layout, captions = write_layout(blocks)
    assert list(read_layout(text_of(blocks), layout, captions)) == blocks


def test_a_layout_that_cannot_be_read_gives_one_paragraph():
    assert read_layout("One. Two.", "what?", "") == (Block(BlockKind.PARAGRAPH, "One. Two."),)


def test_a_block_of_several_lines_survives():
    blocks = [
        Block(BlockKind.QUOTE, "One.\nTwo."),
        Block(BlockKind.LIST, "Tea\nMilk\nBread"),
        Block(BlockKind.PARAGRAPH, ""),
        Block(BlockKind.PARAGRAPH, "Three."),
    ]
    layout, asides = write_layout(blocks)
    assert layout == "q9l3p0p"
    assert list(read_layout(text_of(blocks), layout, asides)) == blocks


def test_a_table_stands_in_the_text_or_beside_a_shorter_story():
    table = Block(BlockKind.TABLE, "Gull | 7\nTern | 3")
    story = Block(BlockKind.PARAGRAPH, "The Gull won. " * 30)
    rows = Block(BlockKind.TABLE, "\n".join(["Gull | 7"] * 90))
    blocks = [table, story, rows]
    layout, asides = write_layout(blocks)
    assert (layout, asides) == ("r17pt", rows.text)
    assert list(read_layout(text_of(blocks), layout, asides)) == blocks


def test_an_item_that_looks_like_two_leaves_its_list_a_line():
    blocks = [Block(BlockKind.LIST, "Tea; milk\nBread"), Block(BlockKind.PARAGRAPH, "Three.")]
    layout, asides = write_layout(blocks)
    lines = [block.text for block in read_layout(text_of(blocks), layout, asides)]
    assert lines == ["Tea; milk; Bread", "Three."]
