"""``python -m tests.archive.index.old.make DIR``: the WARC files of which the old indexes are.

Four visits to the test newspaper and to some papers around it, on fixed days: stories are edited,
retitled, removed, restored, moved, republished by others, and some cannot be read.
"""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.layout import Archive
from archive.warc.exchange import Exchange, PayloadRef
from tests.archive.indexer.press import Press, http, story
from tests.archive.ingest.foreign import foreign_warc
from tests.site.articles import Article, Day
from tests.site.edition import Edition
from tests.site.message import Reply, Request, to_script
from tests.site.paper import Paper
from tests.site.titles import GAZETTE, KURIER, Title

OPENED = datetime(2026, 1, 5, 6, tzinfo=UTC)
SOURCES = {"a": "gazette", "b": "kurier"}
BASES = {key: f"https://{source}.example" for key, source in SOURCES.items()}
HERALD = "https://herald.example/2026/{}"
MORNING = "https://morning.example/{}"
# The record to which a capture refers; it is in none of the files.
LOST = "999999999999"
APPEAL = "The Herald is read by all and paid for by few: become one of its friends today."
# Of the articles, as many as keep the files small, with all that have a peculiarity; but for those
# that the extractors of the old indexes read each in its own way.
READ_OTHERWISE = {
    *("lost-altarpiece-found", "moor-speichert-wieder"),
    *("school-weather-balloon", "youth-regatta-capsize"),
}
GONE = http(b"gone", "410 Gone")
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"
# In the writing of each: words that the full text has to cut out of sentences without spaces.
FAR_AWAY = {
    "ja/東京の橋": (
        "東京の橋",
        "東京の橋は冬の嵐のあと、また閉鎖された。市長は春までに直すと述べた。",
    ),
    "zh/港口": ("港口投票", "港口委员会星期四晚上投票通过了新的计划。居民已经等待了很长时间。"),
    "ko/다리": ("다리 폐쇄", "오래된 다리는 겨울 동안 폐쇄되었다. 여름까지 고칠 것이라고 말했다."),
    "th/สะพาน": ("สะพานปิดอีกครั้ง", "สะพานเก่าถูกปิดอีกครั้งหลังพายุ จะซ่อมเสร็จก่อนฤดูร้อน "),
    "ru/мост": ("Мост снова закрыт", "Старый мост снова закрыли после бури. Мэр обещал починить. "),
}


class Visits:
    """What is brought home from each place, in the order of the visits."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self.day: Day = 1
        self._papers = {title.key: self._paper(title) for title in (GAZETTE, KURIER)}

    def _paper(self, title: Title) -> Paper:
        other = BASES["b" if title.key == "a" else "a"]
        return Paper(lambda: Edition(title, BASES[title.key], other, OPENED, self.day))

    def page(self, title: Title, path: str, kind: str = "article", **more: object) -> Exchange:
        """What the newspaper answers; a revisit where it has sent the same before."""
        answer = self._papers[title.key].respond(Request("GET", path, (), b""))
        assert isinstance(answer, Reply)
        sent = b"".join(
            step for step in to_script(answer, "GET").steps() if isinstance(step, bytes)
        )
        source = SOURCES[title.key]
        return self.take(BASES[title.key] + path, sent, source=source, kind=kind, **more)

    def take(self, url: str, answer: bytes, source: str = "morning", **more: object) -> Exchange:
        """One answer of a paper that is no test newspaper."""
        return self.press.exchange(url, answer, source=source, **more)  # type: ignore[arg-type]

    def papers(self) -> Iterator[Exchange]:
        """Both titles: what they are found by, and each article."""
        for title in (GAZETTE, KURIER):
            yield self.page(title, "/robots.txt", "robots")
            yield self.page(title, "/feed.xml", "feed")
            yield self.page(title, "/", "section")
            for article in self._articles(title):
                yield self.page(title, article.path)

    def _articles(self, title: Title) -> tuple[Article, ...]:
        found = Edition(title, BASES[title.key], "", OPENED, self.day).articles
        return tuple(
            a for a in found if (a.number < 12 or a.quirks) and a.slug not in READ_OTHERWISE
        )

    def dress(self) -> Iterator[Exchange]:
        """What some pages are dressed in: pictures, a style sheet that all share, one missing."""
        base = BASES[GAZETTE.key]
        for article in self._articles(GAZETTE)[self.day : self.day + 3]:
            shown = (f"/pictures/{article.number}-{size}" for size in ("320.jpg", "640.png"))
            for path in ("/static/main.css", *shown, "/pictures/missing.png"):
                yield self.page(GAZETTE, path, "requisite", page=base + article.path)

    def variants(self, prefix: str) -> Iterator[Exchange]:
        """The same stories for telephones and for paper, which name their own page."""
        for title in (GAZETTE, KURIER):
            for article in self._articles(title)[3:6]:
                yield self.page(title, prefix + article.path)

    def removed(self) -> Iterator[Exchange]:
        """Pages that say they are gone."""
        for title in (GAZETTE, KURIER):
            for article in self._articles(title):
                if article.removed:
                    yield self.page(title, article.path)


def herald(visits: Visits) -> Iterator[Exchange]:
    """A paper that begs on each page, and takes from others what it prints."""
    for article in Edition(GAZETTE, BASES["a"], "", OPENED).articles[:8]:
        said = article.paragraphs[: 3 + article.number % 4]
        head = f'<meta name="author" content="Harbour Gazette, {article.author or "staff"}">'
        page = story(f"{article.headline}, we hear", *said, APPEAL, *FRIENDS, head=head)
        yield visits.take(HERALD.format(article.slug), http(page), source="herald")
    wire = Edition(KURIER, BASES["b"], "", OPENED).articles[4].paragraphs
    for name in ("herald", "evening"):
        url = f"https://{name}.example/2026/from-the-wire"
        page = story(f"From the wire, as {name} has it", *wire, "Quelle: dpa", lang="de")
        yield visits.take(url, http(page), source=name)


FRIENDS = ("All photographs are the property of those who took them, and of nobody else at all.",)


def bylined(title: str, author: str, tags: str, **more: str) -> bytes:
    """A page of the morning's with an author and tags."""
    head = f'<meta name="author" content="{author}"><meta name="keywords" content="{tags}">'
    return http(story(title, head=head, **more))


