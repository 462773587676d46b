"""An article cited: as text in the usual styles, and for programs that keep references.

The archived page is cited beside the live one, with the moment of its capture (a robust link), so
that a reader finds what the writer saw. Names stand as the page prints them: which part is the
family's nobody can tell for all the languages of a press archive.
"""

import json
import re
from calendar import month_name
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from urllib.parse import urlencode

_LATEX = {
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation says.

    Attributes:
        key: The id of the article: 16 hex digits.
        title: Of the version cited.
        authors: As the page prints them.
        publication: The name of the source.
        published: ISO 8601, as precise as the page gave it (``1987``, ``1987-03``); None: unknown.
        url: The address on the web.
        captured: When the version was captured.
        permalink: Its page in this archive.
        replay: The page as it was, in this archive.
        archive: What the archive is called.
        language: BCP 47, where it is known.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    publication: str
    published: str | None
    url: str
    captured: datetime
    permalink: str
    replay: str
    archive: str
    language: str | None = None

    @property
    def day(self) -> str | None:
        """The day of publication, or as much of it as is known: ``1987-03-02``, ``1987-03``."""
        return self.published[:10] if self.published else None


def date_in_words(day: str | None) -> str:
    """A date of any precision, as English sentences have it.

    >>> date_in_words("1987-03-02"), date_in_words("1987-03"), date_in_words("1987")
    ('2 March 1987', 'March 1987', '1987')
    >>> date_in_words(None)
    'n.d.'
    """
    if not day:
        return "n.d."
    year, *rest = day.split("-")
    words = [year]
    if rest:
        words.insert(0, month_name[int(rest[0])])
    if len(rest) > 1:
        words.insert(0, str(int(rest[1])))
    return " ".join(words)


def to_chicago(it: Citation) -> str:
    """The Chicago Manual of Style, 17th edition, notes and bibliography (14.191, 14.207)."""
    parts = [
        _names(it.authors),
        f"“{it.title}.”",
        f"{it.publication}, {date_in_words(it.day)}.",
        f"{it.url}.",
        f"Archived {date_in_words(_day(it.captured))} by {it.archive}, {it.permalink}.",
    ]
    return " ".join(part for part in parts if part)


def to_apa(it: Citation) -> str:
    """The style of the American Psychological Association, 7th edition (10.1, 10.16)."""
    when = f"({_apa_date(it.day)})."
    lead = f"{_names(it.authors)} {when} {it.title}." if it.authors else f"{it.title}. {when}"
    return f"{lead} {it.publication}. {it.permalink} (original: {it.url})"


def to_mla(it: Citation) -> str:
    """The MLA Handbook, 9th edition."""
    parts = [
        _names(it.authors),
        f"“{it.title}.”",
        f"{it.publication}, {date_in_words(it.day)}, {it.url}.",
        f"{it.archive}, {it.permalink}.",
        f"Archived {date_in_words(_day(it.captured))}.",
    ]
    return " ".join(part for part in parts if part)


def to_wikipedia(it: Citation) -> str:
    """The template ``cite news`` of the English Wikipedia."""
    fields = {
        **{f"author{n}": name for n, name in enumerate(it.authors, 1)},
        "title": it.title,
        "work": it.publication,
        "date": it.day or "",
        "url": it.url,
        "archive-url": it.replay,
        "archive-date": _day(it.captured),
        "language": it.language or "",
    }
    said = (f" |{name}={value.replace('|', '{{!}}')}" for name, value in fields.items() if value)
    return f"{{{{cite news{''.join(said)}}}}}"


def to_html(it: Citation) -> str:
    """A robust link: the live page, and in attributes the archived one and its moment.

    Source: robustlinks.mementoweb.org, "Robust Links - Link Decoration".
    """
    return (
        f'<a href="{escape(it.url)}" data-originalurl="{escape(it.url)}" '
        f'data-versionurl="{escape(it.replay)}" data-versiondate="{_day(it.captured)}">'
        f"{escape(it.title)}</a>"
    )


def to_bibtex(it: Citation) -> str:
    """An entry for BibTeX and biblatex; ``@online`` with ``urldate``."""
    year, month = (*(it.day or "").split("-"), "", "")[:2]
    fields = {
        # A second pair of braces keeps a name, or a title's capitals, as they are.
        "author": " and ".join(f"{{{_latex(name)}}}" for name in it.authors),
        "title": f"{{{_latex(it.title)}}}",
        "organization": _latex(it.publication),
        "year": year,
        "month": str(int(month)) if month else "",
        "date": it.day or "",
        "url": it.url,
        "urldate": _day(it.captured),
        "note": f"Archived by {_latex(it.archive)}, \\url{{{it.permalink}}}",
        "language": it.language or "",
    }
    said = (f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@online{{microfiche-{it.key},\n{''.join(said)}}}\n"


def to_ris(it: Citation) -> str:
    """A record for reference managers (RIS, type NEWS)."""
    lines = [
        ("TY", "NEWS"),
        ("ID", it.key),
        *(("AU", name) for name in it.authors),
        ("TI", it.title),
        ("T2", it.publication),
        ("PY", (it.day or "")[:4]),
        ("DA", (it.day or "").replace("-", "/")),
        ("UR", it.url),
        ("L2", it.permalink),
        ("Y2", _day(it.captured).replace("-", "/")),
        ("DP", it.archive),
        ("LA", it.language or ""),
        ("ER", ""),
    ]
    kept = (f"{tag}  - {_one_line(value)}\r\n" for tag, value in lines if value or tag == "ER")
    return "".join(kept)


def to_csl(it: Citation) -> str:
    """An item of CSL-JSON, as citation processors read it.

    Source: Citation Style Language 1.0.2, csl-data.json.
    """
    item = {
        "id": f"microfiche-{it.key}",
        "type": "article-newspaper",
        "title": it.title,
        "author": [{"literal": name} for name in it.authors],
        "container-title": it.publication,
        "issued": _date_parts(it.day),
        "accessed": _date_parts(_day(it.captured)),
        "URL": it.url,
        "archive": it.archive,
        "archive_location": it.permalink,
        "language": it.language,
    }
    kept = {name: value for name, value in item.items() if value}
    return json.dumps([kept], ensure_ascii=False, indent=1) + "\n"


STYLES: dict[str, Callable[[Citation], str]] = {
    "Chicago": to_chicago,
    "APA": to_apa,
    "MLA": to_mla,
    "Wikipedia": to_wikipedia,
    "Robust link": to_html,
}
"""Citations to paste, by the name of their style."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file for programs: how it is made, its media type and its suffix."""

    write: Callable[[Citation], str]
    media_type: str
    suffix: str


FORMATS = {
    "bibtex": Format(to_bibtex, "application/x-bibtex", "bib"),
    "ris": Format(to_ris, "application/x-research-info-systems", "ris"),
    "csl": Format(to_csl, "application/vnd.citationstyles.csl+json", "json"),
}
"""Files for reference managers, by name."""


def meta_tags(it: Citation) -> tuple[tuple[str, str], ...]:
    """Names and contents of the ``<meta>`` elements that Zotero and Google Scholar read.

    Source: Google Scholar, "Inclusion Guidelines for Webmasters", 2B; Zotero's Embedded Metadata.
    """
    tags = [
        ("citation_title", it.title),
        *(("citation_author", name) for name in it.authors),
        ("citation_publication_date", (it.day or "").replace("-", "/")),
        ("citation_journal_title", it.publication),
        ("citation_language", it.language or ""),
        ("citation_public_url", it.permalink),
        ("DC.type", "newspaperArticle"),
        ("DC.source", it.url),
    ]
    return tuple((name, content) for name, content in tags if content)


def coins(it: Citation) -> str:
    """The ``title`` of a COinS span: OpenURL (Z39.88-2004) in a query string."""
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", "article"),
        ("rft.atitle", it.title),
        ("rft.jtitle", it.publication),
        ("rft.date", it.day or ""),
        *(("rft.au", name) for name in it.authors),
        ("rft.language", it.language or ""),
        ("rft_id", it.url),
        ("rfr_id", it.permalink),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def _names(authors: tuple[str, ...]) -> str:
    """Names as a sentence starts with them.

    >>> _names(("Jo Bloggs", "Mia Tan", "Kim")), _names(())
    ('Jo Bloggs, Mia Tan, and Kim.', '')
    """
    if not authors:
        return ""
    *first, last = authors
    if len(first) == 1:
        return f"{first[0]} and {last}."
    return f"{', '.join(first)}, and {last}." if first else f"{last}."


def _apa_date(day: str | None) -> str:
    """A date as APA has it.

    >>> _apa_date("1987-03-02"), _apa_date("1987-03"), _apa_date(None)
    ('1987, March 2', '1987, March', 'n.d.')
    """
    *before, year = date_in_words(day).split(" ")
    return f"{year}, {' '.join(reversed(before))}" if before else year


def _day(moment: datetime) -> str:
    return date.isoformat(moment.date())


def _date_parts(day: str | None) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else {}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in _one_line(text))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
