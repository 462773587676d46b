"""What the records say of a request: whose it is, why it was made, where it came from."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.outcomes import Kind, Why


class ProvenanceMiddleware:
    """Tells the capture the source and the reason of each request.

    ``microfiche_source`` in ``request.meta`` names another source than the project's.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        assert crawler.spider is not None
        self._source: str = settings["MICROFICHE_SOURCE"] or crawler.spider.name
        self._private = settings.getbool("MICROFICHE_ALLOW_PRIVATE_ADDRESSES")
        self._verify = settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Write down what is known of a request that is about to leave."""
        meta = request.meta
        meta.setdefault("microfiche_source", self._source)
        meta["microfiche_allow_private"] = self._private
        meta["microfiche_verify_tls"] = self._verify
        # Meta travels on to redirects, retries and whatever a spider makes of it: said each time.
        meta["microfiche_why"] = str(_why(request))
        meta["microfiche_via"] = _via(request)
        meta["microfiche_hops"] = meta.get("depth", 0)
        if request.callback is NO_CALLBACK and request.url.endswith("/robots.txt"):
            meta["microfiche_kind"] = str(Kind.ROBOTS)


def _why(request: Request) -> Why:
    return Why.REDIRECT if request.meta.get("redirect_urls") else Why.SPIDER


def _via(request: Request) -> str | None:
    if redirected := request.meta.get("redirect_urls"):
        return str(redirected[-1])
    referer = request.headers.get(b"Referer")
    return referer.decode("latin-1") if referer else None
