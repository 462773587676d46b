"""What one transaction does to addresses, versions and articles; used by `write`."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlite_utils import Database

from archive.index.rows import LINKS, VERSIONS, Said, StoredLink, StoredVersion
from archive.indexer import fulltext
from archive.indexer.article import Home, derive
from archive.indexer.derive import derive_again, next_numbers
from archive.indexer.events import Outcome, Sight
from archive.indexer.fulltext import Indexed, follow, read_indexed
from archive.indexer.identity import (
    Address,
    address_of_url,
    choose_main,
    claimed_address,
    find_unions,
    is_shallower,
    main_addresses,
    plain_url,
    store_claims,
    twin_address,
)
from archive.indexer.reading import Reading
from archive.indexer.revisits import Resolved
from archive.indexer.rows import insert_articles
from archive.indexer.store import Stored
from archive.indexer.versions import (
    copied,
    links_of,
    move_versions,
    remove_versions,
    store_versions,
    version_of,
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A capture of a page, and what it showed at its address."""

    item: Stored
    address: Address
    outcome: Outcome
    reading: Reading | None = None
    target: Address | None = None

    def version(self, article: int) -> tuple[StoredVersion, list[StoredLink]]:
        """The version that it shows, as one of an article; only of pages that were read."""
        assert self.reading is not None
        number, capture = self.item.number, self.item.capture
        is_cut = capture.truncated is not None
        version = version_of(article, number, capture.uri, self.reading, is_cut=is_cut)
        return version, links_of(number, self.reading)

    def claims(self) -> list[tuple[int, int | None, int]]:
        """What it says it is; only of pages that were read."""
        assert self.reading is not None
        return _claims(self.address.id, self.address.source, self.item.capture.uri, self.reading)


