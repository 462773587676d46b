"""Citations: read by the programs they are for."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
import rispy
from citeproc import Citation as Cited
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from pybtex.database import parse_string

from archive.citation import (
    STYLES,
    Citation,
    coins,
    meta_tags,
    to_bibtex,
    to_csl,
    to_ris,
)

AWKWARD = 'Ferry "Anna_Maria" & crew: 100% {late}, $5 fine ~ again\nand \\again'


def cited(**values):
    base = {
        "key": "0b3b3ccb5f55805c",
        "title": "Oyster beds close until spring",
        "authors": ("Marian Tolliver", "María José Ruiz"),
        "publication": "The Harbour Gazette",
        "published": "2026-11-20T02:52:28+00:00",
        "url": "https://gazette.example/harbour/oyster?a=1&b=2",
        "captured": datetime(2026, 11, 21, 8, 0, 5, tzinfo=UTC),
        "permalink": "https://press.library.example/articles/0b3b3ccb5f55805c",
        "replay": "https://replay.library.example/20261121080005/https://gazette.example/oyster",
        "archive": "Coastal Press Archive",
        "language": "en",
    }
    return Citation(**base | values)


def test_the_styles_name_the_page_and_the_copy():
    text = {style: write(cited()) for style, write in STYLES.items()}
    assert text["Chicago"] == (
        "Marian Tolliver and María José Ruiz. “Oyster beds close until spring.” The Harbour "
        "Gazette, 20 November 2026. https://gazette.example/harbour/oyster?a=1&b=2. Archived "
        "21 November 2026 by Coastal Press Archive, https://press.library.example/articles/0b3b3ccb5f55805c."
    )
    assert text["APA"] == (
        "Marian Tolliver and María José Ruiz. (2026, November 20). Oyster beds close until spring. "
        "The Harbour Gazette. https://press.library.example/articles/0b3b3ccb5f55805c (original: "
        "https://gazette.example/harbour/oyster?a=1&b=2)"
    )
    assert "|archive-date=2026-11-21 |" in text["Wikipedia"]
    assert 'data-versiondate="2026-11-21">Oyster beds' in text["Robust link"]
    assert 'href="https://gazette.example/harbour/oyster?a=1&amp;b=2"' in text["Robust link"]


@pytest.mark.parametrize(
    ("published", "chicago", "apa", "year"),
    [
        ("1893", ", 1893.", "(1893).", "1893"),
        ("1893-07", ", July 1893.", "(1893, July).", "1893"),
        (None, ", n.d.", "(n.d.).", None),
    ],
)
def test_a_date_is_cited_as_precisely_as_it_is_known(published, chicago, apa, year):
    it = cited(published=published)
    assert chicago in STYLES["Chicago"](it)
    assert apa in STYLES["APA"](it)
    [entry] = parse_string(to_bibtex(it), "bibtex").entries.values()
    assert entry.fields.get("year") == year
    [record] = rispy.loads(to_ris(it))
    assert record.get("year") == year
    [item] = json.loads(to_csl(it))
    assert item.get("issued", {}).get("date-parts", [[None]])[0][0] == (int(year) if year else None)


def test_an_article_without_an_author_starts_with_its_title():
    assert STYLES["Chicago"](cited(authors=())).startswith("“Oyster beds close until spring.”")
    assert STYLES["APA"](cited(authors=())).startswith("Oyster beds close until spring. (2026")


def test_bibtex_is_read_whatever_the_title_holds():
    [(key, entry)] = parse_string(to_bibtex(cited(title=AWKWARD)), "bibtex").entries.items()
    assert key == "microfiche-0b3b3ccb5f55805c"
    assert entry.fields["title"] == (
        r'{Ferry "Anna\_Maria" \& crew: 100\% \{late\}, \$5 fine \textasciitilde{} again and '
        r"\textbackslash{}again}"
    )
    assert [str(person) for person in entry.persons["author"]] == [
        "{Marian Tolliver}",
        "{María José Ruiz}",
    ]
    assert entry.fields["urldate"] == "2026-11-21"


def test_ris_is_read_whatever_the_title_holds():
    [record] = rispy.loads(to_ris(cited(title=AWKWARD)))
    assert record["type_of_reference"] == "NEWS"
    assert record["title"] == " ".join(AWKWARD.split())
    assert record["authors"] == ["Marian Tolliver", "María José Ruiz"]
    assert record["secondary_title"] == "The Harbour Gazette"
    assert record["urls"] == ["https://gazette.example/harbour/oyster?a=1&b=2"]


def test_csl_is_rendered_by_a_citation_processor():
    source = CiteProcJSON(json.loads(to_csl(cited())))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(Cited([CitationItem("microfiche-0b3b3ccb5f55805c")]))
    [line] = map(str, bibliography.bibliography())
    assert "Marian Tolliver" in line
    assert "Oyster beds close until spring" in line
    assert "2026" in line


def test_what_zotero_documents_for_embedded_metadata_is_there():
    tags = meta_tags(cited())
    assert [content for name, content in tags if name == "citation_author"] == [
        "Marian Tolliver",
        "María José Ruiz",
    ]
    assert dict(tags) | {"citation_author": ""} == {
        "citation_title": "Oyster beds close until spring",
        "citation_author": "",
        "citation_publication_date": "2026/11/20",
        "citation_journal_title": "The Harbour Gazette",
        "citation_language": "en",
        "citation_public_url": "https://press.library.example/articles/0b3b3ccb5f55805c",
        "DC.type": "newspaperArticle",
        "DC.source": "https://gazette.example/harbour/oyster?a=1&b=2",
    }
    context = parse_qs(coins(cited()))
    assert context["rft.au"] == ["Marian Tolliver", "María José Ruiz"]
    assert context["rft.date"] == ["2026-11-20"]