def first_visit(visits: Visits) -> Iterator[Exchange]:
    """Everything is new; two pages fail, and are asked for again."""
    yield from visits.papers()
    for title, slug in ((GAZETTE, "brass-band"), (GAZETTE, "seagrass"), (KURIER, "ruderachter")):
        yield visits.page(title, path_of(title, slug))
    yield from visits.dress()
    yield from herald(visits)
    for path, (headline, sentence) in FAR_AWAY.items():
        page = story(headline, *(sentence * n for n in (4, 6, 5)), lang=path[:2])
        yield visits.take(f"https://far.example/{path}", http(page), source="far")
    yield visits.take(
        MORNING.format("harbour-vote"), bylined("Harbour vote tonight", "Ann Lee", "port, vote")
    )
    yield visits.take(MORNING.format("bridge"), bylined("Bridge closed again", "Bo Berg", "roads"))
    yield visits.take(
        MORNING.format("lighthouse"), bylined("The lighthouse is for sale", "Ann Lee", "port")
    )
    yield visits.take(MORNING.format("noise"), http(b" \n"))
    yield visits.take(MORNING.format("nothing"), http(b"not here", "404 Not Found"))


def path_of(title: Title, slug: str) -> str:
    """The path of an article by the beginning of its slug."""
    found = Edition(title, BASES[title.key], "", OPENED, 2).articles
    return next(article.path for article in found if article.slug.startswith(slug))


def second_visit(visits: Visits) -> Iterator[Exchange]:
    """A day later: edits, a new headline, removals, new stories; most is as it was."""
    visits.day = 2
    yield from visits.papers()
    yield from visits.dress()
    yield visits.take(
        MORNING.format("harbour-vote"), bylined("Harbour vote passed", "Ann Lee, Cy Oz", "port")
    )
    yield visits.take(MORNING.format("bridge"), bylined("Bridge closed again", "Bo Berg", "roads"))
    yield visits.take(MORNING.format("lighthouse"), GONE)


def third_visit(visits: Visits) -> Iterator[Exchange]:
    """A week later: what is gone is gone for good; a story moves; telephones get their own."""
    yield from visits.removed()
    yield visits.take(MORNING.format("lighthouse"), GONE)
    new = MORNING.format("news/bridge-closed-again")
    yield visits.take(MORNING.format("bridge"), http(b"", "301 Moved", f"Location: {new}"))
    yield visits.take(new, bylined("Bridge closed again", "Bo Berg", "roads, winter"))
    yield visits.take(MORNING.format("b/17"), http(b"", "302 Found", f"Location: {new}"))
    yield from visits.variants("/amp")
    known = next(iter(visits.press.seen.values()))
    yield visits.take(known.target_uri, NOT_MODIFIED, not_modified=known)
    # Of a page that is in none of these files: its capture waits for good.
    lost = PayloadRef(f"<urn:uuid:00000000-0000-4000-8000-{LOST}>",
                      MORNING.format("lost"), known.date, "sha1:" + "A" * 32)  # fmt: skip
    yield visits.take(lost.target_uri, NOT_MODIFIED, not_modified=lost)


def fourth_visit(visits: Visits) -> Iterator[Exchange]:
    """Another week: one story is back, one is gone at all its addresses, one as it was at first."""
    yield visits.take(
        MORNING.format("lighthouse"), bylined("The lighthouse is sold", "Ann Lee", "port")
    )
    yield visits.take(
        MORNING.format("harbour-vote"), bylined("Harbour vote tonight", "Ann Lee", "port, vote")
    )
    yield visits.take(MORNING.format("news/bridge-closed-again"), GONE)
    yield visits.take(MORNING.format("bridge"), GONE)
    yield from visits.variants("/print")
    for article in Edition(GAZETTE, BASES["a"], "", OPENED).articles[:3]:
        page = story(f"{article.headline}, we hear", *article.paragraphs[:2], *FRIENDS)
        yield visits.take(HERALD.format(article.slug), http(page), source="herald")


VISITS = (
    ("2026/01/first.warc.gz", first_visit, timedelta()),
    ("2026/01/second.warc.gz", second_visit, timedelta(days=1)),
    ("2026/01/third.warc.gz", third_visit, timedelta(days=8)),
    ("2026/01/fourth.warc.gz", fourth_visit, timedelta(days=15)),
)


def write_all(root: Path) -> Iterable[Path]:
    """Write the files of all visits, and one by another program, below a directory."""
    press = Press(Archive(root))
    visits = Visits(press)
    for name, visit, later in VISITS:
        press.now = OPENED + timedelta(hours=2) + later
        yield press.write(name, list(visit(visits)))
    foreign = press.archive.warcs_dir / "by-another-program.warc.gz"
    foreign.write_bytes(foreign_warc(compressed=True))
    yield foreign


def main() -> None:
    """Write the files into the directory named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    for path in write_all(parser.parse_args().directory):
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
