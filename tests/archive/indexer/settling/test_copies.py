"""How many copies of real texts are found, and how many are taken for copies that are none."""

import itertools
import json
import random
import re

import pytest

from archive.indexer.settling.copies import is_copy, runs_of
from archive.indexer.settling.nearby import are_to_be_compared
from archive.indexer.settling.sentences import sentences_in, sketch_of

NOTES = [
    "Listen to this article in your car or at home",
    "Sign up for our letter: the best of the day, every morning in your inbox, free of charge.",
    "Follow us on all the networks there are, and never miss a story of ours again.",
]


@pytest.fixture(scope="module")
def texts(corpus_dir):
    """The paragraphs of every real page that is long enough to be recognised."""
    found = {}
    for truth in sorted(corpus_dir.rglob("truth.jsonl")):
        for line in truth.read_text("utf-8").splitlines():
            page = json.loads(line)
            paragraphs = [piece[0] for piece in page["pieces"] or ()]
            if sketch("\n".join(paragraphs)):
                found[page["id"]] = paragraphs
    assert len(found) > 100
    return found


def sketch(text):
    return sketch_of(text.encode())


def are_compared(one, other):
    """As `archive.indexer.settling.nearby` chooses pairs."""
    first, second = (set(sentences_in(sketch(text))) for text in (one, other))
    return are_to_be_compared(len(first & second), len(first), len(second))


def cut(paragraphs, share):
    return paragraphs[: max(1, round(len(paragraphs) * share))]


def with_notes(paragraphs):
    return [NOTES[0], *paragraphs[:2], NOTES[1], *paragraphs[2:], NOTES[2]]


def credited(paragraphs):
    return [f"(Reuters) - {paragraphs[0]}", *paragraphs[1:], "Reporting by A; editing by B"]


def in_other_paragraphs(paragraphs):
    sentences = [s for p in paragraphs for s in re.split(r"(?<=[.!?])\s+", p)]
    return [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]


def edited(paragraphs, share=0.2):
    chance, changed = random.Random(1), []
    for paragraph in paragraphs:
        sentences = re.split(r"(?<=[.!?])\s+", paragraph)
        for n, sentence in enumerate(sentences):
            words = sentence.split()
            if len(words) > 3 and chance.random() < share:
                words[chance.randrange(len(words))] = "altogether"
                sentences[n] = " ".join(words)
        changed.append(" ".join(sentences))
    return changed


# Floors are about a point below what was measured on 247 pages.
CHANGES = [
    (lambda p: cut(p, 0.5), 0.975),
    (lambda p: cut(p, 0.3), 0.92),
    (with_notes, 0.99),
    (credited, 0.99),
    (in_other_paragraphs, 0.99),
    (edited, 0.98),
    (lambda p: with_notes(credited(edited(in_other_paragraphs(cut(p, 0.6))))), 0.96),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_copies_of_real_pages_are_found(texts, number):
    change, floor = CHANGES[number]
    found = tried = 0
    for paragraphs in texts.values():
        text, copy = "\n".join(paragraphs), "\n".join(change(paragraphs))
        if sketch(copy) is None:
            continue
        tried += 1
        if are_compared(text, copy):
            found += is_copy(runs_of(text), runs_of(copy), at_home=False)
    assert found / tried >= floor


def test_real_pages_are_copies_of_no_other(texts):
    # The seed corpus is one story in two layouts.
    whole = {n: "\n".join(p) for n, p in texts.items() if not n.startswith(("1_", "3_"))}
    known = {name: set(sentences_in(sketch(text))) for name, text in whole.items()}
    pairs = [
        (one, other)
        for one, other in itertools.combinations(whole, 2)
        if len(known[one] & known[other]) >= 2
        and is_copy(runs_of(whole[one]), runs_of(whole[other]), at_home=False)
    ]
    assert len(whole) > 100
    assert pairs == []
