"""Templates, and how they write dates, sizes and addresses. Everything is escaped."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from archive.replay.address import words_marked
from archive.search.results import Hit
from archive.text.counting import is_estimate
from archive.times import from_timestamp
from archive.urls import is_http
from archive.web.language import current, languages, locale_of, place, translations_of
from extract.article import OTHER_KINDS

staff_name: ContextVar[Callable[[], str]] = ContextVar("staff_name", default=str)
"""Asks for the name of whoever signed in to ask; empty for readers, and on the machine itself."""


@cache
def templates(language: str) -> Environment:
    """The environment of all templates in one language.

    Autoescape everywhere; unknown names are errors.
    """
    env = Environment(
        loader=PackageLoader("archive.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    texts = translations_of(language)
    env.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined] # of the extension
    env.globals |= {"language": language, "languages": languages(), "place": place.get}
    env.globals["staff_name"] = _staff_name
    env.filters.update(
        moment=moment,
        day=day,
        size=size,
        host=host,
        query=query,
        number=number,
        elided=elided,
        text_length=text_length,
        page_of=page_of,
        ago=ago,
        axis=axis,
        period=period,
        language_name=language_name,
        words_marked=words_marked,
    )
    env.tests["web_address"] = is_http
    return env


def _staff_name() -> str:
    return staff_name.get()()


def page(name: str, **context: Any) -> str:  # noqa: ANN401 - whatever the template takes
    """Render one template, in the language of the request."""
    return templates(current.get()).get_template(name).render(**context)


def moment(value: str | None) -> Markup:
    """A ``<time>``: captures (14 digits) to the second, what a page says (ISO 8601) to the minute.

    >>> print(moment("20260102030405"))
    <time datetime="2026-01-02T03:04:05Z">2 January 2026, 03:04:05 UTC</time>
    >>> print(moment("2026-01-02T03:04:00+00:00"))
    <time datetime="2026-01-02T03:04:00Z">2 January 2026, 03:04 UTC</time>
    >>> print(moment("2026-01-02"))
    <time datetime="2026-01-02">2 January 2026</time>
    >>> print(moment("1987-03"), moment("1987"))
    <time datetime="1987-03">March 1987</time> <time datetime="1987">1987</time>
    """
    return _time(value, with_clock=True)


def day(value: str | None) -> Markup:
    """A ``<time>`` to the day.

    >>> print(day("20260102030405"))
    <time datetime="2026-01-02T03:04:05Z">2 January 2026</time>
    """
    return _time(value, with_clock=False)


def period(on: str) -> str:
    """A day, month or year for people.

    >>> period("2026-01-31"), period("2026-01"), period("2026")
    ('31 January 2026', 'January 2026', '2026')
    """
    if len(on) == 10:
        return format_date(date.fromisoformat(on), "long", _locale())
    return _of_month(on, "yMMMM")


def ago(at: float | None, now: float) -> str:
    """A moment beside the present, both in seconds since 1970.

    >>> ago(40.0, 100.0), ago(7300.0, 100.0), ago(None, 100.0)
    ('1 minute ago', 'in 2 hours', 'never')
    """
    if at is None:
        return translations_of(current.get()).gettext("never")
    return format_timedelta(timedelta(seconds=at - now), add_direction=True, locale=_locale())


def span_in_words(seconds: float) -> str:
    """A span of time in its largest whole unit.

    >>> span_in_words(1), span_in_words(7300), span_in_words(9 * 86400), span_in_words(9e7)
    ('1 second', '2 hours', '9 days', '2 years')
    """
    units = (("year", 31_557_600), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, size = next((pair for pair in units if seconds >= pair[1]), units[-1])
    return format_unit(int(seconds // size), f"duration-{unit}", "long", locale=_locale())


def axis(on: str) -> str:
    """The same as short as it can be, for the axis of a histogram.

    >>> axis("2026-01-31"), axis("2026-01"), axis("2026")
    ('31 Jan', 'Jan 2026', '2026')
    """
    if len(on) == 10:
        return format_skeleton("MMMd", date.fromisoformat(on), locale=_locale())
    return _of_month(on, "yMMM")


def _of_month(on: str, skeleton: str) -> str:
    if len(on) == 4:
        return on
    return format_skeleton(skeleton, date.fromisoformat(f"{on}-01"), locale=_locale())


def _locale() -> Locale:
    return locale_of(current.get())


def size(count: int) -> str:
    """Bytes as people read them.

    >>> size(999), size(1500), size(2_345_678)
    ('999 bytes', '1.5 kB', '2.3 MB')
    """
    if count < 1000:
        return f"{count} bytes"
    value, units = count / 1000, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 999.95:
        value, unit = value / 1000, next(units, unit)
    return f"{value:.1f} {unit}"


def number(count: int) -> str:
    """A count with its thousands apart, in the language of the request.

    >>> number(1234567)
    '1,234,567'
    """
    return format_decimal(count, locale=_locale())


def text_length(words: int, language: str | None) -> str:
    """How long a text is; an estimate in scripts without spaces.

    >>> text_length(1234, "en"), text_length(1, "en"), text_length(420, "ja")
    ('1,234 words', '1 word', 'about 420 words')
    """
    ngettext = translations_of(current.get()).ngettext
    if is_estimate(language):
        said = ngettext("about %(count)s word", "about %(count)s words", words)
    else:
        said = ngettext("%(count)s word", "%(count)s words", words)
    return said % {"count": number(words)}


def language_name(code: str) -> str:
    """A language by its name in the language of the request; the code where there is none.

    >>> language_name("ja"), language_name("pt-BR"), language_name("qqq")
    ('Japanese', 'Brazilian Portuguese', 'qqq')
    """
    names = _locale().languages
    found = names.get(code.replace("-", "_")) or names.get(code.partition("-")[0])
    return str(found or code)


def page_of(hit: Hit, asked: str = "") -> str:
    """Where the version is read that a hit is of, in this origin; with what was searched for."""
    if hit.kind in OTHER_KINDS:
        return f"/view/{hit.timestamp}/{hit.url}"
    said = {"version": hit.version_id if hit.in_earlier else "", "q": asked}
    told = urlencode({name: value for name, value in said.items() if value})
    return f"/articles/{hit.article_id}{'?' if told else ''}{told}"


def host(url: str) -> str:
    """The host of an address without ``www.``; the address itself when it has none.

    >>> host("https://www.example.org/a")
    'example.org'
    """
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def query(url: str) -> str:
    """An address as the value of a query parameter.

    >>> query("http://a.example/?b=c&d")
    'http%3A%2F%2Fa.example%2F%3Fb%3Dc%26d'
    """
    return quote(url, safe="")


def elided(text: str, length: int = 90) -> str:
    """A long address with its middle left out.

    >>> elided("http://a.example/" + "b" * 100, 30)
    'http://a.example/bb…bbbbbbbbbb'
    """
    if len(text) <= length:
        return text
    tail = length // 3
    return f"{text[: length - tail - 1]}…{text[-tail:]}"


def _time(value: str | None, *, with_clock: bool) -> Markup:
    read = _read(value)
    if read is None and value and (printed := _month_or_year(value)):
        return Markup('<time datetime="{}">{}</time>').format(value, printed)
    if read is None:
        unknown = translations_of(current.get()).gettext("not known")
        return Markup('<span class="unknown">{}</span>').format(unknown)
    shown = format_date(read, "long", _locale())
    if not isinstance(read, datetime):
        return Markup('<time datetime="{}">{}</time>').format(read.isoformat(), shown)
    if with_clock:
        shown += f", {read:%H:%M:%S} UTC" if _is_timestamp(value) else f", {read:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(f"{read:%Y-%m-%dT%H:%M:%SZ}", shown)


def _read(value: str | None) -> datetime | date | None:
    if value is None:
        return None
    try:
        if _is_timestamp(value):
            return from_timestamp(value)
        if len(value) == 10:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def _month_or_year(value: str) -> str | None:
    """A date that is printed without its day; None for all else."""
    try:
        if len(value) == 4 and value.isdecimal():
            return value
        return _of_month(value, "yMMMM") if len(value) == 7 else None
    except ValueError:
        return None


def _is_timestamp(value: str | None) -> bool:
    return value is not None and len(value) == 14 and value.isdigit()
