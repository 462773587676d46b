"""What a saved search has found, as an Atom feed. Pure."""

from dataclasses import dataclass

from archive import atom
from archive.saved.memory import Memory


@dataclass(frozen=True, slots=True)
class About:
    """What a feed is about: the search's name, its title, and whose archive it is."""

    name: str
    title: str
    archive: str
    contact: str


def write_feed(about: About, memory: Memory) -> str:
    """The feed as text.

    Its id is made of the archive's contact and the search's name, those of its entries of the
    articles' ids: they stay, whenever and wherever the feed is written.
    """
    feed = atom.Feed(
        name=f"{about.contact}/searches/{about.name}",
        title=about.title,
        subtitle=memory.query,
        # Entries come in the order of being told, newest first.
        updated=max((entry.at for entry in memory.entries), default=memory.since),
        author=about.archive or "microfiche",
    )
    return atom.write_atom(
        feed,
        (
            atom.Entry(
                name=f"microfiche/articles/{entry.article_id}",
                title=entry.title,
                updated=entry.at,
                link=entry.url,
                author=entry.source,
                published=entry.published,
                summary=entry.summary,
            )
            for entry in memory.entries
        ),
    )
