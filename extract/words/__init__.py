"""Word lists, one file a language: what page furniture says, and where each phrase was seen.

A file is named by its language. Each table is a kind of furniture; its keys are phrases in the
folded form of ``extract.title.fold`` (lower case, words only), its values say where the phrase
was seen. A star at the end of a key stands for any further words, at the front for any before.
"""

import re
import tomllib
from functools import cache
from importlib import resources

Table = dict[str, str]


@cache
def load_words() -> dict[str, dict[str, Table]]:
    """Read all lists: language to kind to phrase to where it was seen.

    >>> sorted(load_words())[:3]
    ['ar', 'bn', 'cs']
    """
    files = (f for f in resources.files(__name__).iterdir() if f.name.endswith(".toml"))
    return {
        f.name[:-5]: tomllib.loads(f.read_text("utf-8"))
        for f in sorted(files, key=lambda f: f.name)
    }


@cache
def iter_phrases(kind: str) -> tuple[str, ...]:
    """List the phrases of one kind in all languages, longest first, as alternatives want it.

    >>> "source" in iter_phrases("credit_label")
    True
    """
    phrases = {phrase for words in load_words().values() for phrase in words.get(kind, {})}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@cache
def credit_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile the labels of credits: "Source: …", and "With material from …"."""
    labels = "|".join(map(re.escape, iter_phrases("credit_label")))
    withs = "|".join(map(re.escape, iter_phrases("credit_with")))
    return (
        re.compile(rf"^[(\[]?\s*(?:{labels})s?\s*[:：/]\s*(.+)$", re.IGNORECASE),
        re.compile(rf"^[(\[]?\s*(?:{withs})\s*:?\s+(.+)$", re.IGNORECASE),
    )


@cache
def caption_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile what marks a caption: "Photo: …" as a line, "… Photo: AFP" at its end."""
    labels = "|".join(map(re.escape, iter_phrases("caption_label")))
    return (
        re.compile(rf"^[(\[<]?\s*(?:{labels})\s*(?:[:：/=]|by\b)\s*\S.{{0,120}}$", re.IGNORECASE),
        re.compile(
            rf"(?:^|[\s(\[/|.])(?:{labels})\s*[:：/]\s*[^.:：]{{2,60}}[)\]]?$", re.IGNORECASE
        ),
    )
