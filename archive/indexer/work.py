"""What one transaction does to addresses, versions and articles; used by `write`."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from archive.indexer.derive import derive
from archive.indexer.fulltext import Indexed, follow, read_indexed
from archive.indexer.identity import (
    Address,
    address_of_url,
    choose_main,
    claimed_address,
    find_unions,
    main_addresses,
    store_claims,
)
from archive.indexer.reading import Reading
from archive.indexer.revisits import Resolved
from archive.indexer.store import Stored
from archive.indexer.versions import copied, move_versions, store_versions, version_row
from archive.urls import without_tracking


@dataclass(frozen=True, slots=True)
class _Seen:
    """A capture of a page, and what it showed at its address."""

    item: Stored
    address: Address
    outcome: str
    reading: Reading | None = None
    target: Address | None = None


@dataclass(slots=True)
class Work:
    """One transaction's changes: `take` captures, then `finish` once.

    ``new_articles`` and ``new_versions`` count by source.
    """

    db: Database
    new_articles: Counter[str] = field(default_factory=Counter)
    new_versions: Counter[str] = field(default_factory=Counter)
    _touched: set[int] = field(default_factory=set)
    _before: dict[str, Indexed] = field(default_factory=dict)

    def take(self, stored: Iterable[Stored]) -> None:
        """Captures of pages: their addresses, what they showed, new versions, claims."""
        seen = [page for page in map(_seen, stored) if page is not None]
        self._insert_addresses(seen)
        articles = self._articles_at([page.address.id for page in seen])
        self._remember(article for article in articles.values() if article)
        versions, claims = [], []
        for page in seen:
            if page.reading is not None:
                article = articles[page.address.id] or page.address.own_article
                versions.append((page.address.source, article, page.item.number, page.reading))
                claims += _claims(page)
        self.db.conn.executemany(_INSERT_SEEN, [_seen_row(page) for page in seen])
        self._store_versions(
            (source, version_row(article, number, reading))
            for source, article, number, reading in versions
        )
        self._adopt({page.address.id: page.address.own_article for page in seen if page.reading})
        store_claims(self.db, claims)

    def take_revisits(self, resolved: Sequence[Resolved]) -> None:
        """Revisits that are known to show what another capture showed."""
        self._touched |= {item.address for item in resolved}
        articles = self._articles_at([item.address for item in resolved])
        self._remember(article for article in articles.values() if article)
        rows = []
        for item in resolved:
            article = articles[item.address] or item.own_article
            if article != item.article:
                row = copied(self.db, item.article, item.digest, to=article, capture=item.capture)
                rows.append((item.source, row))
        self.db.conn.executemany(
            "UPDATE article_captures SET outcome = 'read', digest = ? WHERE capture = ?",
            [(item.digest, item.capture) for item in resolved],
        )
        self._store_versions(rows)
        self._adopt({item.address: item.own_article for item in resolved})

    def finish(self) -> None:
        """Join addresses that are one article, compute what was touched, follow in full text."""
        store_claims(self.db, self._claims_by_redirect())
        changed = self._unite()
        changed |= {found for found in self._articles_at(self._touched).values() if found}
        self._remember(changed)
        changes = derive(self.db, changed, main_addresses(self.db, changed))
        self.new_articles.update(changes.new.values())
        after = read_indexed(self.db, changed | changes.moved.keys())
        for article in changes.moved.keys() - self._before.keys():
            # Nothing but the number is another one: where it stands in the full text is known.
            self._before[article] = replace(after[article], number=changes.moved[article])
        follow(self.db, self._before, after)

    def _insert_addresses(self, seen: Iterable[_Seen]) -> None:
        rows = []
        for page in seen:
            uri = without_tracking(page.item.capture.uri)
            rows.append((page.address.id, page.address.source, page.address.key, uri))
            self._touched.add(page.address.id)
        numbers = [page.item.number for page in seen]
        self.db.conn.executemany(
            _INSERT_ADDRESS, [(*row, number) for row, number in zip(rows, numbers, strict=True)]
        )

    def _articles_at(self, addresses: Iterable[int]) -> dict[int, str | None]:
        listed = json.dumps(sorted(set(addresses)))
        return dict(
            self.db.execute(
                "SELECT id, article FROM addresses WHERE id IN (SELECT value FROM json_each(?))",
                [listed],
            )
        )

    def _remember(self, articles: Iterable[str]) -> None:
        """Keep what the full text holds of articles before anything of them is changed."""
        missing = set(articles) - self._before.keys()
        if missing:
            self._before |= read_indexed(self.db, missing)

    def _store_versions(self, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        kept = list(rows)
        source_of = {row["article"]: source for source, row in kept}
        new = store_versions(self.db, [row for _, row in kept])
        self.new_versions.update(source_of[article] for article in new)

    def _adopt(self, own_articles: dict[int, str]) -> None:
        """Make an address where something was read an article, if it is none yet."""
        self.db.conn.executemany(
            "UPDATE addresses SET article = ? WHERE id = ? AND article IS NULL",
            [(article, address) for address, article in own_articles.items()],
        )

    def _claims_by_redirect(self) -> list[tuple[int, str, int]]:
        """A page that was read and redirects elsewhere (before or after) claims to be that."""
        listed = json.dumps(sorted(self._touched))
        return [
            (target, digest, address)
            for target, address, *digests in self.db.execute(_REDIRECTS, [listed])
            for digest in digests
        ]

    def _unite(self) -> set[str]:
        """Merge articles that turn out to be one; gives all concerned, before and after."""
        changed: set[str] = set()
        for articles in find_unions(self.db, self._touched):
            own = choose_main(self.db, articles).own_article
            if articles != {own}:
                self._remember(articles)
                move_versions(self.db, articles, to=own)
                self.db.execute(
                    "UPDATE addresses SET article = ? "
                    "WHERE article IN (SELECT value FROM json_each(?))",
                    [own, json.dumps(sorted(articles))],
                )
                changed |= articles | {own}
        return changed


_INSERT_ADDRESS = """
INSERT INTO addresses (id, source, key, url, first_capture) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET url = excluded.url, first_capture = excluded.first_capture
WHERE excluded.first_capture < addresses.first_capture
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
    address = address_of_url(capture.source, capture.uri)
    if isinstance(item.outcome, Reading):
        return _Seen(item, address, "read", item.outcome) if item.outcome.is_article else None
    if capture.is_moved:
        target = claimed_address(capture.source, capture.uri, capture.redirect)
        return _Seen(item, address, "moved", target=target)
    if capture.is_gone:
        return _Seen(item, address, "gone")
    return _Seen(item, address, "waiting") if capture.is_same else None


def _seen_row(page: _Seen) -> tuple[object, ...]:
    digest = page.reading.digest if page.reading else None
    target = page.target.id if page.target else None
    return (page.item.number, page.address.id, page.outcome, digest, target)


def _claims(page: _Seen) -> list[tuple[int, str, int]]:
    assert page.reading is not None
    uri, canonical = page.item.capture.uri, page.reading.canonical_url
    target = claimed_address(page.address.source, uri, canonical)
    if target is None:
        return []
    digests = (page.reading.title_digest, page.reading.text_digest)
    return [(target.id, digest, page.address.id) for digest in digests]
