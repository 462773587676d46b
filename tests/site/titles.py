"""The two titles: names, sections, robots.txt and the words of their pages."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Title:
    """One newspaper, as its pages present it."""

    key: str
    name: str
    motto: str
    language: str
    locale: str
    sections: dict[str, str]
    authors: tuple[str, ...]
    disallowed: tuple[str, ...]
    crawl_delay_s: float
    feed_path: str
    session_query: str
    words: dict[str, str] = field(repr=False)


GAZETTE = Title(
    key="a",
    name="The Harbour Gazette",
    motto="News from Port Ellery and the Merrin since 1871",
    language="en",
    locale="en_GB",
    sections={
        "harbour": "Harbour",
        "town": "Town",
        "sport": "Sport",
        "culture": "Culture",
        "science": "Science",
    },
    authors=("Marian Tolliver", "Joss Ekundayo", "Petra Lindqvist-Hale", "Silas Brook"),
    disallowed=("/desk/", "/search", "/*?session=", "/science/embargo-"),
    crawl_delay_s=0.0,
    feed_path="/feed.xml",
    session_query="?session=4711",
    words={
        "home": "Home",
        "by": "By",
        "published": "Published",
        "updated": "Updated",
        "share": "Share this article",
        "related": "You may also like",
        "read_more": "Read more:",
        "newsletter": "The Tide Table: our morning briefing",
        "newsletter_text": "Ten stories in your inbox before breakfast. Unsubscribe whenever you "
        "like.",
        "email": "Your email",
        "subscribe": "Sign me up",
        "consent": "We value your privacy",
        "consent_text": "We and our 614 partners store cookies on your device to measure how "
        "you read us.",
        "accept": "Accept all",
        "reject": "Manage choices",
        "about_author": "About the author",
        "bio": "writes about the coast for the Gazette and keeps a small boat that leaks.",
        "tags": "Tags",
        "source": "Source:",
        "caption": "A drawing from our archive. Picture: Gazette studio",
        "advert": "Advertisement",
        "comments": "Comments",
        "first_comment": "Be the first to comment on",
        "leave_reply": "Leave a reply",
        "not_published": "Your email address will not be published. "
        "Boxes with a * must be filled in.",
        "comment": "Comment",
        "name": "Name",
        "post": "Post comment",
        "spam": "This site uses Akismet to hold back spam. Find out what happens to "
        "your comment data.",
        "log_in": "You must be logged in to take part in the discussion.",
        "save_name": "Remember my name on this device for my next comment.",
        "reply": "Reply",
        "older": "Older stories",
        "desk": "Newsroom",
        "search": "Search",
        "contact": "Write to the editor",
        "imprint": "© The Harbour Gazette Ltd. All rights reserved.",
        "calendar": "Calendar of events",
    },
)

KURIER = Title(
    key="b",
    name="Küstenkurier",
    motto="Unabhängige Tageszeitung für Sankt Annen und Umgebung",
    language="de",
    locale="de_DE",
    sections={
        "kueste": "Küste",
        "lokales": "Lokales",
        "sport": "Sport",
        "kultur": "Kultur",
        "wissen": "Wissen",
    },
    authors=("Antje Harms", "Cornelius Voß", "Dörte Janssen-Öztürk", "Momme Petersen"),
    disallowed=("/intern/", "/suche", "/*?sitzung=", "/wissen/sperrfrist-"),
    crawl_delay_s=0.2,
    feed_path="/atom.xml",
    session_query="?sitzung=4711",
    words={
        "home": "Startseite",
        "by": "Von",
        "published": "Veröffentlicht am",
        "updated": "Aktualisiert am",
        "share": "Artikel teilen",
        "related": "Das könnte Sie auch interessieren",
        "read_more": "Lesen Sie auch:",
        "newsletter": "Flutpost: unser Newsletter am Morgen",
        "newsletter_text": "Zehn Meldungen vor dem Frühstück. Abmeldung jederzeit möglich.",
        "email": "Ihre E-Mail-Adresse",
        "subscribe": "Jetzt anmelden",
        "consent": "Ihre Privatsphäre ist uns wichtig",
        "consent_text": "Wir und unsere 614 Partner speichern Cookies auf Ihrem Gerät, um die "
        "Nutzung zu messen.",
        "accept": "Alle akzeptieren",
        "reject": "Einstellungen",
        "about_author": "Zur Person",
        "bio": "berichtet für den Küstenkurier aus den Gemeinden hinter dem Deich.",
        "tags": "Schlagwörter",
        "source": "Quelle:",
        "caption": "Zeichnung aus unserem Archiv. Bild: Kurier-Grafik",
        "advert": "Anzeige",
        "comments": "Kommentare",
        "first_comment": "Schreiben Sie den ersten Kommentar zu",
        "leave_reply": "Schreibe einen Kommentar",
        "not_published": "Deine E-Mail-Adresse wird nicht veröffentlicht. Felder "
        "mit * bitte ausfüllen.",
        "comment": "Kommentar",
        "name": "Name",
        "post": "Kommentar abschicken",
        "spam": "Diese Seite hält Spam mit Akismet fern. Was mit Kommentardaten "
        "geschieht, steht hier.",
        "log_in": "Bitte melden Sie sich an, um mitzudiskutieren.",
        "save_name": "Meinen Namen auf diesem Gerät für das nächste Mal merken.",
        "reply": "Antworten",
        "older": "Ältere Meldungen",
        "desk": "Redaktion intern",
        "search": "Suche",
        "contact": "Leserbrief schreiben",
        "imprint": "© Küstenkurier Verlag. Alle Rechte vorbehalten.",
        "calendar": "Veranstaltungskalender",
    },
)

TITLES = (GAZETTE, KURIER)


def robots_txt(title: Title, base: str) -> str:
    """Robots rules of a title; the crawler has a group of its own at the second.

    >>> print(robots_txt(GAZETTE, "http://h").splitlines()[-1])
    Sitemap: http://h/sitemap_index.xml
    """
    rules = [f"Disallow: {path}" for path in title.disallowed]
    if title.key == "a":
        lines = ["User-agent: GreedyBot", "Disallow: /", "", "User-agent: *", *rules]
    else:
        delay = f"Crawl-delay: {title.crawl_delay_s:g}"
        # Whoever does not find its own group here pays with a long delay.
        lines = ["User-agent: *", *rules, "Crawl-delay: 5", ""]
        lines += ["User-agent: microfiche", *rules, delay]
    return "\n".join([*lines, "", f"Sitemap: {base}/sitemap_index.xml", ""])
