"""Attributes of one element: which lead somewhere, which run or send, which stay."""

from archive.replay.address import AS_STYLE, Links
from archive.replay.css import rewrite_css
from archive.replay.srcset import rewrite_srcset
from archive.replay.tokens import Tag

# Attributes that fetch, run, send or identify; gone. Besides them every `on…` goes.
_DROPPED = frozenset(
    {
        *("action", "formaction", "ping", "integrity", "crossorigin", "nonce", "manifest"),
        *("codebase", "classid", "archive", "data", "longdesc", "profile", "target", "download"),
        *("referrerpolicy", "autofocus", "attributionsrc", "imagesrcset", "imagesizes"),
        *("blocking", "fetchpriority", "http-equiv"),
    }
)
ANIMATIONS = frozenset({"set", "animate", "animatetransform", "animatemotion"})
"""Elements that change attributes of others as time passes."""
_REQUISITES = frozenset({"src", "poster", "background", "lowsrc", "dynsrc", "icon"})


def rewrite_attributes(tag: Tag, links: Links, captured: set[str] | None) -> bool:
    """Rewrite the attributes of a tag, in place; False where nothing of it is left to show.

    ``captured`` are the addresses of `srcset` candidates that the archive has; None: not known.
    """
    for key, value in list(tag.attributes.items()):
        rewritten = rewrite_attribute(tag.name, key, value, links, captured)
        if rewritten is None:
            del tag.attributes[key]
        else:
            tag.attributes[key] = rewritten
    if tag.name in ("a", "area") and not tag.attributes.get("href", "#").startswith("#"):
        tag.attributes["target"] = "_top"
    if tag.name == "link":
        _locate_sheet(tag, links)
    # A source without candidates would only say that it fits.
    return tag.name != "source" or "srcset" in tag.attributes or "src" in tag.attributes


def rewrite_attribute(
    element: str, name: str, value: str, links: Links, captured: set[str] | None = None
) -> str | None:
    """An attribute's new value; None when it goes. Both names are in lower case."""
    if name.startswith("on") or name in _DROPPED:
        return None
    if name in _REQUISITES:
        return links.requisite(value)
    if name == "srcset":
        return _srcset(value, links, captured)
    if name in ("href", "xlink:href"):
        return links.page(value) if element in ("a", "area") else links.requisite(value)
    if name == "style" or "url(" in value.lower() or "\\" in value:
        return rewrite_css(value, links.requisite)
    return value


def _srcset(value: str, links: Links, captured: set[str] | None) -> str | None:
    """Candidates that were captured, where any was; without one of them `src` stands alone."""

    def locate(url: str) -> str | None:
        located = links.requisite(url)
        if captured is None or located is None or located == url:
            return located
        return located if links.absolute(url) in captured else None

    return rewrite_srcset(value, locate) or None


def _locate_sheet(tag: Tag, links: Links) -> None:
    """In quirks mode a style sheet of the same site is one whatever type it was sent with."""
    located = tag.attributes.get("href", "")
    site = "/".join(links.document.split("/", 3)[:3])
    is_own = located.startswith(f"/web/{links.timestamp}/{site}/")
    if links.quirky and is_own and "stylesheet" in tag.attributes.get("rel", "").lower():
        tag.attributes["href"] = links.flavoured(located, AS_STYLE)
