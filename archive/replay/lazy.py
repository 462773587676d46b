"""Pictures that a script would have filled in: by the attributes of the libraries that do it.

Source: lazysizes, lozad, layzr, echo.js, slick, flickity, Squarespace, WP Rocket, a3, Jetpack,
NitroPack, LiteSpeed: attributes that their documents name.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

from archive.replay.srcset import iter_candidates
from archive.replay.tokens import TAG, Tag, parse_attributes

_SOURCES = (
    *("data-src", "data-original", "data-lazy-src", "data-lazy", "data-lazyload"),
    *("data-hi-res-src", "data-hires", "data-url", "data-image", "data-img", "data-img-src"),
    *("data-echo", "data-layzr", "data-flickity-lazyload", "data-flickity-lazyload-src"),
    *("data-ll-src", "data-srclazy", "data-src-lazy", "data-defer-src", "data-original-src"),
    *("data-full-src", "data-large-src", "data-large_image", "data-actualsrc", "data-real-src"),
    *("data-normal", "data-orig-file", "data-medium-file", "data-thumb", "data-image-src"),
    *("data-delayed-url", "data-litespeed-src", "data-cfsrc", "data-bv-src", "data-aload"),
    *("data-ezsrc", "data-pin-media", "data-src-medium", "data-src-large", "data-runner-src"),
    *("data-rocket-src", "data-smush-src", "data-wpfc-original-src", "data-pagespeed-lazy-src"),
    *("nitro-lazy-src", "lazy-src", "lazysrc", "lsrc", "data-nitro-lazy-src", "data-tf-src"),
    *("data-breeze", "data-perfmatters-src", "data-opt-src", "data-savepage-src"),
    *("data-gt-lazy-src", "data-lzl-src", "data-retina"),
)
_SETS = (
    *("data-srcset", "data-lazy-srcset", "data-original-set", "data-lazy-set"),
    *("data-flickity-lazyload-srcset", "data-ll-srcset", "data-src-set"),
    *("data-litespeed-srcset", "data-rocket-srcset", "data-ezsrcset"),
    *("data-wpfc-original-srcset", "nitro-lazy-srcset", "lazy-srcset", "data-cfsrcset"),
    *("data-smush-srcset", "data-perfmatters-srcset", "data-tf-srcset"),
    *("data-splide-lazy-srcset",),
)
_BACKGROUNDS = (
    *("data-bg", "data-background", "data-background-image", "data-bg-src", "data-bgset"),
    *("data-bg-image", "data-background-src", "data-lazy-background", "data-lazy-bg"),
    *("data-ll-background", "data-bgimage", "data-image-background", "data-bg-url"),
    *("data-litespeed-bg", "data-back", "nitro-lazy-bg", "data-flickity-bg-lazyload"),
)
_NAMES = frozenset((*_SOURCES, *_SETS, *_BACKGROUNDS))
# Patterns that begin with letters as they are written are found ten times as fast; scripts write
# the attributes that they look for in small ones.
_VALUE = r"""\s*+=\s*+("[^"]+"|'[^']+'|[^\s"'>][^\s>]*+)"""
_DATA = re.compile(rf"(data-(?<![\w-]data-)[\w-]*+){_VALUE}", re.ASCII)
_OTHERS = re.compile(rf"(?<![\w-])((?:nitro-lazy|lazy|lsrc)[\w-]*+){_VALUE}", re.ASCII)
_SIGNS = ("nitro-lazy", "lazy-src", "lazysrc", "lsrc=")
_PLACEHOLDER = re.compile(
    r"(?:place-?holder|blank|spacer|transparent|loading|loader|lazy|1x1|pixel|grey|gray|empty"
    r"|dummy|clear|trans|t|s|x|px|preload)[\w.-]*\.(?:gif|png|svg|jpe?g|webp)(?:[?#]|$)"
    r"|^\s*(?:data:|about:blank|#|$)|^\s*//:0",
    re.IGNORECASE,
)
# Up to the first dot or slash behind the first character, and the rest: read in one way only.
_ADDRESS = re.compile(r"\s*+[^\s{}<>\"'|^`][^\s{}<>\"'|^`./]*+[./][^\s{}<>\"']++\s*+")
# Between a picture and the noscript that stands for it nothing but its wrappers may stand.
_NOSCRIPT_BEHIND = re.compile(
    r"(?:\s|</?(?:span|div|picture|source|figure|a)\b[^>]*>){0,8}<noscript[^>]*>(.*?)(?:</noscript|$)",
    re.IGNORECASE | re.DOTALL,
)
_PICTURES = re.compile(r"<(?:img|amp-img)(?=[\t\n\f\r /])", re.IGNORECASE)


