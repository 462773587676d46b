"""Kinds of pages, over labelled pages of our own."""

from collections import Counter

from tests.extract.kinds import iter_labelled

PAGES = tuple(iter_labelled())


def test_the_labelled_pages_are_many_and_of_many_languages() -> None:
    kinds = Counter(page.kind for page in PAGES)
    assert len(PAGES) >= 80
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert kinds["article"] >= 25
    assert len({page.language for page in PAGES}) >= 6
    assert set(kinds) == {
        *("article", "live_blog", "video", "gallery"),
        *("index", "challenge", "consent", "login", "error"),
    }
    assert all(page.models for page in PAGES)
