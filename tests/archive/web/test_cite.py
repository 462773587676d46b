"""The pages that help to cite an article."""

import json
from xml.etree import ElementTree as ET

import lxml.html
import rispy
from pybtex.database import parse_string

from tests.archive.web.test_pages import find_article


def test_an_article_is_cited_for_people_and_programs(room):
    hit = find_article(room)
    where = f"/articles/{hit['article_id']}/cite"
    page = lxml.html.fromstring(room.get(where).text)
    shown = [element.text_content() for element in page.find_class("citation")]
    assert len(shown) == 5
    assert all(hit["title"] in text for text in shown)
    files = {form: room.get(where, params={"format": form}) for form in ("bibtex", "ris", "csl")}
    assert files["bibtex"].headers["content-disposition"].endswith('.bib"')
    [entry] = parse_string(files["bibtex"].text, "bibtex").entries.values()
    assert entry.fields["url"] == hit["url"]
    assert rispy.loads(files["ris"].text)[0]["title"] == hit["title"]
    assert json.loads(files["csl"].text)[0]["container-title"] == hit["source_name"]


def test_an_unknown_format_is_named_with_those_there_are(room):
    where = f"/articles/{find_article(room)['article_id']}/cite"
    reply = room.get(where, params={"format": "endnote"})
    assert reply.status_code == 404
    assert "bibtex, ris, csl" in reply.text


def test_the_article_page_carries_what_zotero_reads(room):
    hit = find_article(room)
    page = lxml.html.fromstring(room.get(f"/articles/{hit['article_id']}").text)
    tags = {tag.get("name"): tag.get("content") for tag in page.iter("meta") if tag.get("name")}
    assert tags["citation_title"] == hit["title"]
    assert tags["citation_journal_title"] == hit["source_name"]
    [canonical] = page.xpath("//link[@rel='canonical']/@href")
    assert canonical == tags["citation_public_url"]
    assert canonical.endswith(f"/articles/{hit['article_id']}")
    assert len(page.find_class("Z3988")) == 1


def test_browsers_are_told_how_to_search(room):
    page = lxml.html.fromstring(room.get("/").text)
    [where] = page.xpath("//link[@rel='search']/@href")
    reply = room.get(where)
    assert reply.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ET.fromstring(reply.text)
    urls = root.findall("{*}Url")
    assert [url.get("template").endswith("?q={searchTerms}") for url in urls] == [True, True]
    assert 0 < len(root.findtext("{*}ShortName")) <= 16
