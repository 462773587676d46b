"""One spelling for each address: urlkeys, article addresses, hosts and domains.

A urlkey follows the rules of the Internet Archive's canonicaliser, so that our
index and pywb's agree; written from its published behaviour, and compared with
pywb in a test.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote_from_bytes, unquote_to_bytes, urlsplit, urlunsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from and never what the page is.
TRACKING = re.compile(
    r"(?:utm_\w+|at_(?:medium|campaign|custom\d|link\w*|bbc_team|ptr_name|format)|fbclid|gclid"
    r"|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_[ce]id|_ga|_gl|ocid|cmpid|cmp"
    r"|icid|ncid|ns_\w+|smid|spm|wt_\w+|wt\.\w+|xtor|rss|ref_?src|partner|__twitter_impression)",
    re.IGNORECASE,
)
SESSION_IN_QUERY = re.compile(
    r"(?:^|(?<=&))(?:jsessionid=[0-9a-z]{32}|phpsessid=[0-9a-z]{32}|sid=[0-9a-z]{32}"
    r"|aspsessionid[a-z]{8}=[0-9a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.IGNORECASE,
)
SESSION_IN_PATH = re.compile(r";(?:jsessionid|sid)=[0-9a-z]+(?=$|[/?])", re.IGNORECASE)
WWW = re.compile(r"^www\d*\.")


def is_http(url: str) -> bool:
    """Tell whether an address is absolute, http or https, with a host.

    >>> is_http("https://example.org/a"), is_http("mailto:a@b"), is_http("http:///a")
    (True, False, False)
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and _port(parts) != 0
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host in lower case, with its port where it is not the scheme's own.

    >>> host_of("http://WWW.Example.org:80/a"), host_of("http://127.0.0.1:8000/")
    ('www.example.org', '127.0.0.1:8000')

    Raises:
        ValueError: no address with a host.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"no host in {url!r}")
    return _netloc(parts)


def registered_domain(url: str) -> str:
    """The domain somebody registered, by the bundled public suffix list; else the host.

    >>> registered_domain("https://news.bbc.co.uk/1"), registered_domain("http://127.0.0.1:80/")
    ('bbc.co.uk', '127.0.0.1')
    """
    host = urlsplit(url).hostname or ""
    return _suffixes()(host).top_domain_under_public_suffix or host


def normalise(url: str) -> str:
    """The same address in its plain spelling: what may be fetched, and no other page.

    Lower-case scheme and host, no default port, no fragment, ``/`` for an empty path.

    >>> normalise("HTTP://Example.ORG:80#top")
    'http://example.org/'
    """
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme.lower(), _netloc(parts), parts.path or "/", parts.query, ""))


def without_tracking(url: str) -> str:
    """The address without parameters that only tell where a reader came from.

    >>> without_tracking("https://a.example/s?id=7&utm_source=rss&fbclid=x#top")
    'https://a.example/s?id=7'
    """
    parts = urlsplit(normalise(url))
    kept = [p for p in parts.query.split("&") if p and not TRACKING.fullmatch(p.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept)))


@lru_cache(maxsize=4096)
def urlkey(url: str) -> str:
    """The SURT of an address, by which captures are sorted and found.

    >>> urlkey("https://www.Example.org:443/Story/?b=2&A=1#x")
    'org,example)/story?a=1&b=2'
    >>> urlkey("http://127.0.0.1:8000/")
    '127.0.0.1:8000)/'

    Source: Internet Archive URL canonicalisation; http://crawler.archive.org/articles/user_manual/glossary.html#surt
    """
    try:
        parts = urlsplit(re.sub(r"[\t\r\n]", "", url.strip()))
        hostname, port = parts.hostname, _port(parts)
    except ValueError:
        return url.lower()
    if not hostname:
        return url.lower()
    suffix = f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else ""
    query = f"?{q}" if (q := _query_key(parts.query)) else ""
    return f"{_surt_host(hostname)}{suffix}){_path_key(parts.path)}{query}"


def article_key(url: str) -> str:
    """The urlkey of an address without its tracking parameters: one key for one story's page.

    >>> article_key("http://www.a.example/s/?utm_medium=x") == article_key("https://a.example/s")
    True
    """
    return urlkey(without_tracking(url)) if is_http(url) else url.lower()


def _surt_host(hostname: str) -> str:
    host = WWW.sub("", re.sub(r"\.{2,}", ".", hostname.strip(".").lower()))
    if re.fullmatch(r"[\d.]+", host) or ":" in host:
        return f"[{host}]" if ":" in host else host
    return ",".join(reversed(_ascii_host(host).split(".")))


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _path_key(path: str) -> str:
    kept: list[str] = []
    for segment in SESSION_IN_PATH.sub("", _plain_escapes(path)).split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment and segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept).lower()


def _query_key(query: str) -> str:
    stripped = SESSION_IN_QUERY.sub("", _plain_escapes(query)).rstrip("&")
    return "&".join(sorted(stripped.lower().split("&")))


def _plain_escapes(text: str) -> str:
    """Percent-escape what must be, and nothing else, however often it was escaped."""
    raw = text.encode("utf-8", "surrogatepass")
    while (plain := unquote_to_bytes(raw)) != raw:
        raw = plain
    return quote_from_bytes(raw, safe="!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~").lower()


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else _ascii_host(host)
    port = _port(parts)
    return f"{host}:{port}" if port and port != DEFAULT_PORTS.get(parts.scheme.lower()) else host


def _port(parts: SplitResult) -> int | None:
    return parts.port


@cache
def _suffixes() -> "TLDExtract":
    # It brings an HTTP client along, 60 CPU-ms that few commands have a use for.
    import tldextract  # noqa: PLC0415

    # The list comes with the package: an archive never asks the network for it.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
