"""What one transaction does to addresses, versions and articles; used by `write`."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.indexer.derive import derive
from archive.indexer.fresh import Fresh, insert_fresh, known_addresses, place_fresh
from archive.indexer.fulltext import Indexed, follow, put_in, read_indexed, take_out
from archive.indexer.identity import (
    Address,
    address_of_url,
    choose_main,
    claimed_address,
    find_unions,
    main_addresses,
    store_claims,
)
from archive.indexer.numbers import renumber
from archive.indexer.reading import Reading
from archive.indexer.revisits import Resolved
from archive.indexer.store import Stored
from archive.indexer.versions import Row, copied, move_versions, store_versions, version_row


@dataclass(frozen=True, slots=True)
class _Seen:
    """A capture of a page, and what it showed at its address."""

    item: Stored
    address: Address
    outcome: str
    reading: Reading | None = None
    target: Address | None = None

    def fresh(self) -> Fresh:
        """The same for `archive.indexer.fresh`; only of pages that were read."""
        assert self.reading is not None
        capture = self.item.capture
        return Fresh(self.item.number, self.address.id, capture, self.reading)


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
    _shifted: set[int] = field(default_factory=set)

    def take(self, stored: Iterable[Stored]) -> None:
        """Captures of pages: their addresses, what they showed, new versions, claims."""
        seen = [page for page in map(_seen, stored) if page is not None]
        if self.straight:
            seen = self._take_fresh(seen)
        self._insert_addresses(seen)
        articles = self._articles_at([page.address.id for page in seen])
        self._remember(article for article in articles.values() if article)
        versions, claims = [], []
        for page in seen:
            if page.reading is not None:
                article = articles[page.address.id] or page.address.id
                row = version_row(article, page.item.number, page.item.capture.uri, page.reading)
                versions.append((page.address.source, row))
                claims += _claims(page)
        self.db.conn.executemany(_INSERT_SEEN, [_seen_row(page) for page in seen])
        self._store_versions(versions)
        self._adopt(page.address.id for page in seen if page.reading)
        store_claims(self.db, claims)

    def take_revisits(self, resolved: Sequence[Resolved]) -> None:
        """Revisits that are known to show what another capture showed."""
        self._touched |= {item.address for item in resolved}
        articles = self._articles_at([item.address for item in resolved])
        self._remember(article for article in articles.values() if article)
        rows = []
        for item in resolved:
            article = articles[item.address] or item.address
            if article != item.article:
                row = copied(self.db, item.article, item.digest, to=article, capture=item.capture)
                rows.append((item.source, row))
        self.db.conn.executemany(
            "UPDATE article_captures SET outcome = 'read', digest = ? WHERE capture = ?",
            [(item.digest, item.capture) for item in resolved],
        )
        self._store_versions(rows)
        self._adopt(item.address for item in resolved)

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
        for sql in _FORGET:
            self.db.execute(sql, rows)
        self._compute(articles)

    def _compute(self, changed: set[int]) -> None:
        """Compute articles again; the full text follows."""
        self._remember(changed)
        changes = derive(self.db, changed, main_addresses(self.db, changed))
        self.new_articles.update(changes.new.values())
        known = changed | self._before.keys()
        # Of all others nothing but the number is another one.
        moved = changes.moved.keys() - known - self._shifted
        take_out(self.db, moved, changes.moved)
        follow(self.db, self._before, read_indexed(self.db, known))
        put_in(self.db, (moved | self._shifted) - known)

    def _take_fresh(self, seen: Sequence[_Seen]) -> list[_Seen]:
        """Write what is met for the first time; gives the rest."""
        times = Counter(page.address.id for page in seen)
        alone = [page for page in seen if page.reading and times[page.address.id] == 1]
        alone = [page for page in alone if not _claims(page)]
        known = known_addresses(self.db, (page.address.id for page in alone))
        new = [page for page in alone if page.address.id not in known]
        if not new:
            return list(seen)
        self.db.conn.executemany(
            "INSERT INTO addresses (id, source, key, first_capture, article) "
            "VALUES (?, ?, ?, ?, ?)",
            sorted((*_address_row(page), page.address.id) for page in new),
        )
        self.db.conn.executemany(_INSERT_SEEN, [_seen_row(page) for page in new])
        fresh = [page.fresh() for page in new]
        placed = place_fresh(self.db, fresh)
        # Out of the full text before others come in under their numbers.
        take_out(self.db, placed.moved)
        self._shifted |= placed.moved.keys()
        renumber(self.db, placed.moved)
        insert_fresh(self.db, fresh, placed)
        by_source = Counter(page.address.source for page in new)
        self.new_articles.update(by_source)
        self.new_versions.update(by_source)
        written = {page.address.id for page in new}
        return [page for page in seen if page.address.id not in written]

    def _insert_addresses(self, seen: Iterable[_Seen]) -> None:
        rows = [_address_row(page) for page in seen]
        self._touched |= {row[0] for row in rows}
        self.db.conn.executemany(_INSERT_ADDRESS, rows)

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
        missing = set(articles) - self._before.keys() - self._shifted
        if missing:
            self._before |= read_indexed(self.db, missing)

    def _store_versions(self, rows: Iterable[tuple[str, Row]]) -> None:
        kept = list(rows)
        source_of = {row[1]: source for source, row in kept}
        new = store_versions(self.db, [row for _, row in kept])
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
    "DELETE FROM versions WHERE article IN (SELECT value FROM json_each(:articles))",
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
INSERT INTO article_captures (capture, address, outcome, digest, target) VALUES (?, ?, ?, ?, ?)
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
    if isinstance(item.outcome, Reading):
        return _Seen(item, address, "read", item.outcome) if item.outcome.is_article else None
    if capture.is_moved:
        target = claimed_address(capture.source, capture.uri, capture.redirect)
        return _Seen(item, address, "moved", target=target)
    if capture.is_gone:
        return _Seen(item, address, "gone")
    return _Seen(item, address, "waiting") if capture.is_same else None


def _address_row(page: _Seen) -> tuple[int, str, str | None, int]:
    """An address as one capture has it; its key only where that is not the capture's urlkey."""
    key = None if page.address.key == page.item.capture.urlkey else page.address.key
    return (page.address.id, page.address.source, key, page.item.number)


def _seen_row(page: _Seen) -> tuple[object, ...]:
    digest = page.reading.digest if page.reading else None
    target = page.target.id if page.target else None
    return (page.item.number, page.address.id, page.outcome, digest, target)


def _claims(page: _Seen) -> list[tuple[int, int | None, int]]:
    assert page.reading is not None
    uri, canonical = page.item.capture.uri, page.reading.canonical_url
    target = claimed_address(page.address.source, uri, canonical)
    if target is None:
        return []
    digests = (page.reading.title_digest, page.reading.text_digest)
    return [(target.id, digest, page.address.id) for digest in digests]
