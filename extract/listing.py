"""Lists of stories: front pages, sections, tags, authors, archives, results of a search.

Counted like refusals: what the page states (2), its address (1), its heading (1 or 2), and that
its text is headlines that lead to other pages of the site, with or without an excerpt (2).
"""

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from extract.article import BlockKind
from extract.lines import Line, weigh
from extract.structured import Structured, types_of
from extract.surface import MIN_PROSE, Heading
from extract.title import fold

_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
_WORDS = (
    r"tags?|etiquetas?|schlagwort|schlagworte|stichwort|mot-cle|tema|temas|themes?|thema|themen|"
    r"topics?|category|categories|categoria|categorie|kategorie|kategori|rubrik|rubrique|rubric|"
    r"authors?|autor|autoren|autores|auteurs?|autore|profile|people|by|"
    r"archives?|archiv|archivo|archivio|series|collections?|label|labels"
)
_ADDRESS = re.compile(
    rf"/(?:{_WORDS})/[^/]+/?$|/(?:{_WORDS})/?$|/page/\d+/?$|/\d{{4}}/(?:\d{{1,2}}/)?$|"
    r"/(?:search|suche|recherche|buscar|busqueda|busca|cerca|zoeken|szukaj|arama|sok|poisk)(?:/|\.\w+|$)",
    re.IGNORECASE,
)
_QUERY = re.compile(
    r"(?:^|&)(?:s|q|query|search|keywords?|suchbegriff|tag|cat|author|paged)=", re.IGNORECASE
)
# At the beginning of a title or heading; what follows is the name of the list.
_HEAD = re.compile(
    r"^(?:index of\b|search results?\b|results for\b|suchergebnis\w*\b|"
    r"ergebnisse für\b|résultats?\b|resultados?\b|risultati\b|zoekresultaten\b|"
    r"wyniki wyszukiwania\b|sökresultat\b|результаты поиска\b|"
    r"検索結果|搜索结果|搜尋結果|검색결과|검색 결과|"
    r"(?:posts tagged|posts by|articles by|stories by|all posts by|all articles by|"
    r"alle artikel von|alle beiträge von|"
    r"tous les articles de|todos los artículos de|tutti gli articoli di)\b)",
    re.IGNORECASE,
)
# The same with a colon, which folding takes away.
_LABEL = re.compile(
    r"^(?:tags?|topic|category|author|archives?|month|year|day|search|schlagwort|stichwort|kategorie|monat|"
    r"autor|suche|étiquette|mot-clé|catégorie|auteur|mois|recherche|etiqueta|categoría|mes|archivo|"
    r"búsqueda|categoria|autore|mese|archivio|ricerca|arquivo|mês|busca|trefwoord|categorie|zoeken|"
    r"tagi|kategoria|szukaj|etikett|kategori|etiket|рубрика|метка|тег|автор|архив|поиск|"
    r"カテゴリー|タグ|検索|标签|分类|标籤|分類|태그|카테고리)\s*[:：]",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\b(?:archives?|archiv|search results|all articles|all stories|latest news|alle artikel|"
    r"tous les articles|todas las noticias|todos los artículos|tutti gli articoli|"
    r"все материалы(?: по теме)?|все новости)$|"
    r"(?:の記事一覧|記事一覧|一覧|の検索結果|文章列表|新闻列表|기사 목록|전체기사)$",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"^(?:/|/(?:index|home|default|start)(?:\.\w{3,5})?|/[a-z]{2}/?)$", re.IGNORECASE
)
_LINKED = 0.6
_MIN_TEASERS = 3
_MIN_TEASER_CHARS = 15
_MIN_HEADLINE_CHARS = 8
# Two lines below a linked headline its excerpt may begin: a date or a name stands between.
_REACH = 2
# "Latest news from Varby" is a section, "The ferry that links Varby with the islands" is none.
_MIN_STORY_HEADLINE_CHARS = 26
# More prose than a line above a list is a text.
_MAX_OWN = 120
_MAX_EXCERPT = 450
ENOUGH = 2
_LISTED = "address of a list"


def find_listing(
    said: Structured, headings: tuple[Heading, ...], lines: list[Line], url: str
) -> tuple[int, str]:
    """Weigh what speaks for a list of stories.

    Args:
        said: the page's statements.
        headings: its titles and headings.
        lines: all lines; those of menus, footers and other furniture are not looked at.
        url: its address.

    Returns:
        points, of which ``ENOUGH`` are enough where the page states nothing else, and the reasons.

    >>> find_listing(Structured(), (), [], "https://x.test/tag/harbour/")
    (1, 'address of a list')
    """
    points, why = 0, []
    parts = urlsplit(url)
    types = {name for node in said.nodes for name in types_of(node)}
    if types & _TYPES:
        points, why = 2, [f"json-ld {min(types & _TYPES)}"]
    if not parts.query and parts.path in {"", "/"}:
        points, why = points + 2, [*why, "address of a home page"]
    elif _ADDRESS.search(parts.path) or _QUERY.search(parts.query) or _HOME.match(parts.path):
        points, why = points + 1, [*why, _LISTED]
    if head := _heading(headings):
        points, why = points + 1 + head.startswith("index of"), [*why, f"heading '{head}'"]
    teasers, own = _count(lines, url, [h.text for h in headings if h.is_title])
    if teasers >= _MIN_TEASERS and own <= _MAX_OWN:
        points, why = points + 2, [*why, f"{teasers} headlines that lead to other pages"]
    elif teasers >= _MIN_TEASERS and "ItemList" in types:
        points, why = points + 1, [*why, "json-ld ItemList"]
    elif not teasers and points == ENOUGH and why[0] == _LISTED:
        return 1, _LISTED  # an address and a heading alone are names
    if points and not head and _has_headline(lines, [h.text for h in headings if h.is_title]):
        points, why = points - 1, [*why, "but a headline of its own"]
    return points, ", ".join(why)


def _has_headline(lines: list[Line], titles: list[str]) -> bool:
    """Tell whether a heading that its title repeats is longer than names of sections are."""
    return any(
        line.element.tag in {"h1", "h2"}
        and line.link_share < _LINKED
        and weigh(line.text) >= _MIN_STORY_HEADLINE_CHARS
        and any(fold(line.text) in title for title in titles)
        for line in lines
    )


def _heading(headings: tuple[Heading, ...]) -> str | None:
    for heading in headings:
        for text in (heading.text, *heading.parts):
            if match := _HEAD.search(text) or _TAIL.search(text):
                return match[0]
        if match := _LABEL.search(heading.plain):
            return match[0]
    return None


def _count(lines: list[Line], url: str, titles: list[str]) -> tuple[int, int]:
    """Count the headlines that lead on, and the prose that is no excerpt below one of them."""
    places: set[str] = set()
    own, near = 0, 0
    for line in lines:
        if line.marked is not None or line.kind is BlockKind.CAPTION:
            continue
        weight = weigh(line.text)
        is_heading = line.kind is BlockKind.SUBHEAD
        if line.link_share >= _LINKED and (is_heading or weight >= _MIN_TEASER_CHARS):
            # A headline may lead to its own page, in archives even by another address.
            is_own = weight >= _MIN_HEADLINE_CHARS and any(fold(line.text) in t for t in titles)
            places |= set() if is_own else _targets(line, url)
            near = 0 if is_own else _REACH
        elif weight >= MIN_PROSE and 2 * line.link_chars <= line.chars:
            own += max(0, weight - _MAX_EXCERPT) if near else weight
            near = 0
        else:
            near = max(0, near - 1)
    return len(places), own


def _targets(line: Line, url: str) -> set[str]:
    """List the other pages of the site that a line leads to."""
    try:
        here = urlsplit(url)
        there = [urlsplit(urljoin(url, a.get("href") or "#")) for a in _links(line)]
    except ValueError:
        return set()
    return {t.path for t in there if t.netloc == here.netloc and t.path not in {"", "/", here.path}}


def _links(line: Line) -> list[HtmlElement]:
    inside = list(line.element.iter("a"))
    return inside or list(line.element.iterancestors("a"))[:1]
