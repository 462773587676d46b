"""Which addresses are one article: decided from the set of all captures, in whatever order.

An address is an article of its own until a claim says otherwise. A claim is a ``rel=canonical``
or a redirect to another address of the same source, and it is believed only where the article
it leads to, or another address with the same claim, agrees in title or text. Claims are kept
per digest (claimed address, digest of a title or text), so agreement is equality of two rows,
can only ever be added, and the result is the same for any order of reading.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sqlite_utils import Database

from archive.index.ids import number_id
from archive.urls import article_key, is_http, without_tracking


@dataclass(frozen=True, slots=True)
class Address:
    """An address articles may live at: its key is its urlkey without tracking parameters.

    ``id`` is the key of its row in ``addresses``, and the id of its article, too, as long as this
    is the article's main address.
    """

    source: str
    key: str
    id: int


# Most addresses are in their plain spelling and have no parameters: nothing is to be taken away,
# and taking them apart to see that cost 45 microseconds an article.
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[A-Za-z0-9/._~-]*")


def address_of_url(source: str, url: str, urlkey: str | None = None) -> Address:
    """The address of a URL at a source; its urlkey where that is known."""
    is_known = urlkey is not None and _PLAIN.fullmatch(url)
    key = urlkey if is_known and urlkey else article_key(url)
    return Address(source, key, number_id(source, key))


def plain_url(url: str) -> str:
    """An address without tracking parameters.

    >>> plain_url("https://a.example/x?utm_source=rss"), plain_url("https://a.example/x")
    ('https://a.example/x', 'https://a.example/x')
    """
    return url if _PLAIN.fullmatch(url) else without_tracking(url)


def claimed_address(source: str, url: str, canonical: str | None) -> Address | None:
    """The address that a page claims to be, where that may be believed at all.

    Not itself; no home page; no page nearer to it than the article is, unless its last step looks
    like an article's (two dashes or five digits), or the rest is what makes a twin of it.

    >>> claimed_address("s", "https://a.example/news/x-y-z/amp", "https://a.example/news/x-y-z").key
    'example,a)/news/x-y-z'
    >>> claimed_address("s", "https://a.example/amp/flood", "https://a.example/flood").key
    'example,a)/flood'
    >>> claimed_address("s", "https://a.example/news/x-y-z", "https://a.example/news") is None
    True
    """
    if not canonical or canonical == url or not is_http(canonical):
        return None
    own, claimed = address_of_url(source, url), address_of_url(source, canonical)
    if own == claimed:
        return None
    # Another host is another publication, unless the one is a name below the other (m., amp.).
    hosts = [key.partition(")")[0].partition(":")[0] for key in (own.key, claimed.key)]
    if not (hosts[0].startswith(hosts[1]) or hosts[1].startswith(hosts[0])):
        return None
    steps, own_steps = _steps(canonical), _steps(url)
    if not steps and "?" not in claimed.key:
        return None
    is_near = len(steps) >= len(own_steps) or _is_slug(steps) or "?" in claimed.key
    return claimed if is_near or twin_address(source, url) == claimed else None


def twin_address(source: str, url: str) -> Address | None:
    """The address of which this one shows an AMP, mobile or print page; None for any other.

    >>> for url in ("https://m.a.example/x", "https://a.example/amp/x", "https://a.example/x?amp=1"):
    ...     print(twin_address("s", url).key)
    example,a)/x
    example,a)/x
    example,a)/x
    >>> twin_address("s", "https://a.example/champ") is None
    True
    """
    if not _MAY_BE_TWIN.search(url):
        return None
    parts = urlsplit(url)
    host = _TWIN_HOST.sub("", parts.netloc, count=1)
    steps = [step for step in parts.path.split("/") if not _TWIN_STEP.fullmatch(step)]
    path = _TWIN_END.sub(r"\1", "/".join(steps)) or "/"
    query = "&".join(p for p in parts.query.split("&") if not _TWIN_PARAMETER.fullmatch(p))
    if not _steps(path) and not query:
        return None
    plain = urlunsplit(parts._replace(netloc=host, path=path, query=query))
    own, twin = address_of_url(source, url), address_of_url(source, plain)
    return None if own == twin else twin


_MAY_BE_TWIN = re.compile(
    r"amp|//(?:m|mobile?|mobi|wap|touch|lite|print)\.|print|mobil|druck|imprim|stampa|[?&]m=",
    re.IGNORECASE,
)
_TWIN_HOST = re.compile(r"^(?:m|mobile?|mobi|wap|touch|lite|amp|print)\.(?=[^.]+\.)", re.IGNORECASE)
_TWIN_STEP = re.compile(
    r"amp|amphtml|print|printable|printversion|print-version|mobile?|druck|drucken|druckversion"
    r"|imprimir|imprimer|impression|stampa|drukuj|skriv-ut",
    re.IGNORECASE,
)
_TWIN_END = re.compile(r"[._-](?:amp|print|druck|mobile?)(\.[a-z]{3,5})?$", re.IGNORECASE)
_TWIN_PARAMETER = re.compile(
    r"(?:_?amp|print|printable|mobile|m|druck)(?:=(?:1|true|yes|y|on)?)?"
    r"|(?:output|outputtype|view|mode|format|type|layout|version|tmpl|service)="
    r"(?:amp|print|printable|mobile|druck)",
    re.IGNORECASE,
)
_DIRECTORY_FILE = re.compile(r"(?:index|default)\.(?:html?|php|aspx?|jsp)", re.IGNORECASE)
_NO_HOME = re.compile(r"log-?in|sign-?in|account|subscri|consent|register|auth|paywall|abo\b|offer")


def is_shallower(url: str, target: str | None) -> bool:
    """Whether a redirect leads to the home page or a section: what was asked for is gone.

    >>> is_shallower("https://a.example/news/a-b-c", "https://www.a.example/")
    True
    >>> is_shallower("https://a.example/news/a-b-c", "https://a.example/2026/05/a-b-c")
    False
    """
    if not target or not is_http(target) or _NO_HOME.search(target):
        return False
    hosts = [(urlsplit(u).hostname or "").removeprefix("www.") for u in (url, target)]
    if not (hosts[0].endswith(hosts[1]) or hosts[1].endswith(hosts[0])):
        return False
    steps, own_steps = _steps(target), _steps(url)
    return len(steps) < len(own_steps) and not _is_slug(steps) and not urlsplit(target).query


def _steps(url: str) -> list[str]:
    """The steps of a path; a file that stands for its directory is none.

    >>> _steps("https://a.example/news/index.html")
    ['news']
    """
    steps = urlsplit(url).path.split("/")
    return [step for step in steps if step and not _DIRECTORY_FILE.fullmatch(step)]


def _is_slug(steps: list[str]) -> bool:
    slug = steps[-1] if steps else ""
    return slug.count("-") >= 2 or sum(map(str.isdigit, slug)) >= 5


def store_claims(db: Database, claims: Iterable[tuple[int, int | None, int]]) -> None:
    """Keep claims: claimed address, digest of the claimant's title or text, claimant."""
    db.conn.executemany(
        "INSERT INTO claims (claimed, digest, address) VALUES (?, ?, ?) "
        "ON CONFLICT (claimed, digest, address) DO NOTHING",
        {claim for claim in claims if claim[1] is not None},
    )


