"""PDFs read as documents: text by pages, what they state of themselves, what is broken."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest

from extract import Article, Block, BlockKind, ExtractError, PageKind, extract
from extract import pdf_pages as limits
from extract.errors import TooLargeError, UnreadableError
from tests.extract.pdfs import PAGE, Text, document, paragraph, pdf, protected, shown, stream

URL = "https://harbour.test/press/ferry.pdf"
AT = datetime(2026, 12, 1, tzinfo=UTC)
STORY = [
    "The ferry between the two islands will run again from the first of",
    "December, the harbour authority said on Monday, after repairs to the",
    "pier that took eleven weeks.",
]
SECOND = [
    "Tickets cost four crowns, as before, and are sold on board. The boats",
    "leave every hour from six in the morning.",
]


def read(data: bytes, url: str = URL) -> Article:
    return extract(data, url=url, captured_at=AT, headers={"Content-Type": "application/pdf"})


def rule_of(article: Article, field: str) -> str:
    return next(one.rule for one in article.evidence if one.field == field)


def page(number: int, lines: list[str], *, top: float = 700) -> list[Text]:
    head = Text(60, 800, "Harbour Authority, press office", 8)
    return [head, *paragraph(lines, top=top), Text(290, 30, f"Page {number} of 3", 8)]


def test_text_comes_by_paragraphs_and_pages():
    article = read(
        document(
            [*page(1, STORY), *paragraph(SECOND, top=640)],
            page(2, ["A second page says more, and it says it at some length, as", "it must."]),
            page(3, ["The third page ends it."]),
        )
    )
    assert article.kind is PageKind.DOCUMENT
    assert article.blocks == (
        Block(BlockKind.PARAGRAPH, " ".join(STORY), page=1),
        Block(BlockKind.PARAGRAPH, " ".join(SECOND), page=1),
        Block(
            BlockKind.PARAGRAPH,
            "A second page says more, and it says it at some length, as it must.",
            page=2,
        ),
        Block(BlockKind.PARAGRAPH, "The third page ends it.", page=3),
    )
    assert article.language == "en"
    assert (rule_of(article, "text"), rule_of(article, "kind")) == ("pdf text", "pdf")
    assert Article.from_dict(article.to_dict()) == article


def test_running_heads_and_page_numbers_go_with_their_rule():
    article = read(
        document(*(page(n, [f"This is what page {'abc'[n - 1]} says."]) for n in (1, 2, 3)))
    )
    taken = [(one.text, one.rule) for one in article.removed]
    assert taken.count(("Harbour Authority, press office", "running head")) == 3
    assert ("Page 2 of 3", "running head") in taken
    bare = read(document([*paragraph(STORY), Text(290, 30, "1")]))
    assert [(one.text, one.rule) for one in bare.removed] == [("1", "page number")]


def test_what_recurs_within_the_page_and_a_letterhead_stay():
    letter = [Text(60, 810, "1 Quay Street"), Text(60, 760, "It runs again", 18), *paragraph(STORY)]
    article = read(document(letter, paragraph([*SECOND, "Yes."]), paragraph([*SECOND, "No."])))
    assert article.text.count("Tickets cost four crowns") == 2
    assert "1 Quay Street" in article.text
    assert [one.rule for one in article.removed] == ["title again"]


def test_a_title_is_no_running_head_though_the_other_pages_bear_it():
    head = "Annual report of the harbour"
    first = [Text(60, 790, head, 24), *paragraph(STORY)]
    rest = [[Text(60, 790, head, 8), *paragraph([f"Chapter {c} is short."])] for c in "ABC"]
    article = read(document(first, *rest))
    assert (article.title, rule_of(article, "title")) == (head, "largest letters")
    assert [one.rule for one in article.removed] == ["running head"] * 3 + ["title again"]


@pytest.mark.parametrize(
    "stated",
    [
        "Microsoft Word - release_v3.doc",
        "ferry.indd",
        "PR_2026_11_30",
        "untitled",
        "C:\\\\Users\\\\jo\\\\ferry",
        "Microsoft PowerPoint - Folie1",
    ],
)
def test_a_file_name_is_no_title(stated: str):
    texts = [Text(60, 760, "PRESS RELEASE", 22), Text(60, 730, "Ferry runs again", 18)]
    article = read(document([*texts, *paragraph(STORY)], info=f"/Title ({stated})"))
    assert article.title == "Ferry runs again"
    assert article.text.startswith("PRESS RELEASE\nThe ferry between")


def test_a_stated_title_wins_and_is_not_repeated_in_the_text():
    article = read(
        document(
            [Text(60, 760, "Ferry runs again", 18), *paragraph(STORY)],
            info="/Title (Ferry runs again)",
        )
    )
    assert (article.title, rule_of(article, "title")) == ("Ferry runs again", "pdf Title")
    assert article.text == " ".join(STORY)


def test_dates_author_and_language_are_those_stated():
    article = read(
        document(
            [*paragraph([*STORY, "Contact: Jo Bloggs, press office."])],
            info="/CreationDate (D:20261130081500+01'00') /ModDate (D:20261201) /Author (Jo Bloggs)"
            " /Keywords (ferry, harbour)",
            catalog="/Lang (en-GB)",
        )
    )
    assert article.published == datetime.fromisoformat("2026-11-30T08:15:00+01:00")
    assert article.modified == date(2026, 12, 1)
    assert (article.authors, article.tags) == (("Jo Bloggs",), ("ferry", "harbour"))
    assert (article.declared_language, article.language) == ("en-gb", "en")


def test_an_account_and_a_date_after_the_capture_are_not_believed():
    article = read(
        document(paragraph(STORY), info="/CreationDate (D:20310101000000Z) /Author (Sam Clerk)")
    )
    assert (article.published, article.authors) == (None, ())


def test_xmp_is_read():
    xmp = """<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
      xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
      xmp:CreateDate="2026-11-29T10:00:00Z"><dc:title><rdf:Alt>
      <rdf:li xml:lang="x-default">Fähre fährt wieder</rdf:li></rdf:Alt></dc:title>
    </rdf:Description></rdf:RDF></x:xmpmeta>"""
    article = read(document(paragraph(STORY), xmp=xmp))
    assert (article.title, rule_of(article, "title")) == ("Fähre fährt wieder", "xmp dc:title")
    assert article.published == datetime(2026, 11, 29, 10, tzinfo=UTC)


def test_words_parted_at_the_end_of_a_line_become_whole():
    lines = [
        "The harbour's self-service counter, an old cus-",
        "tom of the house, opens again, and with it self-",
        "service for all. Haupt-",
        "und Nebensachen von 2026-",
        "27 stand on the desk.",
    ]
    assert read(document(paragraph(lines))).text == (
        "The harbour's self-service counter, an old custom of the house, opens again, and with it "
        "self-service for all. Haupt- und Nebensachen von 2026-27 stand on the desk."
    )


def test_a_paragraph_goes_on_over_the_end_of_a_column_and_of_a_page():
    left = paragraph(
        ["The ferry between the two islands", "will run again, said the office of the"]
    )
    right = paragraph(["harbour on Monday, and nobody was", "late, not even the"], x=320)
    article = read(document([*left, *right], paragraph(["captain of the older boat."])))
    assert article.text == (
        "The ferry between the two islands will run again, said the office of the harbour on "
        "Monday, and nobody was late, not even the captain of the older boat."
    )


def test_columns_are_read_one_after_another_below_what_spans_them():
    head = [Text(60, 760, "A headline that spans the two columns of this page", 20)]
    # Paragraphs of one height, so that a cut from side to side would fit, too.
    left = [
        t
        for n in (1, 2, 3)
        for t in paragraph([f"Left {n} says something of its", "own."], top=740 - 50 * n)
    ]
    right = [
        t
        for n in (1, 2, 3)
        for t in paragraph([f"Right {n} says something of its", "own."], x=320, top=740 - 50 * n)
    ]
    article = read(document([*head, *right, *left]))
    assert [line.split(" says")[0] for line in article.text.split("\n")] == [
        *("Left 1", "Left 2", "Left 3", "Right 1", "Right 2", "Right 3")
    ]


def test_the_wide_spaces_of_a_justified_column_are_no_gutters():
    first, last = paragraph(["The ferry runs again, said the harbour office", "of it, or late."])
    # The line between them as it is set over the whole width of a narrow column.
    places = {"and": 60, "nobody": 110, "was": 180, "glad": 235}
    words = [Text(x, 688, word) for word, x in places.items()]
    article = read(document([first, *words, Text(60, 676, last.text)]))
    assert article.text == (
        "The ferry runs again, said the harbour office and nobody was glad of it, or late."
    )


def test_an_indent_and_room_left_for_a_word_begin_a_paragraph():
    lines = paragraph(
        [*STORY, "The boats leave every hour, and the last one comes back at", "midnight."]
    )
    lines[3] = Text(75, lines[3].y, lines[3].text)
    assert read(document(lines)).text == (
        f"{' '.join(STORY)}\nThe boats leave every hour, and the last one comes back at midnight."
    )


def test_ligatures_become_letters():
    to_unicode = stream(
        b"/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <00> <FF>"
        b" endcodespacerange\n2 beginbfchar <01> <FB01> <02> <FB03> endbfchar endcmap end"
    )
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding "
        b"/ToUnicode 6 0 R >>"
    )
    words = b"BT /F1 10 Tf 60 700 Td (The o\\002ce \\001nds the ferry.) Tj ET"
    data = pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            font,
            PAGE % 5,
            stream(words, deflate=True),
            to_unicode,
        ]
    )
    assert read(data).text == "The office finds the ferry."


def test_a_scan_says_that_it_has_no_text():
    article = read(document([], [], info="/Title (Minutes of the council)"))
    assert (article.title, article.kind, article.blocks) == (
        *("Minutes of the council", PageKind.DOCUMENT, ()),
    )
    told = next(one for one in article.evidence if one.field == "text")
    assert (told.value, told.rule) == (
        *("none on 2 pages", "pdf without text: a scan, or pictures only"),
    )


def test_what_only_its_owner_may_change_is_read():
    assert read(protected(paragraph(STORY))).text == " ".join(STORY)


def test_more_pages_than_are_read_are_counted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_PAGES", 2)
    article = read(document(*(paragraph([f"Page {n} is this."]) for n in "abc")))
    assert article.text == "Page a is this.\nPage b is this."
    told = next(one for one in article.evidence if one.field == "text")
    assert told.value == "2 of 3 pages"
    monkeypatch.setattr(limits, "MAX_PAGES_LISTED", 2)
    with pytest.raises(TooLargeError, match="more than 2 pages"):
        read(document([], [], []))


ROOT = b"<< /Type /Catalog /Pages 2 0 R >>"
KIDS = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
ONE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (document(paragraph(STORY), encrypted=True), "encrypted and asks for a password"),
        (document(paragraph(STORY))[:300], "damaged"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 5000, "damaged"),
        (pdf([ROOT, b"<< /Type /Pages /Kids [2 0 R 2 0 R] >>"]), "it has no page"),
        (pdf([ROOT, b"2 0 R"]), "it has no page"),
        (pdf([ROOT, b"3 0 R", b"2 0 R"]), "it has no page"),
        (pdf([ROOT, KIDS, ONE, b"<< /Length 4 0 R >>\nstream\nBT ET\nendstream"]), "damaged"),
    ],
)
def test_a_broken_or_looping_file_is_told_in_one_line(data: bytes, message: str):
    with pytest.raises(UnreadableError, match=message) as told:
        read(data)
    assert "\n" not in str(told.value)


def test_a_stream_that_grows_without_end_is_refused():
    grown = stream(b" " * (limits.MAX_STREAM_BYTES + 1), deflate=True)
    with pytest.raises(TooLargeError, match="a stream of over"):
        read(pdf([ROOT, KIDS, ONE, grown]))


def test_forms_that_draw_each_other_cost_only_their_page():
    form = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
    )
    looping = ONE.replace(b"4 0 R", b"4 0 R /Resources << /XObject << /X 5 0 R >> >>")
    objects = [ROOT, KIDS, looping, stream(b"/X Do")]
    # Each draws the next one ten times: a thousand million in all.
    objects += [stream(b"/X Do " * 10, form % n) for n in range(6, 15)]
    with pytest.raises(UnreadableError, match="more than 5000 figures"):
        read(pdf(objects))


def test_damage_is_never_more_than_an_error_of_ours():
    whole, chance = document(paragraph(STORY)), random.Random(10)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(9, len(data))] = chance.randrange(256)
        with suppress(ExtractError):
            assert read(bytes(data)).kind is PageKind.DOCUMENT


def test_what_is_labelled_as_a_pdf_and_is_a_page_is_read_as_a_page():
    article = read(b"<html><body><h1>Not found</h1><p>There is no such file.</p></body></html>")
    assert article.kind is not PageKind.DOCUMENT
    assert read(b"\xef\xbb\xbf\r\n" + document(paragraph(STORY))).kind is PageKind.DOCUMENT


def test_the_same_bytes_give_the_same_article():
    boxes = [Text(60 + 130 * (n % 4), 700 - 40 * (n // 4), f"Label {n}") for n in range(40)]
    data = document(boxes)
    assert read(data) == read(data)
    assert shown(boxes).count(b"Tj") == 40
