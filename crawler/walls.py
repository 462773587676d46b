"""Answers that stand where an article should: challenges, consent gates, logins.

By what servers say for it and by where redirects lead; the kind of a page's text is found when it
is indexed.
"""

import re
from collections import OrderedDict
from urllib.parse import parse_qsl, urlsplit

from crawler.answers import Answer
from crawler.outcomes import Outcome

# A page that only asks to wait or to prove oneself is short.
_MAX_BYTES = 60_000
_CHALLENGE = re.compile(
    rb"/cdn-cgi/challenge-platform/|cf-chl-|_Incapsula_Resource|captcha-delivery\.com|px-captcha"
    rb"|sgcaptcha|/_sec/verify|awswaf|ddos-guard/|vercel/security|geo\.captcha"
    rb"|<title>\s*(?:just a moment|attention required|access denied|are you (?:a robot|human)"
    rb"|robot check|security check|pardon our interruption|checking your browser|one moment"
    rb"|verifying you are human|human verification|please wait|ddos protection)[^<]{0,40}</title>",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"consent|cookie-?(?:wall|policy|choice)|privacy-?(?:gate|wall)|gdpr|cmp\b", re.IGNORECASE
)
_LOGIN = re.compile(
    r"log-?in\b|sign-?in\b|/sso\b|/auth(?:orize)?\b|/oauth|/account/|/register\b", re.IGNORECASE
)
# Two articles may move to one place; three that still carry their own address do not.
_MANY = 3
_MAX_GATES = 1000


def find_challenge(answer: Answer, content: bytes) -> Outcome | None:
    """Whether an answer is a challenge; None: no sign of one.

    Args:
        answer: A response of any status.
        content: Its body, content-decoded.
    """
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return Outcome.CHALLENGE
    if answer.is_html and len(content) <= _MAX_BYTES and _CHALLENGE.search(content):
        return Outcome.CHALLENGE
    return None


class Gates:
    """Remembers where redirects lead; the same place for many addresses is no article's."""

    def __init__(self) -> None:
        self._led: OrderedDict[str, set[str]] = OrderedDict()

    def find(self, url: str, target: str) -> Outcome | None:
        """What a redirect leads to instead of an article; None: it may lead to one.

        >>> gates = Gates()
        >>> gates.find("https://a.example/s1", "https://a.example/consent?return=/s1").value
        'consent'
        >>> gates.find("https://a.example/s1", "https://a.example/news/s1") is None
        True
        >>> moved = [f"a.example/s?id={n}" for n in "1234"]
        >>> [gates.find(f"http://{it}", f"https://www.{it}") for it in moved]
        [None, None, None, None]
        """
        if _bare(url) == _bare(target):
            return None
        parts = urlsplit(target)
        place = f"{parts.netloc}{parts.path}"
        carries = _carries(parts.query, url)
        if carries and _CONSENT.search(place):
            return Outcome.CONSENT
        if carries and _LOGIN.search(place):
            return Outcome.LOGIN
        if not carries:
            # What stands in the query may be the article; a gate is the same address for all.
            place = f"{place}?{parts.query}"
        led = self._led.setdefault(place, set())
        self._led.move_to_end(place)
        if len(led) < _MANY:
            led.add(url)
        if len(self._led) > _MAX_GATES:
            self._led.popitem(last=False)
        if len(led) < _MANY:
            return None
        return Outcome.LOGIN if _LOGIN.search(place) else Outcome.CONSENT


def _bare(url: str) -> str:
    """An address without what a site changes when it moves: the scheme, and www."""
    return url.partition("://")[2].removeprefix("www.")


def _carries(query: str, url: str) -> bool:
    """Tell whether a query brings along the address to come back to."""
    path = urlsplit(url).path
    values = (value for _, value in parse_qsl(query, max_num_fields=100)) if query else ()
    return len(path) > 1 and any(path in value or value == url for value in values)
