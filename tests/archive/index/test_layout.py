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
TEXTS = st.text().map(lambda text: text.replace("\n", " "))
BLOCKS = st.lists(st.builds(Block, st.sampled_from(BlockKind), TEXTS, st.integers(0, 6), MOMENTS))


@given(BLOCKS)
def test_blocks_survive(blocks):
    layout, captions = write_layout(blocks)
    assert list(read_layout(text_of(blocks), layout, captions)) == blocks


def test_a_layout_that_cannot_be_read_gives_one_paragraph():
    assert read_layout("One. Two.", "what?", "") == (Block(BlockKind.PARAGRAPH, "One. Two."),)
