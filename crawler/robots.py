"""robots.txt, as RFC 9309 has it.

The rules of an origin are part of the queue: nothing of an origin leaves before its rules are
known, so that there is no moment at which a concurrent request could slip through (in Scrapy's
own middleware, 2.14 to 2.19, there is).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from crawler.discovery.found import absolute
from crawler.robots_text import read_robots

#: RFC 9309, 2.4: not to be used for more than 24 hours. Publishers change their minds at
#: elections and at launches; four looks a day cost nothing.
MAX_AGE_S = 6 * 3600.0
#: RFC 9309, 2.3.1.2: at least five redirects are followed.
MAX_REDIRECTS = 5
#: RFC 9309, 2.5: at least 500 KiB are read.
MAX_BYTES = 1024 * 1024
#: A longer Crawl-delay is meant to keep us out, or a mistake; it is cut, and said to be.
MAX_CRAWL_DELAY_S = 120.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows us."""

    _parsed: Protego | None
    _agent: str
    reachable: bool = True
    """False: robots.txt was unavailable or not understood, which forbids everything for now."""

    def allows(self, url: str) -> bool:
        """Tell whether an address may be fetched."""
        if not self.reachable or self._parsed is None:
            return self.reachable
        # What a server does with dot segments is what counts (RFC 9309, 2.2.2; RFC 3986, 6.2.2).
        plain = absolute(url, url) or url
        return bool(self._parsed.can_fetch(plain, self._agent))

    @property
    def crawl_delay(self) -> float:
        """Seconds asked for between two requests, 0.0 where nothing is asked for."""
        delay = self._parsed.crawl_delay(self._agent) if self._parsed else None
        return min(max(float(delay or 0.0), 0.0), MAX_CRAWL_DELAY_S)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names."""
        return tuple(self._parsed.sitemaps) if self._parsed else ()


def read_rules(status: int | None, body: bytes, *, agent: str) -> Rules:
    r"""The rules of an origin, from the answer to a request for its robots.txt.

    >>> rules = read_rules(200, b"User-agent: *\nDisallow: /desk/\nCrawl-delay: 2", agent="m")
    >>> [rules.allows("https://a.example/" + path) for path in ("desk/x", "")], rules.crawl_delay
    ([False, True], 2.0)
    >>> read_rules(404, b"", agent="m").allows("https://a.example/desk/x")
    True
    >>> read_rules(None, b"", agent="m").allows("https://a.example/")
    False

    Args:
        status: The final status after redirects; None: there was no response.
        body: Content-decoded.
        agent: Our product token, as robots.txt would name it.

    Source: RFC 9309, 2.2.1 and 2.3.1. A 429 asks to be left alone, and is no "unavailable".
    """
    if status is None or status >= 500 or status == 429:
        return Rules(None, agent, reachable=False)
    if not 200 <= status < 300:
        return Rules(None, agent)
    said = read_robots(body[:MAX_BYTES], agent=agent)
    if said is None:
        return Rules(None, agent, reachable=False)
    lines = ("User-agent: *", *said.rules, *(f"Sitemap: {url}" for url in said.sitemaps))
    return Rules(Protego.parse("\n".join(lines)), agent)


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for.

    >>> origin_of("https://a.example:8443/x?y")
    'https://a.example:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def product_token(user_agent: str) -> str:
    """The name by which robots.txt would address a User-Agent.

    >>> product_token("microfiche/0.1 (+mailto:desk@a.example)")
    'microfiche'

    Source: RFC 9309, 2.2.1.
    """
    return user_agent.partition("/")[0].partition(" ")[0] or user_agent
