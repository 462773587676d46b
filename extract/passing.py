"""Lines that say something else each time they are looked at: counters, "updated 6 minutes ago"."""

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

# A line of a story's own that only counts something is hardly shorter than this.
_MAX_LENGTH = 80
_NUMBER = r"\d[\d.,\u00a0\u202f ]*\s?(?:[KkMm]\b|mil\b|Mio\b|万|千|k\b)?"
# What pages count about themselves, by the beginnings of the words, in the languages that we know.
_COUNTED = """
comment commentaire kommentar coment comentari comentário commento commenti reactie reacties
komentar komentář komentarz hozzászólás kommentti yorum σχόλι коммент комент комментар
تعليق نظر תגובות टिप्पण মন্তব্য ความคิดเห็น bình coment komentarze 评论 評論 コメント 댓글 件のコメント
view visit visualiza vue aufruf weergave wyświetle zobrazen näyttö görüntülenme προβολ
просмотр перегляд مشاهد بازدید צפיות व्यू পঠিত ครั้ง lượt 阅读 閱讀 浏览 瀏覽 回視聴 閲覧 조회
share partage teilen geteilt compart condivis delen gedeeld udostępni sdílen megosztás
paylaşım κοινοποι репост поделил поширен مشاركة שיתופים शेयर শেয়ার แชร์ chia 分享 シェア 공유
like gefällt mention gusta curtida piace leuk polub líbí tykkäys beğen нравится подоба إعجاب
read lectur gelesen letto gelezen przeczyta precten olvasás okunma прочит reading reader
vote stimme voto głos hlas szavazat ψήφο голос reaction reaktion reaccion reazion download
follower abonn 转发 点赞 いいね 좋아요
""".split()  # noqa: SIM905 - a line a kind is read more easily
_COUNTER = re.compile(
    rf"(?:^\W*{_NUMBER}\W*(?:\w+\W+)?(?:{'|'.join(_COUNTED)})\w*\W*(?:\w+\W*){{0,2}}$)"
    rf"|(?:^\W*(?:\w+\W+)?(?:{'|'.join(_COUNTED)})\w*\s*[:(|·]\s*{_NUMBER}\W*$)",
    re.IGNORECASE,
)
# "Seen by 1,204 people."
_SEEN_BY = re.compile(
    rf"^\W*(?:read|seen|viewed|watched|gelesen|lu|vu|leído|visto|lido|letto|gelezen|läst|lest)"
    rf"\s+\w{{1,5}}\s+{_NUMBER}\s*\w*\W*$",
    re.IGNORECASE,
)


def without_passing(text: str, language: str | None) -> str:
    r"""The text without lines that only count, or say how long ago something was.

    >>> without_passing("One.\n1,204 views\nUpdated 6 minutes ago\nIt rained 6 days.", "en")
    'One.\nIt rained 6 days.'
    >>> without_passing("Eins.\nAktualisiert vor 12 Minuten", "de"), without_passing("3分前", "ja")
    ('Eins.', '')
    """
    lines = text.split("\n")
    if not any(len(line) <= _MAX_LENGTH for line in lines):
        return text
    return "\n".join(line for line in lines if not is_passing(line, language))


def is_passing(line: str, language: str | None) -> bool:
    """Whether a line of its own only counts, or says how long ago something was.

    A sentence is none, however short.

    >>> is_passing("(12 Kommentare)", "de"), is_passing("He died two days ago.", "en")
    (True, False)
    """
    plain = line.strip()
    if not plain or len(plain) > _MAX_LENGTH or plain[-1] in ".!?。！？" or not _has_digit(plain):
        return False
    if _COUNTER.match(plain) or _SEEN_BY.match(plain):
        return True
    said = plain.casefold()
    return any(pattern.search(said) for pattern in _ago(language))


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def _ago(language: str | None) -> Iterable[re.Pattern[str]]:
    plain = (language or "").partition("-")[0]
    return [found for name in dict.fromkeys((plain, "en")) if (found := _pattern(name))]


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """How a language says that something was minutes, hours or days ago.

    Source: Unicode CLDR, relative times, as dateparser carries them.
    """
    if not re.fullmatch("[a-z]{2,3}", language):
        return None
    try:
        module: Any = import_module(f"dateparser.data.date_translation_data.{language}")
    except ImportError:
        return None
    info = module.info
    ways = [
        way.casefold()
        for name, found in info.get("relative-type-regex", {}).items()
        if name.endswith(" ago")
        for way in found
    ]
    # Its examples do not have every case and number: "6 minutes" and "1 minute" differ in Russian.
    units, ago = _any_of(info, *_UNITS), _any_of(info, "ago")
    if units and ago:
        ways += [rf"\d+\s*{units}\s*{ago}", rf"{ago}\s*\d+\s*{units}"]
    return re.compile("(?:" + "|".join(ways) + r")(?!\w)") if ways else None


_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")


def _any_of(info: dict[str, Any], *names: str) -> str:
    words = {word.casefold() for name in names for word in info.get(name) or ()}
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return f"(?:{listed})" if words else ""
