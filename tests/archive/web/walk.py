"""Every page of the reading room, by its address, for what holds of all of them."""

from tests.archive.web.shelves import T1, T2, URL


def every_page(asking) -> list[str]:
    """Paths of one page of each kind, in an archive that `shelves.fill` made.

    Args:
        asking: A client of the reading room.
    """
    hit = asking.get("/api/v1/search", params={"q": '"storm over the quay"'}).json()["hits"][0]
    article = f"/articles/{hit['article_id']}"
    seals = asking.get("/api/v1/search", params={"q": "seals"}).json()["hits"][0]
    capture = asking.get("/api/v1/captures", params={"url": URL}).json()["captures"][0]
    return [
        *("/", "/?q=storm", "/?q=tide+source:post&copies=1", "/?q=zzqx", "/facets?field=author"),
        *("/events", "/trend?q=tide&unit=day", "/trend", "/sources", "/sources/post"),
        *(
            "/help",
            "/api",
            "/sign-in",
            "/runs",
            "/why?url=http://post.test/none",
            "/save",
            "/notes",
            "/searches",
            f"/front?url={URL}",
            f"/looks?url={URL}&before={T1}&after={T2}",
            "/none",
        ),
        *("/captures", f"/captures?url={URL}", "/captures?url=http://post.test/*"),
        *(article, f"{article}?version={hit['version_id']}&q=storm", f"{article}/cite"),
        *(f"{article}/compare", f"{article}/compare?view=inline", f"{article}/evidence"),
        *(f"/articles/{seals['article_id']}", f"/similar/{seals['article_id']}"),
        *(f"/records/{capture['record_id']}", f"/view/{T2}/{URL}", "/view/2026/http://post.test/x"),
    ]
