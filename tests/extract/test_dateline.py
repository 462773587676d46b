"""The place that is printed before the text, with an agency."""

import pytest

from extract import Block, BlockKind
from extract.credit import find_dateline


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("LONDON (Reuters) - Ships wait.", "LONDON"),
        ("PARIS, 3 mars (AFP) – Le port est fermé.", "PARIS"),
        ("Frankfurt am Main (dpa/lhe) - Die Brücke ist gesperrt.", "Frankfurt am Main"),
        ("WASHINGTON, D.C. (AP) — The vote is tonight.", "WASHINGTON, D.C."),
        ("МОСКВА (ТАСС) - Мост закрыт.", "МОСКВА"),
        ("(Reuters) - Ships wait.", None),
        ("Update: LONDON (Reuters) - Ships wait.", None),
        ("A minister told them (AP) - and nobody else.", None),
        ("LONDON (the capital) - Ships wait.", None),
        ("LONDON (Reuters) Ships wait.", None),
        ("LONDON - Ships wait.", None),
        ("", None),
    ],
)
def test_the_place_before_an_agency(text, place):
    found, evidence = find_dateline([Block(BlockKind.PARAGRAPH, text)])
    assert found == place
    assert (evidence and evidence.value) == place


def test_only_the_first_paragraph_has_one():
    blocks = [Block(BlockKind.CAPTION, "PARIS (AFP) - A port."), Block(BlockKind.PARAGRAPH, "One.")]
    assert find_dateline(blocks) == (None, None)
    later = Block(BlockKind.PARAGRAPH, "ROME (ANSA) - Two.")
    assert find_dateline([*blocks, later]) == (None, None)
