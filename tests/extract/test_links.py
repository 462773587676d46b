"""The outgoing links of an article's own text, and of nothing else on the page."""

from extract import extract
from extract.article import Article, Link

SENTENCE = "The council voted late on Thursday after a debate of seven hours, as it had said. "
PAGE = f"""<!doctype html><html lang=en><head><base href="/2026/"><title>Harbour vote</title></head>
<body><nav><a href="/menu">Menu of the day</a></nav><main><article><h1>Harbour vote</h1>
<p>{SENTENCE}It has <a href="plan#part-2">read  the plan</a> and <a href="#note">its note</a>.</p>
<p>{SENTENCE}<a href="https://evening.example/a">The Evening</a> says so, and
<a href="mailto:x@evening.example">its editor</a>, <a href="https://evening.example/a">twice</a>.</p>
<p>{SENTENCE * 2}</p></article></main>
<footer><a href="https://ads.example/">An advertisement</a></footer></body></html>"""


def test_links_of_the_text_alone_absolute_and_each_target_once():
    article = extract(PAGE.encode(), url="https://morning.example/x")
    assert article.links == (
        Link("https://morning.example/2026/plan", "read the plan"),
        Link("https://evening.example/a", "The Evening"),
    )
    assert Article.from_dict(article.to_dict()) == article


def test_addresses_that_cannot_be_read_are_left_out():
    page = PAGE.replace("plan#part-2", "http://[broken").replace("/2026/", "http://[")
    assert [link.words for link in extract(page.encode(), url="https://a.example/").links] == [
        "The Evening"
    ]
