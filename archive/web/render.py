"""Templates, and how they write dates, sizes and addresses. Everything is escaped."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from archive.replay.address import words_marked
from archive.search.results import Hit
from archive.text.counting import is_estimate
from archive.times import from_timestamp
from archive.urls import is_http
from archive.wording import ago
from extract.article import OTHER_KINDS


@cache
def templates() -> Environment:
    """The environment of all templates: autoescape everywhere, unknown names are errors."""
    env = Environment(
        loader=PackageLoader("archive.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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


def page(name: str, **context: Any) -> str:  # noqa: ANN401 - whatever the template takes
    """Render one template."""
    return templates().get_template(name).render(**context)


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
    if len(on) == 4:
        return on
    first = date.fromisoformat(on if len(on) == 10 else f"{on}-01")
    return f"{first.day} {first:%B} {first.year}" if len(on) == 10 else f"{first:%B} {first.year}"


def axis(on: str) -> str:
    """The same as short as it can be, for the axis of a histogram.

    >>> axis("2026-01-31"), axis("2026-01"), axis("2026")
    ('31 Jan', 'Jan 2026', '2026')
    """
    if len(on) == 4:
        return on
    first = date.fromisoformat(on if len(on) == 10 else f"{on}-01")
    return f"{first.day} {first:%b}" if len(on) == 10 else f"{first:%b} {first.year}"


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
    """A count with its thousands apart.

    >>> number(1234567)
    '1,234,567'
    """
    return f"{count:,}"


def text_length(words: int, language: str | None) -> str:
    """How long a text is; an estimate in scripts without spaces.

    >>> text_length(1234, "en"), text_length(1, "en"), text_length(420, "ja")
    ('1,234 words', '1 word', 'about 420 words')
    """
    about = "about " if is_estimate(language) else ""
    return f"{about}{number(words)} {'word' if words == 1 else 'words'}"


@cache
def language_name(code: str) -> str:
    """A language by its English name; the code where there is none.

    >>> language_name("ja"), language_name("pt-BR"), language_name("qqq")
    ('Japanese', 'Brazilian Portuguese', 'qqq')
    """
    names = Locale("en").languages
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
        return Markup('<span class="unknown">not known</span>')
    shown = f"{read.day} {read:%B} {read.year}"
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
        return f"{date.fromisoformat(f'{value}-01'):%B %Y}" if len(value) == 7 else None
    except ValueError:
        return None


def _is_timestamp(value: str | None) -> bool:
    return value is not None and len(value) == 14 and value.isdigit()
