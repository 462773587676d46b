"""How long a text is, in words that compare across scripts."""

import re

# Characters of a word, by script, in prose: Chinese words have one or two, Japanese has particles
# and endings in kana, Thai and its neighbours spell words out. Estimates, and shown as such.
_CHARACTERS_A_WORD = (
    (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 1.6),
    (re.compile("[\u3040-\u30ff\u31f0-\u31ff]"), 2.5),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 4.5),
)
_ANY = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff]"
)
_WITHOUT_SPACES = {"zh", "ja", "th", "lo", "my", "km", "yue"}


def count_words(text: str) -> int:
    """The words of a text; in scripts without spaces about as many as it would have.

    >>> count_words("Two words"), count_words("東京の天気は晴れです")
    (2, 5)
    """
    if text.isascii() or not _ANY.search(text):
        return len(text.split())
    words = 0.0
    for characters, a_word in _CHARACTERS_A_WORD:
        text, count = characters.subn(" ", text)
        words += count / a_word
    return round(words) + sum(any(map(str.isalnum, word)) for word in text.split())


def is_estimate(language: str | None) -> bool:
    """Whether words of a language are reckoned from its characters.

    >>> is_estimate("zh"), is_estimate("ko"), is_estimate(None)
    (True, False, False)
    """
    return (language or "").partition("-")[0] in _WITHOUT_SPACES
