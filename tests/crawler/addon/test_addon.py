"""Spiders of other projects: what they see has a record, what is forbidden is not asked for."""

import json
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.index.open import read_index
from archive.layout import Archive, create_archive
from archive.lock import hold
from archive.search import search
from tests.crawler.conftest import Bench
from tests.crawler.oddsite import OddSite, Reply, odd_site

SCRAPY_S = 90
SPIDER = """
import scrapy


class QuotesSpider(scrapy.Spider):
    name = "quotes"

    def __init__(self, base=None, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [base + "/page/1/"]

    def parse(self, response):
        for quote in response.css("div.quote"):
            yield {"text": quote.css("span.text::text").get(), "page": response.url}
        yield from response.follow_all(css="li.next a, a.more")
"""


@dataclass
class Project:
    """A Scrapy project as `scrapy startproject` lays it out, in a directory of its own."""

    root: Path
    archive: Archive

    def set(self, **settings: object) -> None:
        lines = [f"{name} = {value!r}" for name, value in settings.items()]
        with (self.root / "tutorial" / "settings.py").open("a") as file:
            file.write("\n".join([*lines, ""]))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def scrapy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=SCRAPY_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def records(self) -> list[tuple[str, str, int | None]]:
        """Type, address and status of every record, as warcio reads them."""
        found = []
        for path in sorted(self.archive.warcs_dir.rglob("*.warc.gz")):
            with path.open("rb") as file:
                found += [
                    (
                        record.rec_type,
                        record.rec_headers.get_header("WARC-Target-URI") or "",
                        int(record.http_headers.get_statuscode())
                        if record.rec_type == "response"
                        else None,
                    )
                    for record in ArchiveIterator(file)
                ]
        return found

    def captured(self) -> dict[str, int | None]:
        return {uri: status for kind, uri, status in self.records() if kind == "response"}

    def head(self) -> tuple[str, dict[str, object]]:
        """The warcinfo of the last file, and the configuration beside it."""
        with max(self.archive.warcs_dir.rglob("*.warc.gz")).open("rb") as file:
            first, second = (
                record.content_stream().read()
                for record, _ in zip(ArchiveIterator(file), range(2), strict=False)
            )
        return first.decode(), json.loads(second)


def page(number: int, last: int, *more: str) -> Reply:
    following = f'<li class="next"><a href="/page/{number + 1}/">Next</a></li>'
    links = "".join(f'<a class="more" href="{path}">x</a>' for path in more)
    body = (
        f"<html><head><title>Quotes {number}</title></head><body><article><h1>Quotes {number}</h1>"
        f'<div class="quote"><span class="text">Saying {number} of the harbour master.</span></div>'
        + "<p>The harbour master says a great many things over a winter, and some are kept.</p>" * 4
        + f"</article>{links}{following if number < last else ''}</body></html>"
    )
    return Reply(body=body.encode())


@pytest.fixture
def site():
    with odd_site() as running:
        for number in range(1, 7):
            running.answers[f"/page/{number}/"] = page(number, 6)
        yield running


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "tutorial"
    (root / "tutorial" / "spiders").mkdir(parents=True)
    (root / "scrapy.cfg").write_text("[settings]\ndefault = tutorial.settings\n")
    for package in ("tutorial", "tutorial/spiders"):
        (root / package / "__init__.py").touch()
    (root / "tutorial" / "spiders" / "quotes.py").write_text(SPIDER)
    archive = create_archive(tmp_path / "press", contact="mailto:desk@example.org")
    (root / "tutorial" / "settings.py").write_text(
        'BOT_NAME = "tutorial"\nSPIDER_MODULES = ["tutorial.spiders"]\nROBOTSTXT_OBEY = True\n'
        'USER_AGENT = "tutorial (+https://tutorial.example)"\nDOWNLOAD_DELAY = 0\n'
        'ADDONS = {"microfiche.Archiving": 0}\n'
        f"MICROFICHE_ARCHIVE = {str(archive.root)!r}\n"
    )
    return Project(root, archive)