@dataclass(slots=True)
class Work:
    """One transaction's changes: `take` captures once, then `finish`.

    ``new_articles`` and ``new_versions`` count by source. Without ``straight`` what is met for
    the first time takes the same way as everything else, and gives the same rows.
    """

    db: Database
    straight: bool = True
    new_articles: Counter[str] = field(default_factory=Counter)
    new_versions: Counter[str] = field(default_factory=Counter)
    _touched: set[int] = field(default_factory=set)
    _before: dict[int, Indexed] = field(default_factory=dict)

    def take(self, stored: Iterable[Stored]) -> None:
        """Captures of pages: their addresses, what they showed, new versions, claims."""
        seen = [page for page in map(_seen, stored) if page is not None]
        if self.straight:
            seen = self._take_fresh(seen)
        rows = [_address_row(page) for page in seen]
        self._touched |= {row[0] for row in rows}
        self.db.conn.executemany(_INSERT_ADDRESS, rows)
        articles = self._articles_at([page.address.id for page in seen])
        self._remember(article for article in articles.values() if article)
        read = [page for page in seen if page.reading]
        self._store_versions(
            (page.address.source, page.version(articles[page.address.id] or page.address.id))
            for page in read
        )
        self.db.conn.executemany(_INSERT_SEEN, [_seen_row(page) for page in seen])
        self._adopt(page.address.id for page in read)
        store_claims(self.db, [claim for page in read for claim in page.claims()])

    def take_revisits(self, resolved: Sequence[Resolved]) -> None:
        """Revisits that are known to show what another capture showed."""
        self._touched |= {item.address for item in resolved}
        articles = self._articles_at([item.address for item in resolved])
        self._remember(article for article in articles.values() if article)
        copies = []
        for item in resolved:
            article = articles[item.address] or item.address
            if article != item.article:
                copies.append((item, copied(self.db, item, to=article)))
        self.db.conn.executemany(
            "UPDATE article_captures SET outcome = 'read', digest = ?, published = ? "
            "WHERE capture = ?",
            [(item.digest, item.published, item.capture) for item in resolved],
        )
        self._store_versions((item.source, found) for item, found in copies)
        self._adopt(item.address for item in resolved)
        # The same bytes at another address make the same claims there.
        claims = (_claims(item.address, item.source, item.uri, of) for item, (of, _) in copies)
        store_claims(self.db, chain.from_iterable(claims))

    def finish(self) -> None:
        """Join addresses that are one article, compute what was touched, follow in full text."""
        store_claims(self.db, self._claims_by_redirect())
        changed = self._unite()
        changed |= {found for found in self._articles_at(self._touched).values() if found}
        self._compute(changed)

    def forget(self, addresses: Iterable[int]) -> None:
        """Take out all that captures showed at these addresses, as if they had never been met."""
        found = set(addresses)
        articles = {article for article in self._articles_at(found).values() if article}
        self._remember(articles)
        rows = {"addresses": json.dumps(sorted(found)), "articles": json.dumps(sorted(articles))}
        versions = self.db.execute(_VERSIONS_OF, rows).fetchall()
        remove_versions(self.db, [version for (version,) in versions])
        for sql in _FORGET:
            self.db.execute(sql, rows)
        self._compute(articles)

    def _compute(self, changed: set[int]) -> None:
        """Compute articles again; the full text follows."""
        self._remember(changed)
        new = derive_again(self.db, changed, main_addresses(self.db, changed))
        self.new_articles.update(new.values())
        follow(self.db, self._before, read_indexed(self.db, changed | self._before.keys()))

    def _take_fresh(self, seen: Sequence[_Seen]) -> list[_Seen]:
        """Write what is met for the first time, once, and claims nothing; gives the rest.

        By far most of all: nothing has to be read back from the database for it.
        """
        times = Counter(page.address.id for page in seen)
        alone = [page for page in seen if page.reading and times[page.address.id] == 1]
        alone = [page for page in alone if not page.claims()]
        listed = json.dumps([page.address.id for page in alone])
        known = {row[0] for row in self.db.execute(_KNOWN, {"listed": listed})}
        new = [page for page in alone if page.address.id not in known]
        if not new:
            return list(seen)
        self.db.conn.executemany(
            "INSERT INTO addresses (id, source, key, first_capture, article) "
            "VALUES (?, ?, ?, ?, ?)",
            sorted((*_address_row(page), page.address.id) for page in new),
        )
        self.db.conn.executemany(_INSERT_SEEN, [_seen_row(page) for page in new])
        versions = [page.version(page.address.id) for page in new]
        VERSIONS.insert(self.db, (version for version, _ in versions))
        LINKS.insert(self.db, (link for _, links in versions for link in links))
        derived = [
            derive(
                Home(
                    number, version.article, page.address.source, plain_url(page.item.capture.uri)
                ),
                [version],
                [_sight(page, version)],
                {},
            )
            for number, page, (version, _) in zip(
                next_numbers(self.db, len(new)), new, versions, strict=True
            )
        ]
        insert_articles(self.db, derived)
        fulltext.add(
            self.db,
            {
                item.article.number: page.reading.full_text
                for item, page in zip(derived, new, strict=True)
                if page.reading
            },
        )
        by_source = Counter(page.address.source for page in new)
        self.new_articles.update(by_source)
        self.new_versions.update(by_source)
        written = {page.address.id for page in new}
        return [page for page in seen if page.address.id not in written]

    def _articles_at(self, addresses: Iterable[int]) -> dict[int, int | None]:
        listed = json.dumps(sorted(set(addresses)))
        return dict(
            self.db.execute(
                "SELECT id, article FROM addresses WHERE id IN (SELECT value FROM json_each(?))",
                [listed],
            )
        )

    def _remember(self, articles: Iterable[int]) -> None:
        """Keep what the full text holds of articles before anything of them is changed."""
        missing = set(articles) - self._before.keys()
        if missing:
            self._before |= read_indexed(self.db, missing)

    def _store_versions(
        self, found: Iterable[tuple[str, tuple[StoredVersion, list[StoredLink]]]]
    ) -> None:
        kept = list(found)
        source_of = {version.article: source for source, (version, _) in kept}
        new = store_versions(self.db, [version for _, version in kept])
        self.new_versions.update(source_of[article] for article in new)

    def _adopt(self, addresses: Iterable[int]) -> None:
        """Make an address where something was read an article, if it is none yet."""
        self.db.conn.executemany(
            "UPDATE addresses SET article = id WHERE id = ? AND article IS NULL",
            [(address,) for address in addresses],
        )

    def _claims_by_redirect(self) -> list[tuple[int, int | None, int]]:
        """A page that was read and redirects elsewhere (before or after) claims to be that."""
        listed = json.dumps(sorted(self._touched))
        return [
            (target, digest, address)
            for target, address, *digests in self.db.execute(_REDIRECTS, [listed])
            for digest in digests
        ]

    def _unite(self) -> set[int]:
        """Merge articles that turn out to be one; gives all concerned, before and after."""
        changed: set[int] = set()
        for articles in find_unions(self.db, self._touched):
            own = choose_main(self.db, articles)
            if articles != {own}:
                self._remember(articles)
                move_versions(self.db, articles, to=own)
                listed = {"own": own, "articles": json.dumps(sorted(articles))}
                self.db.execute(_UNITE, listed)
                changed |= articles | {own}
        return changed


