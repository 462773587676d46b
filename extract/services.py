"""Links that lead to a service of the site and not to a story, by their addresses.

The words of addresses are English on sites of all languages, and those of sharing are few.
"""

import re

_WORDS = (
    r"newsletters?|subscri(?:be|ption|ptions|ber)|subscribe-now|"
    r"abonn(?:ement|ements|er|ez-vous|ieren)|abo|abos|log-?in|sign-?in|sign-?up|register|"
    r"registration|my-?account|account|membership|donate|donations?|"
    r"suscri(?:bete|pcion|pciones|bir)|assin(?:e|ar|atura)|prenumer\w*|abonelik|podpiska|"
    r"nieuwsbrief|nyhetsbrev|nyhedsbrev|boletines"
)
_ACCOUNT = re.compile(
    rf"//(?:{_WORDS})\.|^[^?#]*/(?:{_WORDS})(?:/|\.\w{{2,5}}$|[?#]|$)", re.IGNORECASE
)
_SHARING = re.compile(
    r"//(?:www\.|m\.|web\.)?(?:facebook\.com/(?:sharer|share|dialog)|"
    r"(?:twitter|x)\.com/(?:intent|share)|linkedin\.com/share|wa\.me/|api\.whatsapp|"
    r"whatsapp\.com/channel|t\.me/share|play\.google\.com/store|(?:apps|itunes)\.apple\.com|"
    r"news\.google\.com/publications|pinterest\.\w+/pin/create|reddit\.com/submit)|"
    r"^(?:whatsapp|sms|viber|fb-messenger):",
    re.IGNORECASE,
)


def leads_to_account(address: str) -> bool:
    """Tell whether a link asks for a subscription, a login, a registration, a gift.

    >>> leads_to_account("/login?to=/a"), leads_to_account("https://abo.paper.test/offer")
    (True, True)
    >>> leads_to_account("/2026/register-of-ships-was-lost"), leads_to_account("/news?x=/login")
    (False, False)
    """
    return bool(_ACCOUNT.search(address))


def leads_to_sharing(address: str) -> bool:
    """Tell whether a link shares the page, or leads to an app or channel to follow.

    >>> leads_to_sharing("https://www.facebook.com/sharer/sharer.php?u=x")
    True
    >>> leads_to_sharing("https://www.facebook.com/harbourmaster/posts/1")
    False
    """
    return bool(_SHARING.search(address))
