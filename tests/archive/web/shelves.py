"""What the archive of these tests holds: articles with something to hide, and honest ones."""

from pathlib import Path

from tests.archive.replay.shelf import Shelf

T1, T2, T3 = "20260102030405", "20260202000000", "20260302000000"
URL = "http://post.test/news/storm-1.html"
EVIL_TITLE = '<script>alert("title")</script> & "quotes"'
SENTENCE = "The harbour wall held through the night, although nobody had expected it."


def article(title: str, *paragraphs: str, author: str = "Ada Quay", extra: str = "") -> bytes:
    """An article as honest papers mark it up."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escaped}</title>'
        f'<meta property="og:type" content="article"><meta property="og:title" content="{escaped}">'
        f'<meta name="author" content="{author}">'
        '<meta property="article:published_time" content="2026-01-02T02:00:00+00:00">'
        '<meta property="og:image" content="/i.png">'
        f'<link rel="stylesheet" href="/s.css">{extra}</head><body><article><h1>{escaped}</h1>'
        f'<img src="/i.png" alt="">{body}</article></body></html>'
    ).encode()


PROSE = (
    SENTENCE,
    "Three boats broke loose before midnight and were found at first light on the sand below.",
    "The council meets on Thursday to decide whether the wall is to be raised by another metre.",
)
LATER = (
    "On Friday the council voted to raise it, by nine votes to four, and to begin before spring."
)
SEALS = (
    "Volunteers counted forty-one grey seals on the sandbank off the point before breakfast.",
    "It is the largest number since the counts began, said the warden who has led them for years.",
    "Fewer boats came near this spring, because the channel silted up after the January gales.",
    "Another count follows in the autumn, when the young animals have learned to swim alone.",
)
SEAL_COPIES = 8
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f0003860180"
    "5a34cd5b0000000049454e44ae426082"
)


def fill(root: Path) -> None:
    """Make the archive of these tests."""
    shelf = Shelf(root)
    page = article("Storm over the quay", *PROSE)
    shelf.put(URL, page, at=T1, kind="article")
    shelf.put(URL, article("Storm over the quay", *PROSE, LATER), at=T2, kind="article")
    shelf.put(URL, b"<h1>410 Gone</h1>", at=T3, status="410 Gone", kind="article")
    shelf.put("http://post.test/i.png", PNG, content_type="image/png", at=T1)
    shelf.put("http://post.test/s.css", b"h1{color:rgb(1, 2, 3)}", content_type="text/css", at=T1)
    evil = article(
        EVIL_TITLE,
        "Harbour <b>&lt;img src=x onerror=alert(1)&gt;</b> &lt;/mark&gt;&lt;script&gt;x",
        *PROSE[1:],
        author="&lt;i&gt;Mallory&lt;/i&gt;",
    )
    shelf.put("http://post.test/news/evil-2.html?a=1&b='\"<", evil, at=T1, kind="article")
    for scheme in ("http", "https", "http", "https"):
        shelf.put(
            f"{scheme}://post.test/twice.css", scheme.encode(), content_type="text/css", at=T1
        )
    shelf.put("http://post.test/twice.css", b"last", content_type="text/css", at=T2)
    shelf.put("http://post.test/old", at=T1, status="301 Moved", headers=(f"Location: {URL}",))
    shelf.put(
        "http://post.test/onward",
        b'<meta http-equiv="refresh" content="0;url=/news/storm-1.html"><p>Onward',
        at=T1,
    )
    shelf.put("http://post.test/cut", b"<p>Half a pa", at=T1, truncated="length")
    shelf.put("http://post.test/paper.pdf", b"%PDF-1.7", content_type="application/pdf", at=T1)
    for number in range(30):
        text = article(f"Tide table number {number}", *(f"{p} {number}" for p in PROSE))
        shelf.put(f"http://post.test/tide/{number}.html", text, at=T1, kind="article")
    for number in range(SEAL_COPIES):
        text = article("Seals counted on the sandbank", *SEALS, f"Edition {chr(65 + number)}.")
        shelf.put(f"http://post.test/seals/{number}.html", text, at=T1, kind="article")
    shelf.index()
    shelf.close()
