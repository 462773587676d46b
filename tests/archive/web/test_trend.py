"""Words over time in the reading room."""

import csv
import io

import lxml.html

EVERYTHING = "harbour OR tide OR seals"


def test_a_chart_a_table_and_csv_show_the_same_figures(room):
    answer = room.get("/api/v1/trend", params={"q": EVERYTHING, "unit": "year"}).json()
    [point] = answer["points"]
    assert point["articles"] > 10
    page = lxml.html.fromstring(room.get("/trend", params={"q": EVERYTHING, "unit": "year"}).text)
    [row] = page.xpath("//tbody/tr")
    assert [cell.text_content() for cell in row][:2] == [point["period"], f"{point['articles']}"]
    [table] = page.xpath("//a[@download]/@href")
    reply = room.get(table)
    assert reply.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [int(row["articles"]) for row in rows] == [point["articles"]]


def test_each_bar_leads_to_its_articles(room):
    page = lxml.html.fromstring(
        room.get("/trend", params={"q": "harbour OR seals", "split": "source"}).text
    )
    [link] = page.xpath("//ol[@class='bars']/li/a/@href")
    found = lxml.html.fromstring(room.get(link).text)
    assert found.xpath("//ol[@class='hits']/li")


def test_without_words_and_without_hits_the_page_says_so(room):
    assert "type words" in room.get("/trend").text
    assert "No article has it" in room.get("/trend", params={"q": "zzqx"}).text