# Address as it is written -> whether it was captured.
IsHere = Callable[[str], bool]


def fill_lazy(tag: Tag, is_here: IsHere = lambda _: True) -> None:
    """Put in place what a script would have put there, in place, where it was captured.

    What was not leaves the placeholder, which is what readers without script saw.
    """
    attributes = tag.attributes
    if tag.name in ("img", "source", "iframe", "video", "image"):
        candidates = next((attributes[key] for key in _SETS if attributes.get(key)), "")
        if not any(is_here(url) for url, _ in iter_candidates(candidates)):
            candidates = ""
        if candidates and _is_empty(attributes.get("srcset", "")) and "[" not in candidates:
            attributes["srcset"] = candidates
        if tag.name != "source" and _PLACEHOLDER.search(attributes.get("src", "")[-200:]):
            found = _source(attributes, is_here)
            if found:
                attributes["src"] = found
    elif not _has_background(attributes.get("style", "")):
        found = next((attributes[key] for key in _BACKGROUNDS if attributes.get(key)), "")
        if (url := _address_in(found)) and is_here(url):
            style = attributes.get("style", "").rstrip("; \n")
            escaped = url.replace("\\", "%5C").replace("'", "%27").replace("\n", "")
            shown = f"background-image:url('{escaped}')"
            attributes["style"] = f"{style};{shown}".lstrip(";")


def has_stand_in(behind: str, before: str) -> bool:
    """Whether in the markup behind or before a picture stands one for readers without script.

    A pixel that counts readers is none.
    """
    if "noscript" not in behind and "noscript" not in before:
        return False
    found = _NOSCRIPT_BEHIND.match(behind)
    inside = found[1] if found else _noscript_before(before)
    return any(map(_is_picture, _tags(inside)))


def _noscript_before(markup: str) -> str:
    """What the noscript holds that ends right here."""
    markup = markup.rstrip()
    plain = markup.lower()
    start = plain.rfind("<noscript")
    begin = markup.find(">", start) + 1
    stop = len(markup) - len("</noscript>")
    return markup[begin:stop] if start >= 0 and plain.endswith("</noscript>") else ""


def _tags(markup: str) -> Iterator[dict[str, str]]:
    for match in _PICTURES.finditer(markup):
        tag = TAG.match(markup, match.start())
        if tag is None:
            # Nor is there a whole one behind it.
            return
        yield parse_attributes(tag[3])


def _is_picture(attributes: dict[str, str]) -> bool:
    sizes = [attributes.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    return not any(size in ("0", "1", "2", "3") for size in sizes)


def iter_lazy(text: str) -> Iterator[str]:
    """Every address in the markup that a script would have put in place, as it is written."""
    found = _DATA.findall(text)
    if any(sign in text for sign in _SIGNS):
        found += _OTHERS.findall(text)
    for key, value in found:
        if key not in _NAMES:
            continue
        plain = value[1:-1] if value[0] in "\"'" else value
        plain = unescape(plain) if "&" in plain else plain
        if key in _SETS:
            yield from (url for url, _ in iter_candidates(plain))
        elif url := plain if key in _SOURCES else _address_in(plain):
            yield url


def _source(attributes: dict[str, str], is_here: IsHere) -> str:
    for key in _SOURCES:
        value = attributes.get(key, "")
        if value and _ADDRESS.fullmatch(value) and is_here(value):
            return value
    return ""


def _is_empty(srcset: str) -> bool:
    return all(_PLACEHOLDER.search(url) for url, _ in iter_candidates(srcset))


def _has_background(style: str) -> bool:
    return "url(" in style.lower() and "data:" not in style


def _address_in(value: str) -> str:
    """The address that a background attribute names, bare, as CSS or as candidates."""
    plain = value.strip()
    if plain[:4].lower() == "url(" and plain.endswith(")"):
        inner = plain[4:-1].strip()
        return inner[inner[:1] in ("'", '"') : len(inner) - (inner[1:][-1:] in ("'", '"'))]
    if _ADDRESS.fullmatch(value):
        return value.strip()
    first = next(iter_candidates(value), ("", ""))[0] if " " in value else ""
    return first if _ADDRESS.fullmatch(first) else ""
