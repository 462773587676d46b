"""What each WARC file says of the run that wrote it, without its secrets."""

from importlib.metadata import version
from typing import Any

from archive.config import Config

# Parts of the names of settings and headers that hold secrets, in lower case without - and _.
_SECRETS = ("pass", "pwd", "token", "secret", "auth", "cookie", "key", "cred", "dsn", "session")


def make_warcinfo(config: Config, *, agent: str, robots: str) -> dict[str, str]:
    """The fields of the warcinfo record.

    Args:
        config: Of the archive.
        agent: The User-Agent of the run.
        robots: ``obey``, ``ignore``, or ``by source``.

    Source: WARC/1.1, 6.2; the field names are those of Heritrix.
    """
    info = {
        "software": f"microfiche/{version('microfiche')} Scrapy/{version('scrapy')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "http-header-user-agent": agent,
        "http-header-from": config.archive.contact.removeprefix("mailto:"),
        "robots": robots,
    }
    if config.archive.operator:
        info["operator"] = config.archive.operator
    if config.archive.title:
        info["isPartOf"] = config.archive.title
    return info


def redacted(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A configuration without what could be a secret.

    Addresses keep no user name or password; a key that sounds like a secret keeps no value.

    >>> redacted({"MAIL_PASS": "x", "proxies": ["http://jo:p@w@proxy.example/"]})
    {'MAIL_PASS': '[redacted]', 'proxies': ['http://[redacted]@proxy.example/']}
    >>> redacted({"headers": {"X-Api-Key": "x", "Accept": "*/*"}})
    {'headers': {'X-Api-Key': '[redacted]', 'Accept': '*/*'}}
    """
    if isinstance(value, dict):
        return {
            key: "[redacted]" if _is_secret(key) and inner else redacted(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in value]
    if isinstance(value, str) and "://" in value and "@" in value.split("/", 3)[2]:
        scheme, _, rest = value.partition("://")
        netloc, slash, path = rest.partition("/")
        return f"{scheme}://[redacted]@{netloc.rpartition('@')[2]}{slash}{path}"
    return value


def _is_secret(key: str) -> bool:
    plain = key.lower().replace("-", "").replace("_", "")
    return any(word in plain for word in _SECRETS)
