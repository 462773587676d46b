"""Names of people and desks in bylines and author fields, cut from what stands beside them."""

import re
from functools import cache

from extract.title import fold
from extract.words import iter_phrases

_SPLIT = re.compile(
    r"\s*[;,|·•、，\n＝]\s*|\s+[-–—/]\s+|\s{3,}|(?<=[^\x00-\x7f])[／・](?=[^\x00-\x7f])"
)
_SPLIT_NAMES = re.compile(
    r"\s*/\s*|\s+(?:and|und|et|y|e|och|og|en|i|ve|ja|с|и|та|dan|con|with|&|\+)\s+", re.IGNORECASE
)
_AND = re.compile(r"^(?:and|und|et|y|e|och|og|en|i|ve|ja|и|dan|&)\s+(?=\S)")
_ADDRESS = re.compile(
    r"^(?:https?:)?//|^www\.|^@\w|@[\w.-]+\.\w|\.(?:com|org|net|de|co)\b", re.IGNORECASE
)
# A date, a time or a count glued to a name or behind it, and all that follows.
_TAIL = re.compile(
    r"\s*(?:(?:published|posted|updated|on|le|am|el|il|den|op|vom|em)\s+)*(?:\d{1,4}[./年-]\d{1,2}(?:[./月-]\d{1,4})?|\d{1,2}\.?\s[^\W\d_]{3,12}\.?,?\s\d{4}|"
    r"(?<![^\W\d_])[^\W\d_]{3,9}\.?\s"
    r"\d{1,2}(?:st|nd|rd|th)?\b|\d{1,2}[:.]\d{2}\b|\b\d+\s(?:min|hours?|days?)\b|"
    r"\b(?:19|20)\d\d\b).*$"
)
_ROLE_WORDS = (
    r"correspondents?|editors?|reporters?|writers?|columnists?|chief|staff|analyst|producer|"
    r"redakteur(?:in)?|korrespondent(?:in)?|journalist(?:e|a|in|en)?|contributors?|researcher|"
    r"photographer|reviewer|redacteur|rédact(?:eur|rice)|redactora?|redaktor(?:ka)?|manager|director|"
    r"founder|professor|bureau|GmbH|KG|AG|Inc|Ltd|LLC|specialist|expert|strategist|consultant|marketer"
)
_ROLE = re.compile(rf"\b(?:{_ROLE_WORDS})\b", re.IGNORECASE)
_ROLE_TAIL = re.compile(rf"\s*[,(–-]\s*(?:[\w\s]*\b(?:{_ROLE_WORDS})\b.*)$", re.IGNORECASE)
_DEGREE = re.compile(
    r"^(?:[A-Z]{2,6}|Ph\.?\s?D\.?|M\.?D\.?|Jr\.?|Sr\.?|I{2,3}|RDN?|CPA|MBA|Esq\.?)$"
)
_IN_BRACKETS = re.compile(r"\s*[(（\[【][^)）\]】]{0,60}[)）\]】]?\s*$")
_HONORIFIC = re.compile(r"(?:\s*(?:記者|记者|기자|特派員|編集長|さん|氏))$")
_CJK = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3々・\s]{2,14}$")
_WORD = re.compile(r"^[^\W\d_][\w'’.\-]*$")
_PARTICLES = frozenset(
    {"de", "da", "do", "dos", "das", "di", "del", "della", "der", "den", "van", "von", "zu", "zur"}
    | {"ten", "ter", "la", "le", "el", "al", "bin", "ibn", "ben", "af", "av", "y", "e", "i"}
)
_LOGIN = re.compile(r"^(?=.*[._\d-]|[a-z])[\w.@-]+$")
_MAX_NAME_CHARS = 60
_MAX_NAME_WORDS = 6


def clean_names(texts: list[str]) -> tuple[str, ...]:
    """Make names of what stands in author fields.

    >>> clean_names(["By JO BLOGGS, Political Editor", "https://x.test/jo", "Ann Lee; Bo Ek"])
    ('JO BLOGGS', 'Ann Lee', 'Bo Ek')
    >>> clean_names(["Le Figaro et AFP", "Ann Lee et Bo Ek"])
    ('Le Figaro et AFP', 'Ann Lee', 'Bo Ek')
    >>> clean_names(["View all posts by Ann Lee", "See full bio", "Bo Ek3/4/2026", "作者：余聪"])
    ('Ann Lee', 'Bo Ek', '余聪')
    """
    names: dict[str, str] = {}
    for text in texts:
        if _ADDRESS.search(text):
            continue
        for part in _split(_ROLE_TAIL.sub("", without_label(text))):
            name = _clean(part)
            if name and _is_name(name):
                names.setdefault(fold(name), name)
    return tuple(names.values())


