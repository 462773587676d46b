"""PDFs in the index: articles of kind ``document``, and failures that say why."""

import pytest

from archive.indexer.pool import Pool, PoolSettings
from archive.indexer.reading import Failure, FailureReason
from archive.indexer.run import iter_found
from tests.archive.indexer.press import http, index_here
from tests.extract.pdfs import Text, document, paragraph

RELEASE = paragraph(
    ["The ferry between the two islands will run again from the first of", "December, it is said."]
)
AT = "https://morning.test/press/ferry"


@pytest.fixture
def index(press, db):
    def take(url: str, body: bytes, mime: str, **values) -> None:
        press.write("a.warc.gz", [press.exchange(url, http(body, mime=mime), **values)])
        index_here(db, press.archive, ["a.warc.gz"])

    return take


@pytest.mark.parametrize("mime", ["application/pdf", "application/octet-stream", "text/html"])
def test_a_pdf_is_an_article_of_kind_document_whatever_its_label(index, db, mime):
    index(f"{AT}.pdf", document(RELEASE, info="/Title (Ferry runs again)"), mime)
    assert list(db.query("SELECT title, kind, text FROM versions")) == [
        {
            "title": "Ferry runs again",
            "kind": "document",
            "text": "The ferry between the two islands will run again from the first of December, "
            "it is said.",
        }
    ]


def test_one_of_a_foreign_warc_is_read_too(index, db):
    index(f"{AT}.pdf?v=2", document(RELEASE), "application/pdf", kind="", source="")
    assert db.execute("SELECT kind FROM versions").fetchall() == [("document",)]


def test_a_scan_with_a_title_is_found_by_it(index, db):
    index(AT, document([], info="/Title (Minutes of the council)"), "application/pdf")
    assert db.execute("SELECT title, text FROM versions").fetchall() == [
        ("Minutes of the council", "")
    ]


def test_one_that_cannot_be_read_says_why(index, db):
    index(AT, document(RELEASE, encrypted=True), "application/pdf")
    assert db.execute("SELECT reason, detail FROM extraction_failures").fetchall() == [
        ("unreadable", "the PDF is encrypted and asks for a password")
    ]


def test_a_picture_behind_a_link_is_no_page(index, db):
    index(AT, b"\x89PNG\r\n\x1a\n", "image/png")
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM extraction_failures").fetchone() == (0,)


def test_one_that_takes_too_long_ends_at_the_limit_of_its_worker(press):
    labels = [Text(x, y, "label", 4) for x in range(0, 560, 20) for y in range(0, 820, 6)]
    long = http(document(*[labels] * 60), mime="application/pdf")
    press.write("a.warc.gz", [press.exchange(AT, long)])
    path = press.archive.warcs_dir / "a.warc.gz"
    (page,) = [one.page for one in iter_found(path, "a.warc.gz") if one.page]
    with Pool(PoolSettings(workers=1, timeout_s=0.5)) as pool:
        pool.submit(page)
        done = []
        while not done:
            done = pool.collect(5)
    ((_, outcome),) = done
    assert isinstance(outcome, Failure)
    assert (outcome.reason, outcome.detail) == (FailureReason.TIMEOUT, "not read within 0.5 s")
