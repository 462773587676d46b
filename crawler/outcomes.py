"""What can come of a URL: kinds of things fetched, states they are in, outcomes of a visit.

Closed vocabularies: the frontier stores them, the run report counts by them, docs/operator.md
explains each.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a URL is fetched as."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    ARTICLE = "article"
    REQUISITE = "requisite"
    ROBOTS = "robots"


#: What is looked through for addresses; everything else is content.
LISTINGS = frozenset({Kind.FEED, Kind.SITEMAP, Kind.SECTION})


class Why(StrEnum):
    """How a URL came to be known; `via` says from where."""

    CONFIGURED = "configured"
    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    REDIRECT = "redirect"
    REQUISITE = "requisite"
    CANONICAL = "canonical"
    TWIN = "twin"
    SAVED = "saved"
    BACKFILL = "backfill"
    ANNOUNCED = "announced"
    SPIDER = "spider"
    """A spider of somebody else's project asked for it."""


class State(StrEnum):
    """Where a URL stands in the frontier."""

    KNOWN = "known"
    FETCHED = "fetched"
    GONE = "gone"
    FAILED = "failed"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What came of one visit of a URL. Each URL counts once in a run, by its last outcome."""

    CAPTURED = "captured"
    UNCHANGED = "unchanged"
    REDIRECTED = "redirected"
    GONE = "gone"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    DNS_FAILED = "dns_failed"
    CONNECTION_FAILED = "connection_failed"
    CONNECTION_LOST = "connection_lost"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    HOST_DOWN = "host_down"
    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    ADDRESS_REFUSED = "address_refused"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_LOOP = "redirect_loop"
    TWIN = "twin"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    LOGIN = "login"
    RESERVED = "reserved"


#: The response was what was asked for, or leads there.
SUCCESSES = frozenset({Outcome.CAPTURED, Outcome.UNCHANGED, Outcome.REDIRECTED, Outcome.RESERVED})

#: Nothing was asked of the server.
SKIPS = frozenset(
    {
        Outcome.HOST_DOWN,
        Outcome.ROBOTS_DISALLOWED,
        Outcome.ROBOTS_UNREACHABLE,
        Outcome.ADDRESS_REFUSED,
        Outcome.TOO_MANY_REDIRECTS,
        Outcome.TWIN,
    }
)

#: Something stands where the article should; kept, and no article.
WALLS = frozenset({Outcome.CHALLENGE, Outcome.CONSENT, Outcome.LOGIN})

#: The host has answered and serves nothing: many in a row slow it down, then let it rest.
REBUFFS = WALLS | {Outcome.SERVER_ERROR, Outcome.RATE_LIMITED}

#: There was no response, or not all of it: counted as errors together with the server's own.
ERRORS = frozenset(Outcome) - SUCCESSES - SKIPS - {Outcome.GONE}


class NotFollowed(StrEnum):
    """Why an address that was found is not put into the frontier."""

    NOT_HTTP = "not_http"
    TOO_LONG = "too_long"
    OUT_OF_SCOPE = "out_of_scope"
    EXCLUDED = "excluded"
    TRAP = "trap"
    TOO_OLD = "too_old"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_DEEP = "too_deep"


class Silence(StrEnum):
    """Why a listing that was read yields nothing."""

    EMPTY = "empty"
    OUT_OF_SCOPE = "out_of_scope"
    EXCLUDED = "excluded"
    UNREADABLE = "unreadable"
