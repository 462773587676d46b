"""A message on its way: to a mail server, or to a webhook."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from archive.addresses import is_loopback
from archive.config import NotifyTable
from archive.errors import NotDelivered
from archive.urls import is_http

_TIMEOUT_S = 20.0
_PORTS = {"smtp": 25, "smtps": 465}


def send_mail(table: NotifyTable, message: EmailMessage, *, login: str = "") -> None:
    """Hand a mail to the server.

    Args:
        table: Which server.
        message: With its recipients.
        login: ``user:password``; empty: none.

    Raises:
        NotDelivered: it was not taken, or not for everybody.
    """
    parts = urlsplit(table.smtp)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        ) as server:
            if parts.scheme == "smtp" and not is_loopback(host):
                server.starttls(context=context)
            if login:
                user, _, password = login.partition(":")
                server.login(user, password)
            unwanted = server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotDelivered(f"mail by {table.smtp}: {_reason(error)}") from error
    if unwanted:
        raise NotDelivered(f"mail by {table.smtp}: not taken for {', '.join(sorted(unwanted))}")


def post(address: str, payload: dict[str, Any], *, token: str = "") -> None:
    """Hand a message to a webhook; its address is a secret, and in no error.

    Args:
        address: Https, or http on this machine.
        payload: JSON.
        token: Sent as ``Authorization: Bearer``; empty: none.

    Raises:
        NotDelivered: it was not taken.
    """
    host = (urlsplit(address).hostname or "") if is_http(address) else ""
    if not host or not (address.startswith("https:") or is_loopback(host)):
        raise NotDelivered("webhook: expected an https address")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = urllib3.request(
            "POST",
            address,
            json=payload,
            headers=headers,
            timeout=_TIMEOUT_S,
            retries=False,
            redirect=False,
            # Nobody reads what it says, however much that is.
            preload_content=False,
        )
        answer.close()
    except (HTTPError, ValueError) as error:
        raise NotDelivered(f"webhook at {host}: {type(error).__name__}") from error
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"webhook at {host}: answered with {answer.status}")


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {' '.join(text.split())}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"not taken for {', '.join(sorted(error.recipients))}"
    return str(error) or type(error).__name__
