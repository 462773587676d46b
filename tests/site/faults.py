"""Addresses that lead crawlers astray: redirects, loops, traps."""

from tests.site.edition import Edition
from tests.site.message import Reply, Request
from tests.site.pages import listing

# The first story that a chain of redirects ends at, and the one behind a meta refresh.
CHAIN_END, REFRESH_END = 4, 7
PRIVATE = "http://10.255.255.1/admin"
LONG_QUERY = "q=" + "tide" * 2250


def redirect(status: int, location: str) -> Reply:
    """Reply with a Location and a short page, as servers send it."""
    body = (
        f'<html><head><title>Moved</title></head><body><a href="{location}">here</a></body></html>'
    )
    headers = (("Location", location), ("Content-Type", "text/html"))
    return Reply(status, headers, body.encode())


def links(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Links to every fault, which the home page mixes with its stories."""
    twin = edition.numbered(8)
    return (
        ("/go/chain", "The story that everybody read last year"),
        ("/go/refresh", "Our page has a new address"),
        ("/go/loop", "Round and round the harbour"),
        ("/go/elsewhere", "Read it at our neighbour's"),
        ("/go/private", "Intranet"),
        ("/missing/gone-for-good.html", "A dead link"),
        (f"/print{twin.path}", "Print version"),
        (f"/amp{twin.path}", "Fast version"),
        (f"{twin.path}?utm_source=home&utm_campaign=autumn", twin.headline),
        (f"/{twin.section}/{edition.title.session_query}", "Back to where you were"),
        (f"/archive?{LONG_QUERY}", "All hits"),
        ("/calendar/2026/11/", "Events"),
        ("http://127.0.0.1:port/broken", "A link that is none"),
        ("//", "Nothing"),
    )


def reply(edition: Edition, request: Request) -> Reply | None:
    """Answer an address of a fault; None when it is not one."""
    targets = {
        "/go/chain": (301, "/go/chain/2"),
        "/go/chain/2": (302, f"{edition.base}/go/chain/3"),
        "/go/chain/3": (308, edition.numbered(CHAIN_END).path),
        "/go/loop": (302, "/go/loop/2"),
        "/go/loop/2": (301, "/go/loop"),
        "/go/elsewhere": (302, f"{edition.other_base}/"),
        "/go/private": (302, PRIVATE),
    }
    if target := targets.get(request.path):
        return redirect(*target)
    if request.path == "/go/refresh":
        return refresh(edition)
    if request.path.startswith("/calendar/"):
        return calendar(edition, request.path)
    return None


def refresh(edition: Edition) -> Reply:
    """Page that sends the reader on by a meta element."""
    to = edition.numbered(REFRESH_END).path
    body = (
        f'<html><head><meta http-equiv="Refresh" content="0; URL={to}"><title>Moved</title></head>'
        "<body><p>This page has moved.</p></body></html>"
    )
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), body.encode())


def calendar(edition: Edition, path: str) -> Reply:
    """Month of a calendar without end: each links to the one before and the one after."""
    parts = path.strip("/").split("/")[1:]
    if len(parts) != 2 or not all(part.isdecimal() and len(part) <= 4 for part in parts):
        return Reply(404, (("Content-Type", "text/plain"),), b"no such month\n")
    months = 12 * int(parts[0]) + int(parts[1]) - 1
    around = tuple(
        (f"/calendar/{(months + step) // 12}/{(months + step) % 12 + 1:02}/", text)
        for step, text in ((-1, "‹"), (1, "›"))
    )
    html = listing(edition, path, f"{parts[1]}/{parts[0]}", (), around)
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), html.encode())
