"""``make messages``: brings the catalogues of the interface's languages up to date.

A new language is ``make messages LANGUAGE=pl``, and its texts written into the file that names.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent.parent / "archive" / "web"
LOCALE = WEB / "locale"
_CHANGING = (
    *("#", '"Project-Id', '"Report-', '"POT-', '"PO-', '"Last-', '"Language-Team', '"Generated'),
)
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}


def template() -> Catalog:
    """Every text of the interface, from templates and modules."""
    catalog = Catalog(project="microfiche", charset="utf-8")
    found = extract_from_dir(WEB, _METHODS, _OPTIONS, keywords=_KEYWORDS)
    for name, _, message, _, _ in sorted(found, key=lambda row: (row[0], row[1])):
        catalog.add(message, locations=[(name, 0)])
    return catalog


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / "room.po"


def read(language: str) -> Catalog:
    """A catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="microfiche", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def known() -> Iterator[str]:
    """The languages that have a catalogue."""
    return (path.name for path in sorted(LOCALE.iterdir()) if path.is_dir())


def main() -> None:
    """Update every catalogue, and begin those named."""
    for language in sorted({*known(), *sys.argv[1:]}):
        catalog = read(language)
        catalog.update(template(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        write_po(written, catalog, width=100, include_lineno=False)
        head, *rest = written.getvalue().decode("utf-8").split("\n\n")
        # Dates and names of a header would change with every run.
        kept = [line for line in head.splitlines() if not line.startswith(_CHANGING)]
        path_of(language).write_text("\n\n".join(["\n".join(kept), *rest]), "utf-8")
        missing = sum(not m.string or not all(m.string) for m in catalog if m.id)
        print(f"{path_of(language)}: {missing} without a text")


if __name__ == "__main__":
    main()