_KNOWN = """
SELECT id FROM addresses WHERE id IN (SELECT value FROM json_each(:listed))
UNION SELECT claimed FROM claims WHERE claimed IN (SELECT value FROM json_each(:listed))
"""
_VERSIONS_OF = "SELECT id FROM versions WHERE article IN (SELECT value FROM json_each(:articles))"
_AT_ADDRESSES = (
    "(SELECT capture FROM article_captures WHERE address IN "
    "(SELECT value FROM json_each(:addresses)))"
)
_FORGET = (
    "DELETE FROM events WHERE article IN (SELECT value FROM json_each(:articles))",
    f"DELETE FROM extraction_failures WHERE capture IN {_AT_ADDRESSES}",  # noqa: S608 - ours
    f"DELETE FROM captures WHERE id IN {_AT_ADDRESSES}",  # noqa: S608 - our own text
    "DELETE FROM article_captures WHERE address IN (SELECT value FROM json_each(:addresses))",
    "DELETE FROM claims WHERE address IN (SELECT value FROM json_each(:addresses))",
    "DELETE FROM addresses WHERE id IN (SELECT value FROM json_each(:addresses))",
)
_INSERT_ADDRESS = """
INSERT INTO addresses (id, source, key, first_capture) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, first_capture = excluded.first_capture
WHERE excluded.first_capture < addresses.first_capture
"""
_UNITE = """
UPDATE addresses SET article = :own WHERE article <> :own AND (
    (id IN (SELECT value FROM json_each(:articles)) AND article = id)
    OR (article IN (SELECT value FROM json_each(:articles)) AND article <> id)
)
"""
_INSERT_SEEN = """
INSERT INTO article_captures (capture, address, outcome, digest, published, target)
VALUES (?, ?, ?, ?, ?, ?)
"""
_REDIRECTS = """
SELECT DISTINCT m.target, m.address, v.title_digest, v.text_digest
FROM json_each(?) t
JOIN article_captures m ON m.address = t.value AND m.outcome = 'moved' AND m.target IS NOT NULL
JOIN article_captures r ON r.address = t.value AND r.outcome = 'read'
JOIN addresses d ON d.id = r.address
JOIN versions v ON v.article = d.article AND v.digest = r.digest
"""


def _seen(item: Stored) -> _Seen | None:
    capture = item.capture
    address = address_of_url(capture.source, capture.uri, capture.urlkey)
    if isinstance(item.outcome, Reading) and capture.status == 200:
        if item.outcome.is_article:
            return _Seen(item, address, Outcome.READ, item.outcome)
        return _Seen(item, address, Outcome.SOFT) if item.outcome.is_error else None
    if capture.is_moved:
        if is_shallower(capture.uri, capture.redirect):
            return _Seen(item, address, Outcome.SOFT)
        target = claimed_address(capture.source, capture.uri, capture.redirect)
        return _Seen(item, address, Outcome.MOVED, target=target)
    if capture.is_gone:
        return _Seen(item, address, Outcome.GONE)
    return _Seen(item, address, Outcome.WAITING) if capture.is_same else None


def _sight(page: _Seen, version: StoredVersion) -> Sight:
    capture = page.item.capture
    return Sight(
        article=version.article,
        capture=version.id,
        timestamp=capture.timestamp,
        address=page.address.id,
        outcome=page.outcome,
        version=version,
        told_by=version.text_digest,
        published=version.published,
        is_cut=version.is_cut,
    )


def _address_row(page: _Seen) -> tuple[int, str, str | None, int]:
    """An address as one capture has it; its key only where that is not the capture's urlkey."""
    key = None if page.address.key == page.item.capture.urlkey else page.address.key
    return (page.address.id, page.address.source, key, page.item.number)


def _seen_row(page: _Seen) -> tuple[object, ...]:
    digest, published = (
        (page.reading.digest, page.reading.published) if page.reading else (None, None)
    )
    target = page.target.id if page.target else None
    return (page.item.number, page.address.id, page.outcome.value, digest, published, target)


def _claims(address: int, source: str, uri: str, said: Said) -> list[tuple[int, int | None, int]]:
    """What a page says it is by its canonical link, and what its address says: an AMP page's."""
    targets = {claimed_address(source, uri, said.canonical_url), twin_address(source, uri)}
    digests = (said.title_digest, said.text_digest)
    return [(to.id, digest, address) for to in targets if to for digest in digests]
