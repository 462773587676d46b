"""What is so once only, and what is other on the second day."""

from datetime import UTC, datetime

from tests.site import running
from tests.site.articles import articles
from tests.site.reading import OPENED, article_of
from tests.site.titles import GAZETTE


def test_pages_that_fail_once_slow_pages_and_cookies(get, newspaper):
    opened = datetime.now(UTC)
    path = {a.slug: a.path for a in articles(GAZETTE, 1, opened)}
    statuses = [get(newspaper.a + path["brass-band-festival"]).status_code for _ in range(2)]
    assert statuses == [500, 200]
    busy = get(newspaper.a + path["seagrass-returns"])
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "1")
    assert get(newspaper.a + path["seagrass-returns"]).status_code == 200
    slow = get(newspaper.a + path["night-shift-of-the-pilots"])
    assert slow.elapsed.total_seconds() > 1.4  # no sooner, on any machine
    assert len(slow.headers.get_list("Set-Cookie")) == 2


def test_second_day_brings_an_edit_a_new_headline_a_removal_and_a_story(get, tmp_path):
    with running(directory=tmp_path, opened=OPENED) as paper:
        before = {a.slug: get(paper.a + a.path).text for a in articles(GAZETTE, 1, OPENED)[:9]}
        new = article_of(GAZETTE, "lighthouse-battery", 2)
        assert get(paper.a + new.path).status_code == 404
        paper.advance()
        edited = article_of(GAZETTE, "oyster-beds-closed", 2)
        text = get(paper.a + edited.path).text
        assert "how to open a website in gloves" in text
        assert "how to open a website in gloves" not in before[edited.slug]
        retitled = article_of(GAZETTE, "bus-route-nine", 2)
        assert "the villages want the other half" in get(paper.a + retitled.path).text
        removed = article_of(GAZETTE, "market-hall-traders", 2)
        assert get(paper.a + removed.path).status_code == 410
        assert get(paper.a + new.path).status_code == 200
        feed = get(f"{paper.a}/feed.xml").text
        assert new.path in feed
        assert removed.path not in feed
        unchanged = article_of(GAZETTE, "dredging-of-the-inner-basin", 2)
        assert get(paper.a + unchanged.path).text == before[unchanged.slug]
