"""What happens to an article at its addresses: moved, removed, restored, edited."""

from datetime import timedelta

from archive.index.articles import find_article, get_article
from tests.archive.indexer.pages import BRIDGE, events
from tests.archive.indexer.press import http, index_here, story


def test_moved_article_joins_its_new_address(press, db):
    new = "https://morning.example/news/bridge-closed-again-2026"
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
            press.exchange(new, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, BRIDGE))
    assert article.url == new
    assert set(article.addresses) == {BRIDGE, new}
    moved = [event for event in article.events if event.kind == "moved"]
    assert [event.detail for event in moved] == [new]


def test_an_address_that_only_ever_redirected_leads_to_the_article(press, db):
    short = "https://morning.example/s/17"
    press.write(
        "a.warc.gz",
        [
            press.exchange(short, http(b"", "302 Found", f"Location: {BRIDGE}")),
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert find_article(db, short) == find_article(db, BRIDGE)


def test_removed_after_two_410s_three_days_apart_and_restored(press, db):
    gone = http(b"gone", "410 Gone")
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(BRIDGE, gone, after=timedelta(days=1)),
            press.exchange(BRIDGE, gone, after=timedelta(days=2)),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = find_article(db, BRIDGE)
    assert [kind for _, kind in events(db, article)] == ["published"]
    press.write("b.warc.gz", [press.exchange(BRIDGE, gone, after=timedelta(days=1))])
    index_here(db, press.archive, ["b.warc.gz"])
    assert events(db, article)[-1] == ("20260109080001", "removed")
    assert get_article(db, article).removed == "20260109080001"
    press.write("c.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    index_here(db, press.archive, ["c.warc.gz"])
    assert events(db, article)[-1][1] == "restored"
    assert get_article(db, article).removed is None


def test_removed_at_the_address_it_had_moved_to(press, db):
    new = "https://morning.example/news/bridge-closed-again-2026"
    gone, day = http(b"gone", "410 Gone"), timedelta(days=1)
    visits = [
        (BRIDGE, http(story("Bridge closed again"))),
        (BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
        (new, http(story("Bridge closed again"))),
        *[(new, gone)] * 4,
        *[(BRIDGE, gone)] * 5,
    ]
    press.write("a.warc.gz", [press.exchange(url, answer, after=day) for url, answer in visits])
    index_here(db, press.archive, ["a.warc.gz"])
    kinds = [kind for _, kind in events(db, find_article(db, BRIDGE))]
    assert kinds == ["published", "moved", "removed"]


def test_a_redirect_to_https_is_no_move_and_hides_no_removal(press, db):
    plain, gone = BRIDGE.replace("https:", "http:"), http(b"gone", "410 Gone")
    to_https = http(b"", "301 Moved", f"Location: {BRIDGE}")
    answers = [http(story("Bridge closed again")), *[gone] * 3]
    exchanges = []
    for answer in answers:
        exchanges.append(press.exchange(plain, to_https, after=timedelta(days=2)))
        exchanges.append(press.exchange(BRIDGE, answer))
    press.write("a.warc.gz", exchanges)
    index_here(db, press.archive, ["a.warc.gz"])
    article = find_article(db, BRIDGE)
    assert [kind for _, kind in events(db, article)] == ["published", "removed"]
    assert len(get_article(db, article).captures) == 8


def test_a_text_put_back_and_changed_again_is_edited_each_time(press, db):
    first, second = (http(story("Bridge closed again", text * 20)) for text in ("One. ", "Two. "))
    answers = [first, second, first, second]
    day = timedelta(days=1)
    press.write("a.warc.gz", [press.exchange(BRIDGE, answer, after=day) for answer in answers])
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, BRIDGE))
    assert [event.kind for event in article.events] == ["published", *["edited"] * 3]
    assert article.edited == article.events[-1].at == "20260109080000"
