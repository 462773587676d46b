"""An article cited: a page of the usual styles, files for reference managers, marks for Zotero."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from archive.citation import FORMATS, STYLES, Citation
from archive.errors import NotFound
from archive.index.articles import ArticleRow, VersionRow, get_article, pick_version
from archive.replay.origins import Origins
from archive.times import from_timestamp
from archive.web.named import get_article_id
from archive.web.render import page
from archive.web.room import Index, InRoom

router = APIRouter(include_in_schema=False)


def permalink_of(origins: Origins, article: ArticleRow, version: VersionRow) -> str:
    """The address of a version in the reading room; that of the article for its newest one."""
    permalink = f"{origins.room}/articles/{article.id}"
    is_newest = version.id == article.current_version
    return permalink if is_newest else f"{permalink}?version={version.id}"


def citation_of(
    origins: Origins, archive: str, article: ArticleRow, version: VersionRow
) -> Citation:
    """What a citation of one version says.

    Args:
        origins: Where its addresses are reached.
        archive: What the archive is called.
        article: The article.
        version: The version of it.
    """
    return Citation(
        key=article.id,
        title=version.title or "Without a title",
        authors=version.authors,
        publication=article.source_name,
        published=version.published,
        url=version.url,
        captured=from_timestamp(version.first_captured),
        permalink=permalink_of(origins, article, version),
        replay=f"{origins.replay}/web/{version.first_captured}/{version.url}",
        archive=archive,
        language=version.language,
    )


@router.get("/articles/{name:path}/cite")
def cite_page(
    room: InRoom,
    db: Index,
    name: str,
    version: str = "",
    form: Annotated[str, Query(alias="format")] = "",
) -> Response:
    """How to cite a version; with ``format`` the file that a reference manager takes."""
    article_id = get_article_id(room.archive, db, name)
    article = get_article(db, article_id)
    shown = pick_version(article, version)
    citation = citation_of(room.origins, room.title, article, shown)
    if not form:
        styles = {style: write(citation) for style, write in STYLES.items()}
        html = page(
            "cite.html", room=room, article=article, shown=shown, styles=styles, formats=FORMATS
        )
        return HTMLResponse(html)
    if form not in FORMATS:
        raise NotFound(f"No citation as {form[:40]!r}; there is {', '.join(FORMATS)}.")
    file = FORMATS[form]
    name = f"microfiche-{article.id}.{file.suffix}"
    return Response(
        file.write(citation),
        media_type=f"{file.media_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/opensearch.xml")
def open_search(room: InRoom) -> Response:
    """The description by which browsers offer a search of this archive.

    Source: OpenSearch 1.1, Draft 6.
    """
    xml = page("opensearch.xml", room=room)
    return Response(xml, media_type="application/opensearchdescription+xml")
