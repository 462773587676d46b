"""A proxy on loopback: clients of the Wayback Machine, unmodified, meet our replay behind it."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.replay.origins import REPLAY_NAME

NAMES = ("web.archive.org", "archive.org")


def certificate(path: Path, names: tuple[str, ...]) -> Path:
    """A certificate that signs itself, with its key, for some names: a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def proxy(replay_port: int, pem: Path) -> Iterator[int]:
    """Run it until the block ends; gives its port.

    Requests over TLS, and those to the replay's own name, are the replay's; any other host is a
    site of today, which answers the same to everything.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self):
            self.send_response(200)
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = (self.connection.makefile(m) for m in ("rb", "wb"))
            self.close_connection = False

        def do_GET(self):
            parts = urlsplit(self.path)
            if parts.hostname not in (None, REPLAY_NAME):
                self.answer(200, [("Content-Type", "text/plain")], b"today")
                return
            asking = http.client.HTTPConnection("127.0.0.1", replay_port, timeout=20)
            hop = ("host", "proxy-connection", "connection")
            headers = {k: v for k, v in self.headers.items() if k.lower() not in hop}
            path = self.path[self.path.index("/", 8) :] if parts.hostname else self.path
            asking.request(
                self.command, path, None, {"Host": f"{REPLAY_NAME}:{replay_port}", **headers}
            )
            reply = asking.getresponse()
            self.answer(reply.status, reply.getheaders(), reply.read())
            asking.close()

        def do_HEAD(self):
            self.do_GET()

        def finish(self):
            super().finish()
            self.connection.close()

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")
            self.wfile.flush()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