def without_label(text: str) -> str:
    """Cut the label of a byline off, however many stand there.

    >>> without_label("Words by: Ann Lee"), without_label("文｜余聪"), without_label("Byron Lee")
    ('Ann Lee', '余聪', 'Byron Lee')
    """
    while match := _label().match(text):
        rest = text[match.end() :].strip()
        # "Von Storch" is a name, "Von Ann Lee" a byline.
        word = match[0].strip()
        named = len(rest.split()) == 1 and not rest.isupper()
        if named and word.istitle() and word.casefold() in _PARTICLES:
            break
        text = rest
    return text.strip()


def has_label(text: str) -> bool:
    """Whether a text starts with the label of a byline."""
    return bool(_label().match(text))


_MAX_CASELESS = 4
_PUNCTUATION = re.compile(r"[^\w\s\u0300-\u036f\u0590-\u0eff'’-]|[،؛؟।]")


def is_person(text: str) -> bool:
    """Tell whether a text is nothing but a person's name: two words or more, or a CJK name.

    >>> [is_person(t) for t in ("Mohloai Mpesi", "MTHOBISI SITHOLE", "Two killed", "Jo de la Cruz")]
    [True, True, False, True]
    >>> is_person("余聪"), is_person("Staff Writer"), is_person("View All")
    (True, False, False)
    """
    if _CJK.match(text):
        return len(text) <= 8
    words = text.split()
    if not 2 <= len(words) <= 5 or _ROLE.search(text) or _is_other(text):
        return False
    return all(
        _WORD.match(word) and (word[0].isupper() or word.casefold() in _PARTICLES) for word in words
    ) and bool(words[0][0].isupper() or words[0].casefold() in _PARTICLES)


def may_be_person(text: str) -> bool:
    """Tell whether a text behind a label may be a person's name: without case, any few words.

    >>> may_be_person("أحمد علي"), may_be_person("Ann Lee"), may_be_person("two killed")
    (True, True, False)
    """
    caseless = not any(c.isupper() or c.islower() or c.isdigit() for c in text)
    short = 2 <= len(text.split()) <= _MAX_CASELESS and not _PUNCTUATION.search(text)
    return is_person(text) or (caseless and short and not _is_other(text))


def is_login(text: str) -> bool:
    """Tell whether a name is that of an account: "ann.lee", "admin2", "wordpressadmin".

    >>> is_login("ann.lee"), is_login("admin"), is_login("Ann"), is_login("Ann Lee")
    (True, True, False, False)
    """
    return bool(_LOGIN.match(text))


def _clean(part: str) -> str:
    part = _TAIL.sub("", _AND.sub("", part.strip()))
    part = _IN_BRACKETS.sub("", _HONORIFIC.sub("", without_label(part)))
    return part.strip(" \t.:：–—-\"'()（）[]|/«»“”~*")


def _split(text: str) -> list[str]:
    """Split a list of names; by "and" and strokes only where both sides are whole names."""
    parts: list[str] = []
    for part in _SPLIT.split(text):
        if not part or (parts and _DEGREE.match(part)):
            continue
        pieces = _SPLIT_NAMES.split(part)
        parts += pieces if all(len(piece.split()) > 1 for piece in pieces) else [part]
    return parts


def _is_name(text: str) -> bool:
    if not 2 <= len(text) <= _MAX_NAME_CHARS or len(text.split()) > _MAX_NAME_WORDS:
        return False
    if _is_other(text) or ":" in text or _ADDRESS.search(text) or text[0].isdigit():
        return False
    return any(map(str.isalpha, text))


def _is_other(text: str) -> bool:
    return bool(_others().match(fold(text)))


@cache
def _label() -> re.Pattern[str]:
    """Compile the labels of bylines: a word needs white space or a stroke behind it."""
    labels = "|".join(
        re.escape(label).replace(r"\ ", r"\s+") for label in iter_phrases("byline_label")
    )
    return re.compile(rf"^[\s\W]*(?:{labels})(?:\s*[:：/／|｜＝]\s*|\s+(?=\S)|\s*$)", re.IGNORECASE)


@cache
def _others() -> re.Pattern[str]:
    """Compile what stands where a name would: "see full bio", "view all", a role alone."""
    phrases = "|".join(re.escape(p).replace(r"\*", ".*") for p in iter_phrases("byline_other"))
    return re.compile(rf"^(?:{phrases})$")
