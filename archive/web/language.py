"""The languages of the interface: gettext catalogues, one of which each request is answered in.

``locale/CODE/LC_MESSAGES/room.po`` is the catalogue of a language; English needs none, for it is
what the templates are written in. docs/architecture.md tells how one is added.
"""

import io
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENGLISH = "en"
COOKIE = "language"
_CATALOGUES = files("archive.web") / "locale"

current: ContextVar[str] = ContextVar("language", default=ENGLISH)
"""What the request is answered in: a code of `languages`."""

place: ContextVar[str] = ContextVar("place", default="/")
"""The path and query of the request, to come back to when another language is chosen."""


def marked(message: str) -> str:
    """Mark a text for translation where it is not shown yet."""
    return message


@cache
def languages() -> tuple[tuple[str, str], ...]:
    """Code and own name of every language there is a catalogue of, English first.

    >>> languages()
    (('en', 'English'), ('de', 'Deutsch'), ('fr', 'français'))
    """
    others = sorted(entry.name for entry in _CATALOGUES.iterdir() if entry.is_dir())
    return tuple((code, str(Locale.parse(code).language_name)) for code in (ENGLISH, *others))


@cache
def translations_of(code: str) -> NullTranslations:
    """The texts of a language."""
    if code == ENGLISH:
        return NullTranslations()
    text = (_CATALOGUES / code / "LC_MESSAGES" / "room.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text)))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def locale_of(code: str) -> Locale:
    """How dates and numbers are written; English as in Britain, the day before the month."""
    return Locale.parse("en_GB" if code == ENGLISH else code)


def choose(chosen: str, accepted: str) -> str:
    """The language of an answer.

    Args:
        chosen: What the reader chose before; empty: nothing.
        accepted: What the browser asks for, as in ``Accept-Language``.

    Source: RFC 9110, 12.5.4.

    >>> choose("", "pl, fr-CA;q=0.8, en;q=0.9"), choose("de", "fr"), choose("xx", "")
    ('en', 'de', 'en')
    """
    known = [code for code, _ in languages()]
    if chosen in known:
        return chosen
    wanted = []
    for part in accepted[:500].split(","):
        code, _, weight = part.strip().partition(";q=")
        try:
            share = float(weight or 1)
        except ValueError:
            continue
        if share > 0 and (language := code.partition("-")[0].lower()) in known:
            wanted.append((share, language))
    return max(wanted, key=lambda pair: pair[0], default=(0.0, ENGLISH))[1]


class ChosenLanguage:
    """ASGI middleware that sets `current`, and says so in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language that was chosen, or that the browser asks for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        language = choose(_chosen(asked), asked.get("accept-language", ""))

        async def with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Language"] = language
                    headers.add_vary_header("Accept-Language, Cookie")
            await send(message)

        query = scope.get("query_string", b"").decode("latin-1")
        tokens = current.set(language), place.set(scope["path"] + ("?" + query if query else ""))
        try:
            await self._app(scope, receive, with_language)
        finally:
            current.reset(tokens[0])
            place.reset(tokens[1])


def _chosen(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
