"""Any two versions of an article, side by side or inline, word by word."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from archive.index.articles import get_article
from archive.index.diff import Kind, Paragraph, diff_versions
from archive.index.history import choose_versions
from archive.web.named import get_article_id
from archive.web.render import page
from archive.web.room import Index, InRoom

router = APIRouter(include_in_schema=False)

VersionName = Annotated[str, Query(max_length=64)]


@router.get("/articles/{name:path}/compare")
def compare_page(
    room: InRoom,
    db: Index,
    name: str,
    before: VersionName = "",
    after: VersionName = "",
    view: Literal["side", "inline"] = "side",
) -> Response:
    """What changed between two versions; without a name the last change."""
    article_id = get_article_id(room.archive, db, name)
    article = get_article(db, article_id)
    old, new = choose_versions(article, before, after)
    changes = diff_versions(old, new)
    html = page(
        "compare.html",
        room=room,
        article=article,
        old=old,
        new=new,
        view=view,
        paragraphs=changes,
        kinds=Kind,
        counts=_count(changes),
        left=_left,
        right=_right,
    )
    return HTMLResponse(html)


def _count(changes: tuple[Paragraph, ...]) -> dict[Kind, int]:
    """How many paragraphs changed, by what became of them; those that stayed are left out."""
    kinds = [change.kind for change in changes]
    return {kind: kinds.count(kind) for kind in Kind if kind is not Kind.SAME and kind in kinds}


def _left(change: Paragraph) -> list[tuple[bool, str]]:
    """A paragraph as the older version has it: whether words went, and the words."""
    if change.kind in (Kind.ADDED, Kind.MOVED):
        return []
    kept = [piece for piece in change.pieces if piece.kind is not Kind.ADDED]
    return [(piece.kind is Kind.REMOVED, piece.text) for piece in kept]


def _right(change: Paragraph) -> list[tuple[bool, str]]:
    """A paragraph as the newer version has it: whether words came, and the words."""
    if change.kind is Kind.REMOVED:
        return []
    kept = [piece for piece in change.pieces if piece.kind is not Kind.REMOVED]
    return [(piece.kind is Kind.ADDED, piece.text) for piece in kept]