def crawl(project: Project, site: OddSite, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.scrapy("crawl", "quotes", "-a", f"base={site.base}", *arguments)


def test_a_tutorial_spider_is_archived_indexed_and_found(project, site):
    site.answers["/page/3/"] = Reply(302, b"", headers={"Location": "/page/three/"})
    site.answers["/page/three/"] = page(3, 6)
    done = crawl(project, site, "-O", "quotes.json")
    assert done.returncode == 0, done.stderr
    items = json.loads((project.root / "quotes.json").read_text())
    assert sorted(item["text"] for item in items) == [
        f"Saying {number} of the harbour master." for number in range(1, 7)
    ]
    assert project.captured() == {
        f"{site.base}/robots.txt": 404,
        f"{site.base}/page/3/": 302,
        f"{site.base}/page/three/": 200,
        **{f"{site.base}/page/{number}/": 200 for number in (1, 2, 4, 5, 6)},
    }
    bench = Bench(project.archive)
    assert bench.run("check").status == 0
    assert bench.run("index").status == 0
    with read_index(project.archive) as db:
        assert search(db, "harbour master", fold=False).total == 6
        assert [row["id"] for row in db["sources"].rows] == ["quotes"]


def test_the_records_say_whose_they_are_and_how_robots_txt_was_treated(project, site):
    assert crawl(project, site).returncode == 0
    info, config = project.head()
    assert "robots: obey" in info
    assert "http-header-user-agent: tutorial (+https://tutorial.example)" in info
    assert "spider quotes" in info
    assert config["USER_AGENT"] == "tutorial (+https://tutorial.example)"
    told = {}
    for path in project.archive.warcs_dir.rglob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "metadata":
                    uri = record.rec_headers.get_header("WARC-Target-URI")
                    fields = record.content_stream().read().decode().splitlines()
                    [facts] = [line for line in fields if line.startswith("json-metadata: ")]
                    told[uri.removeprefix(site.base)] = json.loads(facts.partition(" ")[2])
    assert {key: told["/page/2/"][key] for key in ("source", "why", "via", "hops")} == {
        "source": "quotes",
        "why": "spider",
        "via": f"{site.base}/page/1/",
        "hops": 1,
    }
    assert told["/robots.txt"]["kind"] == "robots"


def test_nothing_forbidden_is_asked_for_while_robots_txt_is_on_its_way(project, site):
    forbidden = [f"/secret/{number}" for number in range(30)]
    site.answers["/robots.txt"] = Reply(
        body=b"User-agent: *\nDisallow: /secret/\n", content_type="text/plain", after_s=0.5
    )
    site.answers["/page/1/"] = page(1, 2, *forbidden, "/open")
    site.answers["/open"] = Reply(302, b"", headers={"Location": "/secret/behind"})
    project.set(CONCURRENT_REQUESTS=16, CONCURRENT_REQUESTS_PER_DOMAIN=16)
    (project.root / "tutorial" / "spiders" / "quotes.py").write_text(
        SPIDER.replace(
            'self.start_urls = [base + "/page/1/"]',
            'self.start_urls = [base + f"/secret/{n}" for n in range(30)] + [base + "/page/1/"]',
        )
    )
    done = crawl(project, site)
    assert done.returncode == 0, done.stderr
    assert [path for path in site.paths() if path.startswith("/secret/")] == []
    assert site.times("/robots.txt") == 1
    assert site.times("/open") == 1
    assert "'robotstxt/forbidden': 61" in done.stderr  # start requests are not deduplicated


@pytest.mark.parametrize("status", [503, 429])
def test_a_robots_txt_that_cannot_be_had_forbids_everything(project, site, status):
    site.answers["/robots.txt"] = Reply(status)
    done = crawl(project, site, "-s", "RETRY_ENABLED=False")
    assert done.returncode == 0, done.stderr
    assert set(site.paths()) == {"/robots.txt"}
    assert "robots.txt is unavailable" in done.stderr


def test_where_robots_txt_is_not_obeyed_the_warcinfo_says_so(project, site):
    site.answers["/robots.txt"] = Reply(
        body=b"User-agent: *\nDisallow: /\n", content_type="text/plain"
    )
    assert crawl(project, site, "-s", "ROBOTSTXT_OBEY=False").returncode == 0
    assert site.times("/robots.txt") == 0
    assert f"{site.base}/page/6/" in project.captured()
    assert "robots: ignore" in project.head()[0]


def test_closespider_retries_and_user_agent_mean_what_they_mean_in_scrapy(project, site):
    answers = iter([Reply(500), Reply(500), page(2, 6)])
    site.answers["/page/2/"] = lambda _site, _asked: next(answers)
    done = crawl(project, site, "-s", "CLOSESPIDER_ITEMCOUNT=3", "-s", "CONCURRENT_REQUESTS=1")
    assert done.returncode == 0, done.stderr
    assert "'finish_reason': 'closespider_itemcount'" in done.stderr
    assert site.times("/page/2/") == 3
    assert site.times("/page/5/") == 0
    assert {asked.headers["User-Agent"] for asked in site.asked} == {
        "tutorial (+https://tutorial.example)"
    }
    kept = [status for kind, uri, status in project.records() if uri.endswith("/page/2/")]
    assert sorted(filter(None, kept)) == [200, 500, 500]


def test_what_cannot_be_honoured_is_named_once(project, site):
    project.set(HTTPCACHE_ENABLED=True, DOWNLOAD_BIND_ADDRESS="127.0.0.1")
    done = crawl(project, site)
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stderr.splitlines() if "have no effect" in line]
    assert "DOWNLOAD_BIND_ADDRESS, HTTPCACHE_ENABLED" in line
    assert not (project.root / ".scrapy").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("", "MICROFICHE_ARCHIVE is not set"),
        ("nowhere", "no archive here"),
    ],
)
def test_without_an_archive_nothing_is_asked_for(project, site, setting, message):
    project.set(MICROFICHE_ARCHIVE=setting)
    done = crawl(project, site)
    assert done.returncode == 1
    assert message in done.stderr
    assert site.asked == []


