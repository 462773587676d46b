"""Elements that stay as something else: what has to change about them besides their addresses."""

import re
from collections.abc import Callable

from archive.replay.address import Links, parse_refresh
from archive.replay.tokens import Tag

_LINKED_REQUISITES = frozenset(
    {"stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}
)
_HTTP_EQUIV_KEPT = frozenset({"content-language", "default-style", "x-ua-compatible"})
_DRAWING = re.compile(r"\.(?:svgz?|png|jpe?g|gif|webp|avif|bmp)(?:[?#]|$)", re.IGNORECASE)
_SWITCHED = re.compile(r"media\s*=\s*\\?['\"]([^'\"]*)", re.IGNORECASE)


def _meta(tag: Tag, links: Links) -> str | None:
    kind = tag.attributes.get("http-equiv", "").strip().lower()
    if kind == "refresh":
        refresh = parse_refresh(tag.attributes.get("content", ""))
        target = links.page(refresh[1]) if refresh else None
        if refresh is None or target is None:
            return None
        # Inert in the sandbox; kept for who reads the source. The frame page tells readers.
        tag.attributes |= {"name": "archived-refresh", "content": f"{refresh[0]:g}; {target}"}
    elif kind and kind not in _HTTP_EQUIV_KEPT:
        return None
    elif tag.attributes.get("name", "").strip().lower() == "referrer":
        # It would override the Referrer-Policy that we send.
        return None
    # What we send is UTF-8, and the header says so.
    return None if "charset" in tag.attributes else ""


def _link(tag: Tag, links: Links) -> str | None:  # noqa: ARG001 - as its siblings
    """Style sheets that a script would switch on are on; what only fetches ahead goes."""
    wanted = set(tag.attributes.get("rel", "").lower().split())
    loaded = tag.attributes.get("onload", "")
    as_style = tag.attributes.get("as", "").strip().lower() == "style"
    if wanted & {"preload", "prefetch"} and as_style and "stylesheet" not in wanted:
        tag.attributes["rel"] = "stylesheet"
        wanted = {"stylesheet"}
        del tag.attributes["as"]
    if "stylesheet" in wanted:
        switched = _SWITCHED.search(loaded)
        if switched or (loaded and tag.attributes.get("media", "").strip().lower() == "print"):
            tag.attributes["media"] = (switched[1] if switched else "") or "all"
        if not tag.attributes.get("href") and tag.attributes.get("data-href"):
            tag.attributes["href"] = tag.attributes["data-href"]
    return "" if wanted & _LINKED_REQUISITES else None


def _object(tag: Tag, links: Links) -> str | None:  # noqa: ARG001 - as its siblings
    """A drawing is shown as a picture; of all else what stands inside it, its own replacement."""
    data, kind = tag.attributes.get("data", ""), tag.attributes.get("type", "").strip().lower()
    tag.attributes.pop("data", None)
    if data and (kind.startswith("image/") or (not kind and _DRAWING.search(data))):
        tag.name = "img"
        tag.attributes["src"] = data
        return "<span hidden>"
    tag.name = "span"
    return ""


def _embed(tag: Tag, links: Links) -> str | None:  # noqa: ARG001 - as its siblings
    source, kind = tag.attributes.get("src", ""), tag.attributes.get("type", "").strip().lower()
    if not source or not (kind.startswith("image/") or (not kind and _DRAWING.search(source))):
        return None
    tag.name = "img"
    return ""


def _amp_img(tag: Tag, links: Links) -> str | None:  # noqa: ARG001 - as its siblings
    tag.name = "img"
    if tag.attributes.get("layout", "").lower() in ("responsive", "fill", "intrinsic"):
        style = tag.attributes.get("style", "")
        tag.attributes["style"] = f"{style};max-width:100%;height:auto".lstrip(";")
    return "<span hidden>"


PREPARE: dict[str, Callable[[Tag, Links], str | None]] = {
    "meta": _meta,
    "link": _link,
    "object": _object,
    "embed": _embed,
    "amp-img": _amp_img,
    "amp-anim": _amp_img,
}
"""By name: gives what is to stand behind the tag, or None where nothing of it is to be left."""
