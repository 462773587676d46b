"""A time-stamping authority on loopback, made with OpenSSL; it can be told to answer badly."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_cert = signer.pem
certs = ca.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[signing]
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:TRUE
[req]
distinguished_name = name
[name]
"""


@dataclass
class Authority:
    """Where it answers, its root, and how it answers: ``good``, ``away``, ``text``, ``old``."""

    url: str
    ca: Path
    mood: str = "good"
    asked: int = 0
    first: list[bytes] = field(default_factory=list)


def openssl(place: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True)


def make_keys(place: Path) -> None:
    """A root and a signer that it vouches for."""
    (place / "tsa.cnf").write_text(CONFIG)
    (place / "serial").write_text("01\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        place, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-config", "tsa.cnf",
        "-subj", "/CN=Test root", "-extensions", "ca", "-days", "30",
    )  # fmt: skip
    openssl(
        place, "req", "-new", *curve, "-keyout", "signer.key", "-out", "signer.csr", "-config",
        "tsa.cnf", "-subj", "/O=Test/CN=Test time stamps",
    )  # fmt: skip
    openssl(
        place, "x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-out", "signer.pem", "-extfile", "tsa.cnf", "-extensions", "signing",
        "-days", "30",
    )  # fmt: skip


@contextmanager
def authority(place: Path) -> Iterator[Authority]:
    """Run one, with keys of its own, until the block ends."""
    make_keys(place)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                found.asked += 1
                status, reply = self.answer(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def answer(self, query):
            if found.mood == "away":
                return 503, b"away"
            if found.mood == "text":
                return 200, b"<html>Welcome"
            (place / "query").write_bytes(query if found.mood != "refusing" else b"no query")
            openssl(
                place, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply"
            )
            reply = (place / "reply").read_bytes()
            found.first.append(reply)
            return 200, found.first[0] if found.mood == "old" else reply

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Authority(f"http://127.0.0.1:{server.server_port}/tsa", place / "ca.pem")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
