"""``microfiche extract`` on files, on stdin, and on what a crawl has kept; rule files tried."""

import json
import re
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import MicroficheError, NotFound
from archive.index.captures import iter_captures
from archive.index.open import open_index
from archive.urls import urlkey
from tests.crawler.conftest import Bench, make_bench
from tests.extract.pdfs import document, paragraph
from tests.site import Newspaper

STORY = "".join(
    f"<p>{'The ' + what + ' came in two hours late and nobody was surprised by it. ' * 3}</p>"
    for what in ("ferry", "tram", "night bus")
)
PAGE = (
    f"<h1>Everything is late today</h1><article>{STORY}<p>Leave a comment</p>{STORY[:3]}</article>"
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    return path


def run(*args: str, stdin: str | None = None) -> str:
    begin = [*args[:2], "extract"] if args[0] == "-C" else ["extract", *args[:2]]
    result = CliRunner().invoke(cli, [*begin, *args[2:]], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_file_is_read(page: Path) -> None:
    text = run(str(page), "--url", "https://paper.test/a")
    assert text.startswith("Everything is late today\n\nThe ferry")
    assert "comment" not in text


def test_stdin_is_read_and_json_is_one_object() -> None:
    row = json.loads(run("-", "--url", "https://paper.test/a", "--json", stdin=PAGE))
    assert (row["url"], row["title"]) == ("https://paper.test/a", "Everything is late today")


def test_explain_names_rules_and_removals(page: Path) -> None:
    text = run(str(page), "--url", "https://paper.test/a", "--explain")
    assert "title              Everything is late today\n                     by h1" in text
    assert "comments words (en)" in text
    assert "      - Leave a comment" in text


def test_scaffold_begins_a_rule_file(page: Path) -> None:
    text = run(str(page), "--url", "https://www.paper.test/a", "--scaffold")
    assert 'hosts = ["paper.test"]' in text
    assert "//article" in text


def test_what_is_neither_file_nor_address_is_said_so() -> None:
    with pytest.raises(NotFound, match="no such file, and no http or https address"):
        run("nowhere.html")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "the PDF is damaged"),
        (["--explain"], "the PDF is damaged"),
        (["--scaffold"], "page is a PDF document by its first bytes"),
        (["--check-rules"], "page is a PDF document by its first bytes"),
    ],
)
def test_what_is_no_page_is_told_in_one_line(
    tmp_path: Path, options: list[str], message: str
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n" * 20)
    url = "https://thehill.com/report.pdf"
    with pytest.raises(MicroficheError, match=message) as told:
        run(str(file), "--url", url, *options)
    assert "\n" not in str(told.value)
    assert url in str(told.value)


def test_a_pdf_is_read_as_a_document(tmp_path: Path) -> None:
    file = tmp_path / "release.pdf"
    lines = ["The ferry runs again, said the harbour on", "Monday."]
    file.write_bytes(document(paragraph(lines), info="/Title (Ferry runs again)"))
    at = (str(file), "--url", "https://harbour.test/release.pdf")
    assert run(*at) == ("Ferry runs again\n\nThe ferry runs again, said the harbour on Monday.\n")
    assert "by pdf text" in run(*at, "--explain")


RULES = """\
hosts = ["paper.test"]

[[rules]]
from = 2026-01-02
drop = ["//p[contains(., 'tram')]"]
body = "//article"
"""


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    path = tmp_path / "paper_test.toml"
    path.write_text(RULES, "utf-8")
    return path


def test_a_page_is_read_by_a_rule_file(page: Path, rule_file: Path) -> None:
    at = (str(page), "--url", "https://www.paper.test/a")
    assert "The tram came" in run(*at)
    ruled = run(*at, "--rules", str(rule_file))
    assert "The tram came" not in ruled
    assert "The ferry came" in ruled
    assert "outlet paper_test" in run(*at, "--rules", str(rule_file), "--explain")


def test_a_rule_file_is_tried_with_and_without(page: Path, rule_file: Path) -> None:
    lines = run(
        *(str(page), "--url", "https://paper.test/a", "--rules", str(rule_file), "--check-rules")
    ).splitlines()
    assert lines[1] == "rules paper_test.toml, from 2026-01-02 to now"
    assert any(re.match(r"drop +1 element, \d+ characters +//p.*'tram'", line) for line in lines)
    assert any(re.match(r"body +1 element, \d+ characters +//article", line) for line in lines)
    assert "lines gone (-): 1, come (+): 0" in lines[-2]
    assert lines[-1].startswith("- The tram came in two hours late")


def test_rules_see_the_page_as_the_pipeline_does(page: Path, rule_file: Path) -> None:
    # What pruning has taken away cannot be chosen as the body any more.
    page.write_text(f"<h1>Late</h1><article>{STORY}</article><nav id=x>Menu</nav>", "utf-8")
    rule_file.write_text(RULES.replace("//article", "//nav"), "utf-8")
    with pytest.raises(MicroficheError, match=r"paper_test\.toml: matches nothing on .*body //nav"):
        run(str(page), "--url", "https://paper.test/a", "--rules", str(rule_file), "--check-rules")


@pytest.mark.parametrize(
    ("url", "text", "message"),
    [
        ("https://other.test/a", RULES, r"its hosts \(paper.test\) do not have other.test"),
        ("https://paper.test/a", "hosts = [", "paper_test.toml, line 1: "),
        (
            "https://paper.test/a",
            RULES.replace("2026-01-02", "2001-01-01\nuntil = 2002-01-01"),
            "no .*rules.* for 20..-..-.., the day of the capture; there are: 2001-01-01 to 2002",
        ),
        ("https://paper.test/a", RULES + 'title = "//h1"', "line 7: unknown key 'title'"),
        ("https://paper.test/a", RULES + 'standfirst = "//h2["', "line 7: standfirst: .* no XPath"),
        ("https://paper.test/a", RULES + 'standfirst = "f(1)"', "line 7: .*no XPath: Unregistered"),
        ("https://paper.test/a", RULES + 'standfirst = "1+1"', "line 7: .*names no elements"),
        ("https://paper.test/a", RULES + "standfirst = 3", "line 7: standfirst must be an XPath"),
    ],
)
def test_a_wrong_rule_file_is_told_in_one_line(
    page: Path, rule_file: Path, url: str, text: str, message: str
) -> None:
    rule_file.write_text(text, "utf-8")
    with pytest.raises(MicroficheError, match=message) as told:
        run(str(page), "--url", url, "--rules", str(rule_file))
    assert str(told.value).startswith(str(rule_file))
    assert "\n" not in str(told.value)


def test_a_rule_file_that_is_not_there(page: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be read: No such file"):
        run(str(page), "--rules", str(tmp_path / "none.toml"))


def test_a_host_without_rules_is_told_how_to_begin(page: Path) -> None:
    with pytest.raises(
        NotFound, match=r"no rules for paper.test on .*begin a file with --scaffold"
    ):
        run(str(page), "--url", "https://paper.test/a", "--check-rules")
    with pytest.raises(MicroficheError, match="rules are for a host; name the page's with --url"):
        run(str(page), "--scaffold")


def test_a_scaffold_becomes_rules_that_work(page: Path, tmp_path: Path) -> None:
    at = (str(page), "--url", "https://paper.test/a")
    begun = run(*at, "--scaffold")
    file = tmp_path / "paper_test.toml"
    file.write_text(begun.replace("# body = []", 'body = "//article"'), "utf-8")
    assert tomllib.loads(begun)["hosts"] == ["paper.test"]
    assert "body        1 element," in run(*at, "--rules", str(file), "--check-rules")


@pytest.fixture(scope="module")
def crawled(
    shared_newspaper: Newspaper, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Bench, str]:
    """An archive of a few stories of one title, and the address of one of them."""
    bench = make_bench(tmp_path_factory.mktemp("extract") / "archive")
    bench.source(
        "kurier",
        f"{shared_newspaper.b}/",
        feeds=[f"{shared_newspaper.b}/atom.xml"],
        include=["/sport/"],
        requisites="none",
        delay=0.05,
        concurrency=4,
    )
    assert bench.run("crawl").status == 0
    with closing(open_index(bench.archive)) as db:
        pages = (c for c in iter_captures(db, urlkey(f"{shared_newspaper.b}/sport/"), prefix=True))
        url = next(c.uri for c in pages if c.kind == "article" and c.status == 200)
    return bench, url


def test_the_newest_capture_of_an_address_is_read(crawled: tuple[Bench, str]) -> None:
    bench, url = crawled
    row = json.loads(run("-C", str(bench.archive.root), url, "--json"))
    assert row["url"] == url
    assert row["title"]
    assert len(row["text"]) > 500
    assert "decoded as" in run("-C", str(bench.archive.root), url, "--explain")


def test_rules_are_begun_and_tried_on_a_capture(crawled: tuple[Bench, str], tmp_path: Path) -> None:
    bench, url = crawled
    at = ("-C", str(bench.archive.root), url)
    begun = run(*at, "--scaffold")
    file = tmp_path / "localhost.toml"
    file.write_text(begun.replace("# body = []", 'body = "//body"'), "utf-8")
    assert 'hosts = ["localhost"]' in begun
    assert "body        1 element," in run(*at, "--rules", str(file), "--check-rules")


def test_the_rules_of_the_archive_are_in_force(crawled: tuple[Bench, str]) -> None:
    bench, url = crawled
    at = ("-C", str(bench.archive.root), url)
    bench.archive.rules_dir.mkdir()
    file = bench.archive.rules_dir / "localhost.toml"
    try:
        file.write_text(run(*at, "--scaffold").replace("# body = []", 'body = "//h1"'), "utf-8")
        assert "rules localhost.toml" in run(*at, "--check-rules")
        row = json.loads(run(*at, "--json"))
        (told,) = [one for one in row["evidence"] if one["field"] == "rules"]
        assert (told["value"], len(row["rules"])) == (row["rules"], 16)
        assert told["rule"].startswith("outlet localhost, from ")
    finally:
        file.unlink()
        bench.archive.rules_dir.rmdir()


def test_an_address_that_was_never_captured_is_not_fetched(
    crawled: tuple[Bench, str], shared_newspaper: Newspaper
) -> None:
    bench, _ = crawled
    asked = len(shared_newspaper.journal())
    with pytest.raises(NotFound, match="no capture of a page"):
        run("-C", str(bench.archive.root), f"{shared_newspaper.b}/sport/never-written")
    assert len(shared_newspaper.journal()) == asked
