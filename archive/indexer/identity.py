"""Which addresses are one article: decided from the set of all captures, in whatever order.

An address is an article of its own until a claim says otherwise. A claim is a ``rel=canonical``
or a redirect to another address of the same source, and it is believed only where the article
it leads to, or another address with the same claim, agrees in title or text. Claims are kept
per digest (claimed address, digest of a title or text), so agreement is equality of two rows,
can only ever be added, and the result is the same for any order of reading.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.index.ids import number_id, text_id
from archive.urls import article_key, is_http


@dataclass(frozen=True, slots=True)
class Address:
    """An address articles may live at: its key is its urlkey without tracking parameters."""

    source: str
    key: str

    @property
    def id(self) -> int:
        """The key of the row in ``addresses``."""
        return number_id(self.source, self.key)

    @property
    def own_article(self) -> str:
        """The id of its article, as long as this is the article's main address."""
        return text_id(self.source, self.key)


def address_of_url(source: str, url: str) -> Address:
    """The address of a URL at a source."""
    return Address(source, article_key(url))


def claimed_address(source: str, url: str, canonical: str | None) -> Address | None:
    """The address that a page claims to be, where that may be believed at all.

    Not itself; no home page; no page nearer to it than the article is, unless its last step looks
    like an article's (two dashes or five digits).

    >>> claimed_address("s", "https://a.example/news/x-y-z/amp", "https://a.example/news/x-y-z")
    Address(source='s', key='example,a)/news/x-y-z')
    >>> claimed_address("s", "https://a.example/news/x-y-z", "https://a.example/news") is None
    True
    """
    if not canonical or not is_http(canonical):
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


def store_claims(db: Database, claims: Iterable[tuple[int, str, int]]) -> None:
    """Keep claims: claimed address, digest of the claimant's title or text, claimant."""
    db.conn.executemany(
        "INSERT INTO claims (claimed, digest, address) VALUES (?, ?, ?) "
        "ON CONFLICT (claimed, digest, address) DO NOTHING",
        {claim for claim in claims if claim[1]},
    )


def find_unions(db: Database, addresses: Iterable[int]) -> list[set[str]]:
    """Sets of articles that are one, among all that have to do with these addresses.

    Holds single articles too whose main address may have to be chosen anew.
    """
    touched = json.dumps(sorted(set(addresses)))
    groups: dict[tuple[int, str], set[str]] = defaultdict(set)
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
_WITH_MANY = """
SELECT article FROM addresses
WHERE article IN (SELECT a.article FROM addresses a JOIN json_each(:touched) t ON t.value = a.id)
GROUP BY article HAVING count(*) > 1
"""


def choose_main(db: Database, articles: Iterable[str]) -> Address:
    """The main address of a set of articles that are one.

    One that others claim to be before one that none does; then the one captured first.
    """
    row = db.execute(_MAIN, {"articles": json.dumps(sorted(articles))}).fetchone()
    return Address(row[0], row[1])


def main_addresses(db: Database, articles: Iterable[str]) -> dict[str, int]:
    """The main address of each of these articles, by the article's id."""
    listed = json.dumps(sorted(articles))
    found = {}
    for article, count, address in db.execute(_COUNTED, [listed]):
        found[article] = address if count == 1 else choose_main(db, [article]).id
    return found


_COUNTED = """
SELECT article, count(*), min(id) FROM addresses
WHERE article IN (SELECT value FROM json_each(?)) GROUP BY article
"""
_MAIN = """
WITH mine AS (SELECT * FROM addresses WHERE article IN (SELECT value FROM json_each(:articles)))
SELECT m.source, m.key FROM mine m
ORDER BY NOT EXISTS (SELECT 1 FROM claims c JOIN mine o ON o.id = c.address
                     WHERE c.claimed = m.id AND o.id <> m.id),
         m.first_capture, m.id
LIMIT 1
"""


def _components(sets: Iterable[set[str]]) -> Iterator[set[str]]:
    """Join sets that have a member in common.

    >>> sorted(map(sorted, _components([{"a", "b"}, {"c"}, {"b", "d"}])))
    [['a', 'b', 'd'], ['c']]
    """
    of: dict[str, set[str]] = {}
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
