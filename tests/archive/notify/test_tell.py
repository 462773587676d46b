"""Telling by a real mail server and a real webhook, each thing once."""

import json
import socket
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from click.testing import CliRunner

from archive.cli import cli
from archive.config import About, load_config
from archive.errors import ConfigError, NotDelivered
from archive.layout import create_archive
from archive.notify.deliver import post
from archive.notify.look import look_and_tell
from archive.notify.memory import OVER_S, Memory, noted
from archive.notify.notices import Notice
from archive.notify.tell import tell
from crawler.session import redacted_config
from tests.archive.indexer.press import Press, http, index_here, story

NOW = 1_800_000_000.0
HOUR = 3600.0
GONE = Notice("removed 1", About.REMOVALS, "removed: Harbour vote (Morning)", "https://a.example/1")
WALL = Notice("source coast walled", About.SOURCES, "coast: 4 addresses meet a wall", lasts=True)


class Post:
    """A mail server: keeps what it takes, refuses while ``refuses``."""

    def __init__(self):
        self.mails, self.refuses = [], False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as aiosmtpd calls it
        if self.refuses:
            return "451 come back later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def mail():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    post = Post()

    def knows(server, session, envelope, mechanism, data):
        return AuthResult(
            success=(data.login, data.password) == (b"desk", b"s3cret"), handled=False
        )

    server = Controller(post, "127.0.0.1", port, authenticator=knows, auth_require_tls=False)
    server.start()
    post.url = f"smtp://127.0.0.1:{port}"
    yield post
    server.stop()


@pytest.fixture
def hook():
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posts.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(self.server.status)
            self.end_headers()
            with suppress(OSError):
                while self.server.endless:
                    self.wfile.write(bytes(65536))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.posts, server.status, server.endless = [], 204, False
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.endless = False
    server.shutdown()
    server.server_close()


@pytest.fixture
def archive(tmp_path, mail, hook, monkeypatch):
    made = create_archive(tmp_path / "a", contact="mailto:x@y.example")
    titled = made.config_path.read_text().replace("[archive]\n", '[archive]\ntitle = "Coast"\n')
    made.config_path.write_text(titled)
    secret = made.root / "hook"
    secret.write_text(f"http://127.0.0.1:{hook.server_port}/T0P")
    secret.chmod(0o600)
    monkeypatch.setenv("MAIL_LOGIN", "desk:s3cret")
    monkeypatch.setenv("HOOK_TOKEN", "t0ken")
    with made.config_path.open("a") as config:
        config.write(
            f'\n[notify]\nmail_to = ["Desk <desk@y.example>"]\nmail_from = "a@y.example"\n'
            f'smtp = "{mail.url}"\nsmtp_login = "env:MAIL_LOGIN"\nwebhook = "file:hook"\n'
            'webhook_token = "env:HOOK_TOKEN"\n'
        )
    return made


def test_what_happens_is_gathered_and_told_once_to_everybody(archive, mail, hook):
    config = load_config(archive)
    told = tell(archive, config, [GONE, WALL], now=lambda: NOW)
    assert (told.sent, told.problems) == ({"mail": 2, "webhook": 2}, ())
    (sent,) = mail.mails
    assert (sent["To"], sent["From"]) == ("Desk <desk@y.example>", "a@y.example")
    assert (sent["Subject"], sent["Auto-Submitted"]) == (
        "Coast: 1 source, 1 removal", "auto-generated",
    )  # fmt: skip
    assert GONE.text in sent.get_content()
    assert GONE.url in sent.get_content()
    ((path, token, posted),) = hook.posts
    assert (path, token, posted["archive"]) == ("/T0P", "Bearer t0ken", "Coast")
    assert [notice["about"] for notice in posted["notices"]] == ["removals", "sources"]
    # Seen again, and one thing more: that one waits until an hour is over.
    more = Notice("run 2", About.RUNS, "run 2 failed: disk full")
    assert tell(archive, config, [GONE, WALL, more], now=lambda: NOW + 60).sent == {}
    later = tell(archive, config, [GONE, WALL], now=lambda: NOW + HOUR)
    assert later.sent == {"mail": 1, "webhook": 1}
    assert hook.posts[1][2]["text"] == "Coast: 1 run\n\nRuns\n- run 2 failed: disk full\n"


