"""Kinds of pages: what labelled pages of our own are taken for.

Each page models a public report or a product that it names (``tests/extract/kinds``), and was
labelled before there were rules. "Hidden" are articles that a plain search would not show. Of the
901 articles of other people's sets (development half) one is: ``readability/nytimes-5``, which is
a home page.
"""

from collections import Counter

from extract import Article, PageKind, extract
from tests.benchmarks.table import table
from tests.extract.kinds import LabelledPage, iter_labelled

SHOWN = (PageKind.ARTICLE, PageKind.LIVE_BLOG, PageKind.VIDEO, PageKind.GALLERY)
REFUSALS = (PageKind.CHALLENGE, PageKind.CONSENT, PageKind.LOGIN, PageKind.ERROR)
KINDS = (*SHOWN, PageKind.INDEX, *REFUSALS)


def read(page: LabelledPage, *, with_response: bool) -> Article:
    """Read a labelled page, with the status and headers of its response or without."""
    return extract(
        page.html.encode(),
        url=page.url,
        headers=page.headers if with_response else None,
        status=page.status if with_response else None,
    )


def confusion(*, with_response: bool) -> Counter[tuple[PageKind, PageKind]]:
    """Count pages by the kind they have and the kind they are taken for."""
    return Counter(
        (PageKind(page.kind), read(page, with_response=with_response).kind)
        for page in iter_labelled()
    )


def run() -> str:
    """Give the table of confusion, and what it comes to."""
    pages = tuple(iter_labelled())
    counts = confusion(with_response=False)
    rows = [
        (
            f"{kind.value} ({sum(counts[kind, other] for other in KINDS)})",
            *(str(counts[kind, other] or "") for other in KINDS),
        )
        for kind in KINDS
    ]
    hidden = sum(counts[kind, other] for kind in SHOWN for other in KINDS if other not in SHOWN)
    walls = [(kind, other) for kind in REFUSALS for other in KINDS]
    right = sum(counts[kind, kind] for kind in REFUSALS)
    languages = len({page.language for page in pages})
    return (
        f"{table(('labelled as', *(kind.value for kind in KINDS)), rows)}\n\n"
        f"{len(pages)} pages in {languages} languages, read without status and headers. Hidden "
        f"articles: {hidden}. Walls, gates, logins and errors recognised: {right} of "
        f"{sum(counts[pair] for pair in walls)}."
    )
