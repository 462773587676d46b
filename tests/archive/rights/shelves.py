"""An archive with one story that not everybody may see, in every place where it could show."""

from dataclasses import dataclass
from pathlib import Path

from archive.layout import Archive
from tests.archive.replay.shelf import Shelf
from tests.archive.web.shelves import PNG, PROSE, SEALS, article

MARK = "quibberon"
"""It stands in the story alone: in its title, texts, author, section, links; nobody asks for it."""
WORD = "zyxomma"
"""The word that is asked for: of the same story alone."""
SECRET = "http://daily.test/secret/1.html"
OPEN = "http://post.test/harbour.html"
LINKED = "http://post.test/linked.html"
FIRST, SECOND, ELSEWHERE = "20260302030405", "20260312030405", "20260102030405"


@dataclass(frozen=True, slots=True)
class Filled:
    archive: Archive
    config: str
    records: tuple[str, ...]


def fill(root: Path) -> Filled:
    """Make it; nothing in its configuration keeps anything back yet."""
    shelf = Shelf(root)
    with shelf.archive.config_path.open("a", encoding="utf-8") as config:
        config.write('\n[sources.daily]\nname = "The Daily"\nurl = "http://daily.test/"\n')
        config.write(f'\n[searches.all]\nquery = "{WORD} OR harbour"\npublic = true\n')
        config.write('feed = "saved/all.atom"\n')
    told = (
        f"The {WORD} {MARK} was seen from the harbour wall by two volunteers who count seals.",
        *PROSE,
        f'Read more about the {WORD} in <a href="{LINKED}">what the {MARK} left behind</a>.',
    )
    extra = f'<meta property="article:section" content="{MARK.title()}">'
    records = []
    for at, more in ((FIRST, ()), (SECOND, (f"On Friday the {MARK} came back to the harbour.",))):
        page = article(
            f"A {MARK} over the harbour", *told, *more, author=f"Ann {MARK.title()}", extra=extra
        )
        records.append(shelf.put(SECRET, page, at=at, kind="article", source="daily").record_id)
    for name in ("/i.png", "/s.css"):
        shelf.put(f"http://daily.test/secret{name}", PNG, at=FIRST, content_type="image/png")
    shelf.put(OPEN, article("Storm over the harbour", *PROSE), at=ELSEWHERE, kind="article")
    shelf.put(LINKED, article("Seals counted", *SEALS), at=ELSEWHERE, kind="article")
    archive = shelf.index()
    shelf.close()
    return Filled(archive, archive.config_path.read_text("utf-8"), tuple(records))