def test_an_archive_in_use_is_left_alone(project, site):
    with hold(project.archive.lock_path, purpose="crawl"):
        done = crawl(project, site)
    assert done.returncode == 1
    assert "in use by crawl (process" in done.stderr
    assert site.asked == []


def test_a_package_of_the_same_name_is_named(project, site):
    (project.root / "crawler").mkdir()
    (project.root / "crawler" / "__init__.py").touch()
    done = crawl(project, site)
    assert done.returncode == 1
    assert f"{project.root}/crawler/__init__.py shadows the package 'crawler'" in done.stderr
    assert site.asked == []


def seen_by_the_spider(project: Project) -> set[str]:
    lines = (project.root / "seen.txt").read_text().splitlines(keepends=True)
    return {line.strip() for line in lines if line.endswith("\n")}


def keep_what_is_seen(project: Project, site: OddSite, pages: int) -> None:
    """A spider that writes down what it sees, the moment it does."""
    for number in range(1, pages + 1):
        site.answers[f"/page/{number}/"] = page(number, pages, f"/side/{number}")
        site.answers[f"/side/{number}"] = Reply(body=f"<html>side {number}</html>".encode())
    (project.root / "tutorial" / "spiders" / "quotes.py").write_text(
        SPIDER.replace(
            "    def parse(self, response):\n",
            "    def parse(self, response):\n"
            '        with open("seen.txt", "a") as file:\n'
            '            file.write(response.url + "\\n")\n',
        )
    )


def test_nothing_that_a_killed_spider_saw_lacks_its_record(project, site):
    keep_what_is_seen(project, site, 40)
    moments = random.Random(3)
    for _ in range(3):
        before = len(site.asked)
        with project.start("crawl", "quotes", "-a", f"base={site.base}") as process:
            while len(site.asked) < before + moments.randrange(10, 60) and process.poll() is None:
                pass
            process.kill()
            process.communicate()
    bench = Bench(project.archive)
    done = crawl(project, site)
    assert done.returncode == 0, done.stderr
    assert seen_by_the_spider(project) <= set(project.captured())
    assert bench.run("check").status == 0


def test_after_ctrl_c_a_job_is_completed_by_the_next_run(project, site):
    keep_what_is_seen(project, site, 25)
    job = (
        "crawl",
        "quotes",
        "-a",
        f"base={site.base}",
        "-s",
        "JOBDIR=job",
        "-s",
        "DOWNLOAD_DELAY=0.02",
    )
    with project.start(*job) as process:
        while len(site.asked) < 12 and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SCRAPY_S)
    assert "'finish_reason': 'shutdown'" in err
    assert project.scrapy(*job).returncode == 0
    wanted = {f"{site.base}/{kind}/{n}" for n in range(1, 26) for kind in ("side",)}
    wanted |= {f"{site.base}/page/{number}/" for number in range(1, 26)}
    assert wanted <= set(project.captured())
    assert wanted == seen_by_the_spider(project)
