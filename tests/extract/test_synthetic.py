"""Furniture planted into clean articles, in 30 languages and in markup that says nothing."""

import random
import tomllib
from pathlib import Path

import pytest

from extract import extract
from extract.words import load_words

LANGUAGES = sorted(path.stem for path in (Path(__file__).parent / "synthetic").glob("*.toml"))
# A body of realistic length: the paragraphs of a story recur with a number of their own.
ROUNDS = 3


def story(language: str) -> tuple[list[str], list[str]]:
    """Read the paragraphs and the furniture of one language."""
    path = Path(__file__).parent / "synthetic" / f"{language}.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    paragraphs = [f"{n}{m}. {p}" for n in range(ROUNDS) for m, p in enumerate(data["paragraphs"])]
    return paragraphs, data["furniture"]


def page(paragraphs: list[str], furniture: list[str], seed: int) -> bytes:
    """Plant the furniture between and behind the paragraphs, under meaningless names."""
    chance = random.Random(seed)
    name = lambda: "".join(chance.choices("bcdfgh", k=6))  # noqa: E731
    wraps = (
        "<p>{}</p>",
        "<div class='{n}'><p>{}</p></div>",
        "<div class='{n}'>{}</div>",
        "<h4 class='{n}'>{}</h4>",
        "<ul class='{n}'><li>{}</li></ul>",
        "<div class='{n}'><span class='{n}'>{}</span></div>",
    )
    planted = [chance.choice(wraps).format(text, n=name()) for text in furniture]
    body = [f"<p>{text}</p>" for text in paragraphs]
    for html in planted[: len(planted) // 2]:
        body.insert(chance.randrange(1, len(body)), html)
    body += planted[len(planted) // 2 :]
    return (
        f"<html><body><div class='{name()}'><h1>Two hours late and nobody is surprised</h1>"
        f"<div class='{name()}'>{''.join(body)}</div></div></body></html>"
    ).encode()


def test_the_languages_of_the_contract_and_more_are_here() -> None:
    contract = {"en", "de", "fr", "es", "it", "pt", "nl", "pl"} | {
        *("sv", "tr", "ru", "ar", "hi", "ja", "zh", "ko")
    }
    assert contract < set(LANGUAGES)
    assert len(LANGUAGES) == 30
    assert set(LANGUAGES) == set(load_words())


@pytest.mark.parametrize("language", LANGUAGES)
def test_planted_furniture_goes_and_the_story_stays(language: str) -> None:
    paragraphs, furniture = story(language)
    left: list[str] = []
    lost: list[str] = []
    for seed in range(3):
        text = extract(page(paragraphs, furniture, seed), url="https://x.test/story").text
        left += [line for line in furniture if line in text]
        lost += [line for line in paragraphs if line not in text]
    assert lost == []
    assert left == []
