"""Scrapy settings of the capture: name, default, help."""

from typing import Final

SETTINGS: Final[tuple[tuple[str, int | float | str, str], ...]] = (
    (
        "MICROFICHE_MAX_BODY_BYTES",
        50_000_000,
        "A longer body is cut here; what arrived is kept with WARC-Truncated: length.",
    ),
    (
        "MICROFICHE_IDLE_CONNECTION_S",
        30.0,
        "Seconds for which a connection is kept open for the next request to the same server.",
    ),
    (
        "MICROFICHE_IDLE_CONNECTIONS_PER_HOST",
        4,
        "Connections kept open to one server.",
    ),
    (
        "MICROFICHE_PROXY",
        "",
        "HTTP proxy for every request without a proxy of its own in request.meta.",
    ),
)
