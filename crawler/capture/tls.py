"""TLS for clients: one context for verified servers, one for the others, made once.

Twisted's own helper reads the machine's certificates again for every connection.
"""

from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from service_identity import CertificateError, VerificationError
from service_identity.pyopenssl import verify_hostname, verify_ip_address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from archive.addresses import find_literal

_OP_LEGACY_SERVER_CONNECT = 0x4

# OpenSSL's names of the suites below TLS 1.3 that servers still choose -> IANA's, which
# WARC-Cipher-Suite wants. Those of TLS 1.3 are the same in both.
_IANA_NAMES: Final = {
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "ECDHE-ECDSA-AES256-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "ECDHE-ECDSA-AES128-SHA": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "ECDHE-ECDSA-AES256-SHA": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-RSA-AES128-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "ECDHE-RSA-AES256-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "ECDHE-RSA-AES128-SHA": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "ECDHE-RSA-AES256-SHA": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "DHE-RSA-AES128-GCM-SHA256": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "DHE-RSA-AES256-GCM-SHA384": "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "DHE-RSA-CHACHA20-POLY1305": "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "AES128-GCM-SHA256": "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "AES256-GCM-SHA384": "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "AES128-SHA256": "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "AES256-SHA256": "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA",
    "AES256-SHA": "TLS_RSA_WITH_AES_256_CBC_SHA",
}


class TlsFailed(Exception):
    """No TLS connection that this source accepts could be made."""


class TlsContexts:
    """Makes connections; verification is against the machine's certificates.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` name others, as everywhere with OpenSSL.
    """

    def __init__(self) -> None:
        protocols = [b"http/1.1"]
        trusted = platformTrust()  # type: ignore[no-untyped-call]
        verified = CertificateOptions(trustRoot=trusted, acceptableProtocols=protocols)
        unverified = CertificateOptions(acceptableProtocols=protocols)
        self._verified: SSL.Context = verified.getContext()
        self._unverified: SSL.Context = unverified.getContext()
        self._unverified.set_options(_OP_LEGACY_SERVER_CONNECT)

    def creator(self, host: str, *, verify: bool) -> "ConnectionCreator":
        """What `ITLSTransport.startTLS` wants, for one host."""
        return ConnectionCreator(self._verified if verify else self._unverified, host)


@implementer(IOpenSSLClientConnectionCreator)
class ConnectionCreator:
    """Makes the client's side of one TLS connection, with server name indication."""

    def __init__(self, context: SSL.Context, host: str) -> None:
        self._context, self._host = context, host

    def clientConnectionForTLS(  # noqa: N802 - Twisted's name
        self,
        tlsProtocol: TLSMemoryBIOProtocol,  # noqa: N803
    ) -> SSL.Connection:
        """Make the connection; OpenSSL verifies the chain where the context says so."""
        connection = SSL.Connection(self._context, None)
        connection.set_app_data(tlsProtocol)
        if find_literal(self._host) is None:
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection


def verify_name(connection: SSL.Connection, host: str) -> None:
    """Check that the server's certificate is for ``host``.

    Raises:
        TlsFailed: it is for others, or for none.
    """
    try:
        if find_literal(host) is None:
            verify_hostname(connection, host.encode("idna").decode("ascii"))
        else:
            verify_ip_address(connection, host.strip("[]"))
    except (VerificationError, CertificateError) as error:
        raise TlsFailed(f"certificate is not valid for {host}: {error!r:.200}") from error


def describe(connection: SSL.Connection) -> tuple[str, str | None]:
    """Version and cipher suite, as ``WARC-Protocol`` and ``WARC-Cipher-Suite`` have them."""
    version = connection.get_protocol_version_name().lower().replace("tlsv", "tls/")
    return (version if "." in version else version + ".0"), iana_name(connection.get_cipher_name())


def chain_of(connection: SSL.Connection) -> bytes:
    """The certificates that the server showed, as PEM, its own first."""
    shown = connection.get_peer_cert_chain(as_cryptography=True) or []
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in shown)


def iana_name(openssl_name: str | None) -> str | None:
    """IANA's name of a cipher suite; OpenSSL's where it is not in our table.

    >>> iana_name("ECDHE-RSA-AES128-GCM-SHA256")
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    >>> iana_name("TLS_AES_256_GCM_SHA384")
    'TLS_AES_256_GCM_SHA384'
    """
    return _IANA_NAMES.get(openssl_name, openssl_name) if openssl_name else None
