"""Forms of words: each language by its own stemmer, and found in that language only."""

import pytest

from archive.text.forms import forms_of, forms_of_word

PAIRS = [
    ("de", "Haus", "Häuser"),
    ("de", "Müllerstadt", "Muellerstadt"),
    ("en", "poisonings", "poisoned"),
    ("fr", "journal", "journaux"),
    ("fr", "eleves", "élève"),
    ("es", "camiones", "camión"),
    ("pl", "zamachy", "zamach"),
    ("cs", "vlády", "vláda"),
    ("ru", "парламента", "парламент"),
    ("uk", "операцій", "операція"),
    ("bg", "градове", "град"),
    ("tr", "evler", "evleri"),
    ("el", "άνθρωπος", "ανθρωποι"),
    ("ar", "المدارس", "مدارس"),
    ("ar", "والوزير", "وزير"),
    ("hi", "किताबों", "किताब"),
    ("ta", "மரங்களில்", "மரங்கள்"),
    ("ne", "घरहरू", "घर"),
    ("fi", "talossa", "talo"),
    ("hu", "házak", "ház"),
    ("nb", "husene", "hus"),
    ("hr", "vlade", "vladi"),
]


@pytest.mark.parametrize(("language", "printed", "typed"), PAIRS)
def test_a_form_is_found_by_another(language, printed, typed):
    printed = set(forms_of(printed, language).split())
    assert printed & set(forms_of_word(typed, [language]))


def test_a_stem_is_of_one_language():
    assert not set(forms_of("police", "fr").split()) & set(forms_of_word("policies", ["en"]))
    assert forms_of_word("Haus", ["ru", "el"]) == ()


def test_a_compound_with_a_hyphen_is_one_word_too():
    assert set(forms_of_word("email", ["en"])) <= set(forms_of("an E-Mail", "en").split())


def test_what_has_no_forms():
    assert forms_of("2024 и", "en") == ""
    assert forms_of("", "en") == forms_of("house", "xx") == forms_of("house", None) == ""
    assert forms_of_word("b2b", ["en"]) == ("b2b0en",)
