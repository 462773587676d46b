"""A month of news in simulated time: sources with their habits, and what a schedule makes of them.

Everything is drawn from one seed; nothing is slept. Figures are counted at the server.
"""

import hashlib
import math
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from archive.config import Source
from crawler.fetch import Fetch
from crawler.outcomes import Kind
from tests.crawler.loopless import PROSE, Reply, World, feed, page, sitemap, world

HOUR, DAY = 3600.0, 86400.0
BEGIN = 1_800_000_000.0
# How much is published in each hour of the day, against the mean.
_CURVE = [0.2, 0.15, 0.1, 0.1, 0.2, 0.5, 1.0, 1.5, 1.7, 1.7, 1.6, 1.6, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,
          1.3, 1.1, 0.9, 0.7, 0.5, 0.35]  # fmt: skip


@dataclass(slots=True)
class Story:
    """One article: when it appears, when its text changes, when it goes."""

    url: str
    published: float
    edits: list[float]
    gone: float = math.inf
    back: float = math.inf
    moved: float = math.inf
    seen: list[float] = field(default_factory=list)
    gone_seen: list[float] = field(default_factory=list)
    visits: int = 0

    def version(self, now: float) -> int:
        return bisect_right(self.edits, now)


@dataclass(slots=True)
class Title:
    """One source."""

    name: str
    stories: list[Story]
    listed: int
    kind: Kind
    honest: bool
    etag: bool
    walled: tuple[float, float] = (math.inf, math.inf)
    broken: tuple[float, float] = (math.inf, math.inf)
    backlog: int = 0

    @property
    def home(self) -> str:
        return f"https://{self.name}.example/"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a schedule made of a world."""

    articles: int
    delay_s: float
    late_s: float
    visits: float
    polls: float
    captured: float
    within_day: float
    second_look_s: float
    too_close: int


def make_titles(count: int, days: float, seed: int, *, backlog: int) -> list[Title]:
    """Sources of 5 to 300 articles a day, the parts of them as the benchmark has it."""
    rng = random.Random(seed)
    titles = []
    for number in range(count):
        rate = math.exp(rng.uniform(math.log(5), math.log(300)))
        name = f"t{number}"
        stories = [_story(rng, f"https://{name}.example/a{n}", at)
                   for n, at in enumerate(_moments(rng, rate, days))]  # fmt: skip
        kind = {0: Kind.SITEMAP, 1: Kind.SITEMAP}.get(number % 25, Kind.FEED)
        if number % 17 == 2:
            kind = Kind.SECTION
        listed = 1000 if kind is Kind.SITEMAP else rng.randint(15, 60)
        title = Title(name, stories, listed, kind, number % 2 == 0, number % 3 != 0)
        titles.append(title)
    if count > 6 and days > 6:
        titles[3].walled = titles[4].walled = (BEGIN + 2 * DAY, BEGIN + 5 * DAY)
        titles[5].broken = (BEGIN + DAY, BEGIN + 6 * DAY)
    titles[-1].backlog = backlog
    return titles


def _moments(rng: random.Random, rate: float, days: float) -> list[float]:
    at, found = BEGIN - 0.5 * DAY, []
    while at < BEGIN + days * DAY:
        hour = int(at % DAY / HOUR)
        at += rng.expovariate(rate * max(_CURVE[hour], 0.05) / DAY)
        found.append(at)
    return found


def _story(rng: random.Random, url: str, at: float) -> Story:
    edits = []
    if rng.random() < 0.35:
        count = 1 + (rng.random() < 0.3) + (rng.random() < 0.1)
        ages = (math.exp(rng.uniform(math.log(300), math.log(4 * DAY))) for _ in range(count))
        edits = sorted(at + age for age in ages)
    story = Story(url, at, edits)
    if rng.random() < 0.015:
        story.gone = at + math.exp(rng.uniform(math.log(HOUR), math.log(6 * DAY)))
        if rng.random() < 0.1:
            story.back = story.gone + rng.uniform(HOUR, 5 * DAY)
    elif rng.random() < 0.01:
        story.moved = at + rng.uniform(HOUR, 3 * DAY)
    return story


class Press:
    """Serves all titles, and keeps account of what was asked for."""

    def __init__(self, titles: list[Title]) -> None:
        self.titles = {title.home: title for title in titles}
        self.stories = {story.url: story for title in titles for story in title.stories}
        self.polls: list[float] = []
        self._times = {title.home: [s.published for s in title.stories] for title in titles}

    def __call__(self, fetch: Fetch, now: float) -> Reply | None:
        home, _, path = fetch.url.partition(".example/")
        title = self.titles[f"{home}.example/"]
        if title.broken[0] <= now < title.broken[1]:
            return None
        if path in ("news", "old"):
            self.polls.append(now)
            if path == "old":
                urls = (f"{title.home}old{n}" for n in range(title.backlog))
                return self._tagged(fetch, sitemap(*urls, lastmod="2015-01-01"))
            return self._tagged(fetch, self._listing(title, now))
        if title.walled[0] <= now < title.walled[1]:
            return Reply(403, b"no")
        if path.startswith("old"):
            return page(path)
        return self._article(title, fetch, now)

    def _listing(self, title: Title, now: float) -> Reply:
        upto = bisect_right(self._times[title.home], now)
        shown = title.stories[max(upto - title.listed, 0) : upto][::-1]
        shown = [s for s in shown if s.published > now - 2 * DAY and not s.gone <= now < s.back]
        if title.kind is Kind.SECTION:
            return page("Front", "".join(f"<a href='{s.url}'>x</a>" for s in shown))
        if not title.honest:
            return feed(*(s.url for s in shown))
        changed = {s.url: max((e for e in s.edits if e <= now), default=s.published) for s in shown}
        whole = {url: round(at) for url, at in changed.items()}
        return feed(*whole, changed={url: whole[url] for url in whole})

    def _article(self, title: Title, fetch: Fetch, now: float) -> Reply:
        story = self.stories.get(fetch.url.removesuffix("-moved"))
        if story is not None:
            story.visits += 1
        if story is None or story.gone <= now < story.back:
            if story is not None:
                story.gone_seen.append(now)
            return Reply(404, b"gone")
        if story.moved <= now and not fetch.url.endswith("-moved"):
            return Reply(301, headers={"location": f"{story.url}-moved"})
        story.seen.append(now)
        reply = page(story.url, f"Version {story.version(now)} of {PROSE}")
        return self._tagged(fetch, reply) if title.etag else reply

    def _tagged(self, fetch: Fetch, reply: Reply) -> Reply:
        tag = f'"{hashlib.sha1(reply.body).hexdigest()}"'
        if fetch.known is not None and fetch.known.etag == tag:
            return Reply(304)
        return Reply(reply.status, reply.body, reply.content_type, {"etag": tag})


def simulate(
    directory: Path, titles: list[Title], *, days: float, cron_s: float | None, **values
) -> Figures:
    """Run a schedule over a world; ``cron_s`` None: a watch."""
    press = Press(titles)
    sources = {title.name: source_of(title, values) for title in titles}
    with world(directory, sources, press) as here:
        here.now = BEGIN
        end = BEGIN + days * DAY
        if cron_s is None:
            here.run(until=end, patient=True)
        while here.now < end:
            started = here.now
            here.run(until=end)
            runs = max(math.ceil((here.now - started) / (cron_s or 1.0)), 1)
            here.now = started + runs * (cron_s or 1.0)
        return _figures(press, here, days)


def source_of(title: Title, values: dict) -> Source:
    listing = (title.home + "news",)
    named = {"sections": listing} if title.kind is Kind.SECTION else {"feeds": listing}
    if title.backlog:
        named["sitemaps"] = (title.home + "old",)
    defaults = {"name": title.name, "url": title.home, "delay": 5.0, "requisites": "none"}
    return Source(**(defaults | named | values))


def _figures(press: Press, here: World, days: float) -> Figures:
    # The first half day is for getting to know the sources; what has no time left is not judged.
    begin, end = BEGIN + 0.5 * DAY, BEGIN + days * DAY
    down = [t for t in press.titles.values() if t.walled[0] < math.inf or t.broken[0] < math.inf]
    out = {story.url for title in down for story in title.stories}
    stories = [s for s in press.stories.values() if begin <= s.published < end - HOUR]
    sound = [s for s in stories if s.url not in out and s.gone > s.published + HOUR]
    delays = [s.seen[0] - s.published if s.seen else DAY for s in sound]
    caught = [_caught(s, end) for s in sound if s.published < end - 5 * DAY or days < 6]
    texts = [lag for lags in caught for lag in lags]
    looks = [
        next((at - s.gone_seen[0] for at in s.gone_seen if at > s.gone_seen[0] + 3 * DAY), 99 * DAY)
        for s in sound
        if s.gone_seen and s.back == math.inf and s.gone_seen[0] < end - 4 * DAY
    ]  # fmt: skip
    counted = [s for s in press.stories.values() if begin <= s.published < end]
    new = max(len(counted), 1)
    return Figures(
        articles=len(sound),
        delay_s=median(delays),
        late_s=sorted(delays)[int(len(delays) * 0.9)],
        visits=sum(s.visits for s in counted) / new,
        polls=sum(at >= begin for at in press.polls) / new,
        captured=sum(lag < math.inf for lag in texts) / max(len(texts), 1),
        within_day=sum(lag <= DAY for lag in texts) / max(len(texts), 1),
        second_look_s=max(looks, default=0.0),
        too_close=_too_close(here),
    )


def _caught(story: Story, end: float) -> list[float]:
    """How long after each edit its text was captured; infinity: never."""
    lags = []
    for number, at in enumerate(story.edits):
        until = story.edits[number + 1] if number + 1 < len(story.edits) else math.inf
        if at >= min(story.gone, end - 5 * DAY if end - BEGIN > 6 * DAY else end - HOUR):
            continue
        lags.append(next((seen - at for seen in story.seen if at <= seen < until), math.inf))
    return lags


def _too_close(here: World) -> int:
    last: dict[str, float] = {}
    wrong = 0
    for at, url in here.asked:
        host = url.split("/", 3)[2]
        wrong += at - last.get(host, -math.inf) < 5.0
        last[host] = at
    return wrong
