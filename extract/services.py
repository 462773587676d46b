"""Links that lead to a service of the site and not to a story, by their addresses.

The words of addresses are English on sites of all languages, and those of sharing are few.
"""

import re
from urllib.parse import urlsplit

_WORDS = (
    r"newsletters?|subscri(?:be|ption|ptions|ber)|subscribe-now|"
    r"abonn(?:ement|ements|er|ez-vous|ieren)|abo|abos|log-?in|sign-?in|sign-?up|register|"
    r"registration|my-?account|account|membership|donate|donations?|"
    r"suscri(?:bete|pcion|pciones|bir)|assin(?:e|ar|atura)|prenumer\w*|abonelik|podpiska|"
    r"nieuwsbrief|nyhetsbrev|nyhedsbrev|boletines"
)
_ACCOUNT_HOST = re.compile(rf"//(?:{_WORDS})\.")
_ACCOUNT_PATH = re.compile(rf"[^?#]*/(?:{_WORDS})(?:/|\.\w{{2,5}}$|[?#]|$)")
_SHARING = re.compile(
    r"//(?:www\.|m\.|web\.)?(?:facebook\.com/(?:sharer|share|dialog)|"
    r"(?:twitter|x)\.com/(?:intent|share)|linkedin\.com/share|wa\.me/?(?:\?|$)|"
    # With a number it is somebody to write to.
    r"api\.whatsapp\.com/send/?\?(?!(?:[^#]*&)?phone=)|"
    r"whatsapp\.com/channel|t\.me/share|play\.google\.com/store|(?:apps|itunes)\.apple\.com|"
    r"news\.google\.com/publications|pinterest\.\w+/pin/create|reddit\.com/submit)|"
    r"^(?:whatsapp|sms|viber|fb-messenger):",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"^(?:mailto|tel|javascript):|\.(?:pdf|docx?|xlsx?|pptx?|odt|csv|zip|mp3|epub)(?:$|[?#])",
    re.IGNORECASE,
)


def leads_to_account(address: str, host: str) -> bool:
    """Tell whether a link asks for a subscription, a login, a registration, a gift.

    Only on the site of the page, whose host is given: what others call a register is theirs.

    >>> [leads_to_account(a, "www.paper.test") for a in ("/login?to=/a", "//abo.paper.test/offer")]
    [True, True]
    >>> leads_to_account("/2026/register-of-ships-was-lost", "paper.test")
    False
    >>> leads_to_account("https://county.test/register", "paper.test")
    False
    """
    # In lower case: alternatives that ignore case take several times as long.
    lower = address.lower()
    found = _ACCOUNT_PATH.match(lower) or _ACCOUNT_HOST.search(lower)
    return found is not None and _is_of(address, host)


def leads_home(address: str, host: str) -> bool:
    """Tell whether a link leads to another page of the site, and not to a file or an address.

    >>> [leads_home(a, "www.paper.test") for a in ("/a", "//paper.test/b", "//x.test/", "/a.pdf")]
    [True, True, False, False]
    """
    return bool(address) and not _FILE.search(address) and _is_of(address, host)


def _is_of(address: str, host: str) -> bool:
    try:
        there = urlsplit(address).hostname
    except ValueError:
        return False
    return there is None or _site(there) == _site(host)


def _site(host: str) -> str:
    """Name the site of a host: two labels of it, three below ``co.uk`` and its like."""
    labels = host.split(".")
    is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if is_second_level else -2 :])


def leads_to_sharing(address: str) -> bool:
    """Tell whether a link shares the page, or leads to an app or channel to follow.

    >>> leads_to_sharing("https://www.facebook.com/sharer/sharer.php?u=x")
    True
    >>> leads_to_sharing("https://www.facebook.com/harbourmaster/posts/1")
    False
    """
    return bool(_SHARING.search(address))
