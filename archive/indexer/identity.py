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
from urllib.parse import urlsplit

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
    like an article's (two dashes or five digits).

    >>> claimed_address("s", "https://a.example/news/x-y-z/amp", "https://a.example/news/x-y-z").key
    'example,a)/news/x-y-z'
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
    steps, own_steps = ([s for s in urlsplit(u).path.split("/") if s] for u in (canonical, url))
    if not steps and "?" not in claimed.key:
        return None
    slug = steps[-1] if steps else ""
    is_slug = slug.count("-") >= 2 or sum(map(str.isdigit, slug)) >= 5
    return claimed if len(steps) >= len(own_steps) or is_slug or "?" in claimed.key else None


def store_claims(db: Database, claims: Iterable[tuple[int, int | None, int]]) -> None:
    """Keep claims: claimed address, digest of the claimant's title or text, claimant."""
    db.conn.executemany(
        "INSERT INTO claims (claimed, digest, address) VALUES (?, ?, ?) "
        "ON CONFLICT (claimed, digest, address) DO NOTHING",
        {claim for claim in claims if claim[1] is not None},
    )


def find_unions(db: Database, addresses: Iterable[int]) -> list[set[int]]:
    """Sets of articles that are one, among all that have to do with these addresses.

    Holds single articles too whose main address may have to be chosen anew.
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
