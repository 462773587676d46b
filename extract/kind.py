"""What sort of page this is, and how much of its article it gave away."""

import re
from urllib.parse import urlsplit

from extract.article import Block, BlockKind, Evidence, PageKind, Paywall
from extract.lines import Line
from extract.structured import Structured, as_list, as_text, types_of
from extract.title import fold
from extract.words import iter_phrases

# Below this a page with another purpose (a film, pictures, an error) has no article of its own.
_SHORT_CHARS = 700
# A text cut off by a paywall is a few paragraphs; with less there is nothing to read.
_CLOSED_CHARS = 250
_CHALLENGE = re.compile(
    r"^(?:just a moment|attention required|access denied|are you a robot|are you human|robot check|"
    r"please verify|verifying you are human|security check|pardon our interruption|ddos guard|"
    r"checking your browser|one more step|human verification|un momento|einen moment)"
)
_INDEX_TYPES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"})


def find_kind(
    said: Structured, title: str | None, blocks: tuple[Block, ...], lines: list[Line], url: str
) -> tuple[PageKind, Evidence]:
    """Tell the kind of a page from its statements, then from its text.

    >>> find_kind(Structured(), "Just a moment...", (), [], "https://x.test/a")[0].value
    'challenge'
    """
    kind, rule = _kind(said, fold(title or ""), blocks, lines, url)
    return kind, Evidence("kind", kind.value, rule)


def _kind(
    said: Structured, title: str, blocks: tuple[Block, ...], lines: list[Line], url: str
) -> tuple[PageKind, str]:
    chars = sum(len(b.text) for b in blocks if b.kind is not BlockKind.CAPTION)
    types = types_of(said.article)
    if not types and chars < 2 * _SHORT_CHARS and (found := _refusal(title)):
        return found
    if found := _live(types, blocks) or _media(said, chars):
        return found
    if not types and (found := _index(said, chars, lines, url)):
        return found
    return PageKind.ARTICLE, "json-ld type" if types else "default"


def _refusal(title: str) -> tuple[PageKind, str] | None:
    if _CHALLENGE.match(title):
        return PageKind.CHALLENGE, "title of a challenge"
    return (PageKind.ERROR, "title of an error") if _is_error(title) else None


def _live(types: frozenset[str], blocks: tuple[Block, ...]) -> tuple[PageKind, str] | None:
    if "LiveBlogPosting" in types:
        return PageKind.LIVE_BLOG, "json-ld LiveBlogPosting"
    if any(block.kind is BlockKind.ENTRY for block in blocks):
        return PageKind.LIVE_BLOG, "entries with times"
    return None


def _is_error(title: str) -> bool:
    return title.startswith(
        ("404", "410 gone", "403 forbidden", "500 internal", "502 bad", "503 ")
    ) or any(phrase in title for phrase in iter_phrases("error"))


def _media(said: Structured, chars: int) -> tuple[PageKind, str] | None:
    if chars >= _SHORT_CHARS:
        return None
    og_type = (said.find_meta("og:type") or "").lower()
    types = {name for node in said.nodes[:8] for name in types_of(node)}
    if og_type.startswith("video") or (not said.article and "VideoObject" in types):
        return PageKind.VIDEO, "og:type or json-ld VideoObject, and little text"
    if types & {"ImageGallery", "MediaGallery"}:
        return PageKind.GALLERY, "json-ld ImageGallery, and little text"
    return None


def _index(
    said: Structured, chars: int, lines: list[Line], url: str
) -> tuple[PageKind, str] | None:
    if urlsplit(url).path.strip("/") == "":
        return PageKind.INDEX, "address of a home page"
    if any(types_of(node) & _INDEX_TYPES for node in said.nodes) and chars < 2 * _SHORT_CHARS:
        return PageKind.INDEX, "json-ld type of a list"
    links = sum(line.link_chars for line in lines)
    total = sum(line.chars for line in lines)
    if total and links > 0.6 * total and chars < _SHORT_CHARS:
        return PageKind.INDEX, "mostly links"
    return None


def find_paywall(
    said: Structured, lines: list[Line], chars: int
) -> tuple[Paywall, Evidence | None]:
    """Tell how much of the article the page gave away.

    Args:
        said: its statements; ``isAccessibleForFree`` and content tiers count first.
        lines: all lines; one that the word lists know as a paywall's counts second.
        chars: length of the body.
    """
    free, rule = _stated_free(said)
    if free is None and any("paywall words" in (line.rule or "") for line in lines):
        free, rule = False, "paywall words"
    if free is None:
        return Paywall.UNKNOWN, None
    state = Paywall.OPEN
    if not free:
        state = Paywall.CLOSED if chars < _CLOSED_CHARS else Paywall.PARTIAL
    return state, Evidence("paywall", state.value, rule)


def _stated_free(said: Structured) -> tuple[bool | None, str]:
    parts = [p for p in as_list(said.article.get("hasPart")) if isinstance(p, dict)]
    for node in (said.article, *parts):
        value = node.get("isAccessibleForFree")
        if value is not None:
            word = str(value if not isinstance(value, (list, dict)) else as_text(value)).lower()
            return "false" not in word and word != "no", "json-ld isAccessibleForFree"
    tier = (said.find_meta("article:content_tier", "content_tier") or "").lower()
    if tier:
        return tier == "free", "meta content_tier"
    return None, ""
