"""The short pages of the replay origin itself: not archived, cannot be shown."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
body{{font:17px/1.55 Georgia,serif;max-width:38rem;margin:14vh auto;padding:0 1.5rem;
color:#1d1b18;background:#fbfaf7}}
h1{{font-size:1.5rem}} code{{overflow-wrap:anywhere}} a{{color:#7a1f1f}}
@media(prefers-color-scheme:dark){{body{{color:#e9e5dd;background:#171614}}a{{color:#e3a49a}}}}
</style></head>
<body><h1>{title}</h1><p>{text}</p><p><code>{url}</code></p>
<p><a href="{link}" target="_top">{label}</a></p></body></html>
"""


def notice(title: str, text: str, *, url: str, link: str, label: str) -> bytes:
    """A page that says why there is nothing to see, and leads on.

    >>> b"&lt;b&gt;" in notice("No", "<b>", url="http://a.example/", link="/", label="Back")
    True
    """
    values = {"title": title, "text": text, "url": url, "link": link, "label": label}
    return _PAGE.format(**{name: escape(value) for name, value in values.items()}).encode()
