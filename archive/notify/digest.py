"""The words of a message: one digest of everything that waits."""

from collections.abc import Sequence
from dataclasses import asdict
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from hashlib import sha256
from typing import Any

from archive.config import About, Config
from archive.notify.notices import Notice
from archive.wording import counted

#: More of one kind are counted only.
MAX_LISTED = 100
_SUBJECTS = {
    About.RUNS: ("run", "runs"),
    About.SOURCES: ("source", "sources"),
    About.REMOVALS: ("removal", "removals"),
    About.SEARCHES: ("search hit", "search hits"),
}
_MORE = {
    About.RUNS: "microfiche runs",
    About.SOURCES: "microfiche sources",
    About.REMOVALS: "microfiche events --kind removed",
    About.SEARCHES: "microfiche search",
}


def subject(config: Config, notices: Sequence[Notice]) -> str:
    """The line above a message.

    >>> from archive.config import ArchiveTable
    >>> config = Config(layout=1, archive=ArchiveTable(contact="mailto:a@b.example", title="Coast"))
    >>> subject(config, [Notice("a", About.RUNS, "x"), Notice("b", About.REMOVALS, "y")])
    'Coast: 1 run, 1 removal'
    """
    counts = [(about, sum(n.about is about for n in notices)) for about in About]
    told = ", ".join(counted(count, *_SUBJECTS[about]) for about, count in counts if count)
    return f"{' '.join(config.archive.title.split()) or 'microfiche'}: {told}"


def body(notices: Sequence[Notice]) -> str:
    """The text of a message: each kind by itself, a line each."""
    parts = []
    for about in About:
        mine = [notice for notice in notices if notice.about is about]
        if not mine:
            continue
        lines = [
            f"- {notice.text}" + (f"\n  {notice.url}" if notice.url else "")
            for notice in mine[:MAX_LISTED]
        ]
        if len(mine) > MAX_LISTED:
            lines.append(f"- and {len(mine) - MAX_LISTED:,} more: `{_MORE[about]}`")
        parts.append("\n".join([_SUBJECTS[about][1].capitalize(), *lines]))
    return "\n\n".join(parts) + "\n"


def mail(config: Config, notices: Sequence[Notice], *, now: float) -> EmailMessage:
    """The message as a mail; one that is sent twice has one id."""
    table = config.notify
    message = EmailMessage()
    message["From"] = table.mail_from or table.mail_to[0]
    message["To"] = ", ".join(table.mail_to)
    message["Subject"] = subject(config, notices)
    message["Date"] = formatdate(now)
    digest = sha256("\n".join(notice.key for notice in notices).encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{parseaddr(message['From'])[1].rpartition('@')[2]}>"
    # RFC 3834: no answer is wanted, of a person who is away least of all.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body(notices))
    return message


def payload(config: Config, notices: Sequence[Notice]) -> dict[str, Any]:
    """The message as JSON; ``text`` is what chat programs show."""
    title = subject(config, notices)
    return {
        "schema": 1,
        "archive": config.archive.title,
        "text": f"{title}\n\n{body(notices)}",
        "notices": [
            {key: value for key, value in asdict(notice).items() if key != "lasts"}
            for notice in notices
        ],
    }
