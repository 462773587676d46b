"""What of a request is not kept."""

SECRET_HEADERS = frozenset(
    {
        b"authorization",
        b"proxy-authorization",
        b"cookie",
        b"x-api-key",
        b"api-key",
        b"x-auth-token",
    }
)
"""Headers that prove who asks, in lower case; archives outlive passwords, but not by much."""
MASK = b"[masked]"
"""Stands in records for the values of these headers."""
