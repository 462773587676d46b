"""An article as JSON: its texts, what changed between two of them, its evidence, its citations."""

from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import APIRouter, Path, Query

from archive.citation import FORMATS, STYLES
from archive.index.articles import ArticleRow, get_article, pick_version
from archive.index.captures import get_capture
from archive.index.diff import Paragraph, diff_versions
from archive.index.history import choose_versions
from archive.index.linking import Linking, find_linking
from archive.index.stories import Story as WholeStory
from archive.index.stories import find_story
from archive.replay.evidence import read_again
from archive.replay.resolve import load
from archive.rules import load_rules
from archive.web.cite import citation_of
from archive.web.named import get_article_id
from archive.web.room import Index, InRoom
from extract.article import Encoding, Evidence, Removed

router = APIRouter(tags=["articles"])

ArticleName = Annotated[
    str,
    Path(
        description="Its id, the start of one (6 characters), or its URL.",
        examples=["6e2d8222184969d4"],
    ),
]
VersionName = Annotated[
    str,
    Query(
        max_length=64,
        description="An id, the start of one, a number from 1, or a timestamp.",
        examples=["1"],
    ),
]


@dataclass(frozen=True, slots=True)
class ArticleAndStory(ArticleRow):
    """An article, and the story it belongs to: the articles that are copies of each other.

    ``story`` is null where the archive has no copy of it; ``linking`` are the articles that link
    to it.
    """

    story: WholeStory | None
    linking: tuple[Linking, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two versions: paragraphs in the order of the newer one."""

    article_id: str
    before: str
    after: str
    paragraphs: tuple[Paragraph, ...]
    page: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Why each field of a version is what it is, and what was taken out of its text."""

    article_id: str
    version_id: str
    record_id: str
    extractor: str
    encoding: Encoding
    evidence: tuple[Evidence, ...]
    removed: tuple[Removed, ...]
    site_template: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citations:
    """A version cited: ``styles`` to paste, ``formats`` for reference managers, by their names."""

    article_id: str
    version_id: str
    permalink: str
    styles: dict[str, str]
    formats: dict[str, str]


@router.get("/articles/{article_id:path}/diff", summary="What changed")
def read_changes(
    room: InRoom,
    db: Index,
    article_id: ArticleName,
    before: VersionName = "",
    after: VersionName = "",
) -> Changes:
    """Two versions compared word by word; without names the last change."""
    article = get_article(db, get_article_id(room.archive, db, article_id))
    old, new = choose_versions(article, before, after)
    page = f"/articles/{article.id}/compare?before={old.id}&after={new.id}"
    return Changes(
        article.id, old.id, new.id, diff_versions(old, new), f"{room.origins.room}{page}"
    )


@router.get("/articles/{article_id:path}/evidence", summary="Evidence")
def read_evidence(
    room: InRoom, db: Index, article_id: ArticleName, version: VersionName = ""
) -> Proof:
    """The stored page read again: which rule gave each field, and which text was left out."""
    article = get_article(db, get_article_id(room.archive, db, article_id))
    shown = pick_version(article, version)
    stored = load(room.archive, db, get_capture(db, shown.record_id))
    again = read_again(stored, load_rules(room.archive).book)
    return Proof(
        article.id,
        shown.id,
        shown.record_id,
        again.extractor,
        again.encoding,
        again.evidence,
        again.removed,
        shown.site_template,
    )


@router.get("/articles/{article_id:path}/citations", summary="Citations")
def read_citations(
    room: InRoom, db: Index, article_id: ArticleName, version: VersionName = ""
) -> Citations:
    """How to cite a version, in every style and format there is."""
    article = get_article(db, get_article_id(room.archive, db, article_id))
    shown = pick_version(article, version)
    it = citation_of(room.origins, room.title, article, shown)
    return Citations(
        article.id,
        shown.id,
        it.permalink,
        {name: write(it) for name, write in STYLES.items()},
        {name: form.write(it) for name, form in FORMATS.items()},
    )


@router.get("/articles/{article_id:path}", summary="Article")
def read_article(room: InRoom, db: Index, article_id: ArticleName) -> ArticleAndStory:
    """One article with its versions (text and blocks), captures, events and story."""
    row = get_article(db, get_article_id(room.archive, db, article_id))
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    return ArticleAndStory(
        **values,
        story=find_story(db, row.id),
        linking=find_linking(db, row.id, row.addresses),
    )