def test_what_is_not_taken_waits_and_nobody_else_is_told_twice(archive, mail, hook):
    mail.refuses = True
    told = tell(archive, load_config(archive), [GONE], now=lambda: NOW)
    assert told.sent == {"webhook": 1}
    assert told.problems == (f"mail by {mail.url}: 451 come back later",)
    mail.refuses, hook.status = False, 500
    assert tell(archive, load_config(archive), [GONE], now=lambda: NOW + 1).sent == {"mail": 1}
    assert (len(mail.mails), len(hook.posts)) == (1, 1)
    told = tell(archive, load_config(archive), [WALL], now=lambda: NOW + 2, at_once=True)
    # Its address is a secret, and in no message.
    assert told.problems == ("webhook at 127.0.0.1: answered with 500",)


def test_no_secret_is_taken_from_the_configuration_or_from_a_file_that_others_may_read(
    archive, monkeypatch
):
    (archive.root / "hook").chmod(0o644)
    told = tell(archive, load_config(archive), [GONE], now=lambda: NOW)
    assert told.sent == {"mail": 1}
    assert "chmod 600" in told.problems[0]
    monkeypatch.setenv("MAIL_LOGIN", "desk:wrong")
    told = tell(archive, load_config(archive), [WALL], now=lambda: NOW + HOUR)
    assert told.problems[0].startswith(f"mail by {load_config(archive).notify.smtp}: 535")
    assert "notify" not in redacted_config(load_config(archive))
    plain = archive.config_path.read_text().replace("file:hook", "https://hooks.example/T0P")
    archive.config_path.write_text(plain)
    with pytest.raises(ConfigError, match="never the secret itself"):
        load_config(archive)


def test_a_state_is_told_again_only_after_it_was_over():
    memory, lines = Memory(NOW), []
    for hours, seen in [(0, [WALL]), (1, []), (2, [WALL]), (9, []), (10, [WALL])]:
        before = memory.waiting.get("mail", ())
        memory = noted(memory, seen, channels=["mail"], about=About, now=NOW + hours * HOUR)
        lines += [(hours, n.text) for n in memory.waiting["mail"][len(before) :]]
    assert OVER_S < 7 * HOUR
    assert lines == [(0, WALL.text), (9, f"no longer so: {WALL.text}"), (10, WALL.text)]


def test_a_reply_is_not_read_and_only_this_machine_does_without_https(hook):
    hook.status, hook.endless = 200, True
    post(f"http://127.0.0.1:{hook.server_port}/T0P", {"text": "x"})
    assert len(hook.posts) == 1
    with pytest.raises(NotDelivered, match="expected an https address"):
        post("http://127.evil.example/", {"text": "x"})


@pytest.mark.parametrize("access", ["embargo", "open"])
def test_what_was_removed_is_told_as_readers_may_know_it(archive, hook, access):
    press = Press(archive)
    url = "https://morning.example/news/harbour-vote-tonight"
    gone = http(b"", "404 Not Found")
    days = timedelta(days=1)
    press.write("a.warc.gz", [press.exchange(url, http(story("Harbour vote")))])
    press.write("b.warc.gz", [press.exchange(url, gone, after=days * n) for n in (1, 4)])
    from archive.index.open import open_index_file

    db = open_index_file(archive.index_path, write=True)
    index_here(db, archive, ["a.warc.gz", "b.warc.gz"])
    db.conn.close()
    report = {
        "run": "20260110000000", "exit_status": 4, "error": "disk full", "configuration": None,
    }  # fmt: skip
    begun = press.now.timestamp() - HOUR
    until = "until = 2999-01-01\n" if access == "embargo" else ""
    with archive.config_path.open("a") as file:
        file.write(f'\n[[rights]]\naccess = "{access}"\n{until}address = "{url}"\n')
    config = load_config(archive)
    assert look_and_tell(archive, config, report, (), now=lambda: begun) == []
    assert look_and_tell(archive, config, report, (), now=lambda: begun + 2 * HOUR) == []
    told = [notice["text"] for _, _, posted in hook.posts for notice in posted["notices"]]
    removed = ["removed: Harbour vote (morning)"] if access == "open" else []
    assert told == ["run 20260110000000 failed: disk full", *removed]


def test_the_command_sends_what_waits_or_a_test(archive, mail):
    def notify(*arguments):
        return CliRunner().invoke(
            cli, ["-C", str(archive.root), "notify", *arguments], standalone_mode=False
        )

    assert notify().output == "nothing waits to be told\n"
    assert notify("--test").output == "mail: 1 notice sent\nwebhook: 1 notice sent\n"
    assert "this is a test" in mail.mails[0].get_content()
    assert notify().output == "nothing waits to be told\n"