def find_unions(db: Database, addresses: Iterable[int]) -> list[set[int]]:
    """Sets of articles that are one, among all that have to do with these addresses.

    Holds single articles too whose main address may have to be chosen again.
    """
    touched = json.dumps(sorted(set(addresses)))
    groups: dict[tuple[int, int], set[int]] = defaultdict(set)
    for claimed, digest, claimant, target in db.execute(_BELIEVED, {"touched": touched}):
        groups[claimed, digest] |= {article for article in (claimant, target) if article}
    singles = {row[0] for row in db.execute(_WITH_MANY, {"touched": touched})}
    return list(_components([*groups.values(), *({article} for article in singles)]))


# Claims these addresses make or are the object of, and every other claimant of the same.
_BELIEVED = """
WITH touched (id) AS (SELECT value FROM json_each(:touched)),
concerned (claimed, digest) AS (
    SELECT c.claimed, c.digest FROM claims c JOIN touched t ON t.id = c.claimed
    UNION
    SELECT c.claimed, c.digest FROM touched t JOIN claims c ON c.address = t.id
)
SELECT c.claimed, c.digest, a.article,
       (SELECT d.article FROM addresses d
        JOIN article_captures ac ON ac.address = d.id AND ac.outcome = 'read'
        JOIN versions v ON v.article = d.article AND v.digest = ac.digest
        WHERE d.id = c.claimed AND (v.title_digest = c.digest OR v.text_digest = c.digest)
        LIMIT 1)
FROM concerned n JOIN claims c ON c.claimed = n.claimed AND c.digest = n.digest
JOIN addresses a ON a.id = c.address
"""
# Most articles have one address, the one whose id is theirs; the others are in an index.
_WITH_MANY = """
SELECT DISTINCT o.article FROM json_each(:touched) t JOIN addresses a ON a.id = t.value
JOIN addresses o ON o.article = a.article AND o.article <> o.id
"""


def choose_main(db: Database, articles: Iterable[int]) -> int:
    """The main address of a set of articles that are one: its id is theirs.

    One that others claim to be before one that none does; then the one captured first.
    """
    row = db.execute(_MAIN, {"articles": json.dumps(sorted(articles))}).fetchone()
    return int(row[0])


def main_addresses(db: Database, articles: Iterable[int]) -> dict[int, int]:
    """The main address of each of these articles, by the article's id."""
    listed = json.dumps(sorted(articles))
    counted = db.execute(_COUNTED, {"articles": listed}).fetchall()
    return {
        article: address if count == 1 else choose_main(db, [article])
        for article, count, address in counted
    }


ADDRESSES_OF = """
SELECT * FROM addresses
WHERE id IN (SELECT value FROM json_each(:articles)) AND article = id
UNION ALL
SELECT * FROM addresses
WHERE article IN (SELECT value FROM json_each(:articles)) AND article <> id
"""
"""Every address of these articles."""

_COUNTED = f"""
SELECT article, count(*), min(id) FROM ({ADDRESSES_OF}) GROUP BY article
"""  # noqa: S608 - our own text
_MAIN = f"""
WITH mine AS ({ADDRESSES_OF})
SELECT m.id FROM mine m
ORDER BY NOT EXISTS (SELECT 1 FROM claims c JOIN mine o ON o.id = c.address
                     WHERE c.claimed = m.id AND o.id <> m.id),
         m.first_capture, m.id
LIMIT 1
"""  # noqa: S608 - our own text


def _components(sets: Iterable[set[int]]) -> Iterator[set[int]]:
    """Join sets that have a member in common.

    >>> sorted(map(sorted, _components([{1, 2}, {3}, {2, 4}])))
    [[1, 2, 4], [3]]
    """
    of: dict[int, set[int]] = {}
    for group in sets:
        joined = set(group)
        for member in group:
            joined |= of.get(member, set())
        for member in joined:
            of[member] = joined
    seen: set[int] = set()
    for joined in of.values():
        if id(joined) not in seen:
            seen.add(id(joined))
            yield joined
