"""The archive for assistants: a server of the Model Context Protocol with tools that only read.

What they find is what readers may see, and each answer has the permalink to cite it by.

Source: modelcontextprotocol.io, specification of tools and of the stdio transport.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from importlib.metadata import version
from itertools import islice
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field
from sqlite_utils import Database

from archive.citation import STYLES, Citation
from archive.config import load_config
from archive.errors import MicroficheError
from archive.index.articles import ArticleRow, VersionRow, get_article, pick_version
from archive.index.diff import Kind, Paragraph, diff_versions
from archive.index.history import Narrowing, choose_versions, iter_events
from archive.index.open import read_index
from archive.layout import Archive
from archive.replay.origins import Origins
from archive.rights.rules import Audience
from archive.search import search
from archive.search.results import Hit, plain
from archive.web.cite import citation_of, permalink_of
from archive.web.named import get_article_id
from archive.web.render import page_of

INSTRUCTIONS = """\
An archive of news articles as they were published, with every version of each. Search it, read and
compare versions, and cite what you use by its permalink: it leads to the words as they were read.
Dates of capture are UTC. Nothing here changes the archive.
"""

ArticleName = Annotated[str, Field(description="An article_id, or the address on the web.")]
VersionName = Annotated[
    str, Field(description="A version_id, or a number from 1; empty: the newest.")
]
Day = Annotated[str, Field(pattern=r"^(\d{4}(-\d\d(-\d\d)?)?)?$", description="2026-01-31")]
Count = Annotated[int, Field(ge=1, le=50)]
Facts = dict[str, Any]


def create_server(archive: Archive, origins: Origins) -> MCPServer:
    """The server; its tools open the index for each call, as a reader does.

    Args:
        archive: What is read.
        origins: Where the reading room is reached, for permalinks.
    """
    desk = _Desk(archive, origins)
    server = MCPServer(
        "microfiche",
        version=version("microfiche"),
        instructions=INSTRUCTIONS,
        log_level="WARNING",
    )
    reading = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for tool in (desk.search, desk.article, desk.versions, desk.diff, desk.events, desk.cite):
        server.tool(annotations=reading)(_saying_what_is_wrong(tool))
    return server


def _saying_what_is_wrong(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Our errors are for whoever asks; the library tells no other."""

    @wraps(tool)
    def answered(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the tool's
        try:
            return tool(*arguments, **named)
        except MicroficheError as error:
            raise ToolError(str(error)) from error

    return answered


class _Desk:
    def __init__(self, archive: Archive, origins: Origins) -> None:
        self._archive = archive
        self._origins = origins

    def search(
        self,
        query: Annotated[
            str, Field(description='Words, "a phrase", -without, OR, source:ID, after:2026-01')
        ],
        limit: Count = 10,
        order: Literal["relevance", "newest", "oldest"] = "relevance",
        after: Annotated[str, Field(description="`after` of the page before.")] = "",
    ) -> Facts:
        """Find articles by what they say; hits have the place that matched and a permalink."""
        with self._reading() as db:
            found = search(db, query, limit=limit, order=order, after=after or None)
        return {
            "total": found.total,
            "total_is_exact": found.exact,
            "notes": [str(note) for note in found.notes],
            "hits": [self._hit(hit) for hit in found.hits],
            "after": found.after,
        }

    def article(self, article: ArticleName, version: VersionName = "") -> Facts:
        """Read an article: its text in one version, who wrote it, when, and where it was taken."""
        row, shown = self._version(article, version)
        return self._facts(row, shown) | {
            "standfirst": shown.standfirst,
            "text": shown.text,
            "authors": list(shown.authors),
            "modified": shown.modified,
            "language": shown.language,
            "taken_from": shown.credit,
            "versions": len(row.versions),
            "removed_at": row.removed,
            "citation": STYLES["Chicago"](self._citation(row, shown)),
        }

    def versions(self, article: ArticleName) -> list[Facts]:
        """List the versions of an article, the oldest first."""
        row, _ = self._version(article, "")
        return [self._facts(row, version) | {"words": version.words} for version in row.versions]

    def diff(
        self, article: ArticleName, before: VersionName = "", after: VersionName = ""
    ) -> Facts:
        """Compare two versions of an article; without names what the last edit changed."""
        row, _ = self._version(article, "")
        old, new = choose_versions(row, before, after)
        changes = [change for change in diff_versions(old, new) if change.kind is not Kind.SAME]
        room = f"{self._origins.room}/articles/{row.id}"
        return {
            "before": self._facts(row, old),
            "after": self._facts(row, new),
            "changes": [_change(change) for change in changes],
            "permalink": f"{room}/compare?before={old.id}&after={new.id}",
        }

    def events(
        self,
        since: Day = "",
        until: Day = "",
        kind: Annotated[
            str, Field(description="published, edited, retitled, removed, restored, …")
        ] = "",
        source: Annotated[str, Field(description="The id of a source.")] = "",
        *,
        silent: Annotated[bool, Field(description="Only undeclared edits.")] = False,
        limit: Count = 20,
    ) -> list[Facts]:
        """List what happened to articles, the newest first: edits, new titles, removals."""
        first, last = since.replace("-", ""), until.replace("-", "") or "9"
        wanted = Narrowing(first, last, kind, source, silent=silent)
        with self._reading() as db:
            found = list(islice(iter_events(db, wanted, newest_first=True), limit))
        return [
            {
                "at": event.at,
                "kind": event.kind,
                "silent": event.silent,
                "title": event.title,
                "source": event.source_name,
                "detail": event.detail,
                "article_id": event.article_id,
                "permalink": f"{self._origins.room}/articles/{event.article_id}",
            }
            for event in found
        ]

    def cite(
        self,
        article: ArticleName,
        version: VersionName = "",
        style: Literal["Chicago", "APA", "MLA", "Wikipedia", "Robust link"] = "Chicago",
    ) -> str:
        """Cite a version of an article, with its address on the web and its permalink here."""
        return STYLES[style](self._citation(*self._version(article, version)))

    def _reading(self) -> AbstractContextManager[Database]:
        return read_index(self._archive, audience=Audience.READERS)

    def _version(self, name: str, version: str) -> tuple[ArticleRow, VersionRow]:
        with self._reading() as db:
            row = get_article(db, get_article_id(self._archive, db, name))
        if version.isdecimal() and 0 < int(version) <= len(row.versions):
            return row, row.versions[int(version) - 1]
        return row, pick_version(row, version)

    def _citation(self, row: ArticleRow, version: VersionRow) -> Citation:
        title = load_config(self._archive).archive.title or "microfiche"
        return citation_of(self._origins, title, row, version)

    def _facts(self, row: ArticleRow, version: VersionRow) -> Facts:
        return {
            "article_id": row.id,
            "version_id": version.id,
            "title": version.title,
            "source": row.source_name,
            "url": version.url,
            "published": version.published,
            "captured_at": version.first_captured,
            "permalink": permalink_of(self._origins, row, version),
        }

    def _hit(self, hit: Hit) -> Facts:
        return {
            "article_id": hit.article_id,
            "version_id": hit.version_id,
            "title": plain(hit.title),
            "snippet": plain(hit.snippet),
            "source": hit.source_name,
            "published": hit.published,
            "captured_at": hit.captured_at,
            "in_earlier_version": hit.in_earlier,
            "removed_at": hit.removed,
            "permalink": f"{self._origins.room}{page_of(hit)}",
        }


def _change(change: Paragraph) -> Facts:
    gone = "".join(piece.text for piece in change.pieces if piece.kind is not Kind.ADDED)
    come = "".join(piece.text for piece in change.pieces if piece.kind is not Kind.REMOVED)
    return {
        "part": change.part,
        "kind": change.kind.value,
        "before": "" if change.kind is Kind.ADDED else gone,
        "after": "" if change.kind is Kind.REMOVED else come,
    }
