"""Staff and readers: who counts as which, signing in and out, forms of other sites."""

from urllib.parse import urlsplit

import click
import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.cli.serve import public_origins
from archive.layout import create_archive
from archive.replay.origins import Origins
from archive.staff.accounts import add_token, remove_account, set_password
from archive.staff.door import Door
from archive.staff.sessions import LIFETIME_S
from archive.web.app import create_room
from tests.archive.web import direct

PASSWORD = "low water at six fifteen"
LOCAL = Origins("http://127.0.0.1:8080", "http://replay.localhost:8081")
PUBLIC = Origins("https://press.example", "https://pages.press.example")
FROM_US = {"Origin": PUBLIC.room, "Sec-Fetch-Site": "same-origin"}
FORM = {"name": "ada", "password": PASSWORD}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def archive(tmp_path):
    made = create_archive(tmp_path / "a", contact="mailto:a@b.example")
    set_password(made, "ada", PASSWORD)
    return made


def asking(archive, origins, **door):
    app = create_room(
        archive,
        origins,
        names=["127.0.0.1", urlsplit(origins.room).hostname],
        door=Door(archive, room=origins.room, **door),
    )
    return direct.asking(app, origins.room)


@pytest.fixture
def room(archive, clock):
    return asking(archive, PUBLIC, behind_proxy=True, now=clock)


def sign_in(room, form=FORM, headers=FROM_US, **more):
    return room.post("/sign-in", data=form | more, headers=headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 421),
        ({"X-Forwarded-For": "192.0.2.1"}, 303),
        ({"Forwarded": "for=192.0.2.1"}, 303),
        ({"Via": "1.1 proxy"}, 303),
        ({"X-Real-IP": "127.0.0.1"}, 303),
    ],
)
def test_this_machine_needs_no_sign_in_unless_a_request_was_forwarded(archive, headers, status):
    assert asking(archive, LOCAL).get("/runs", headers=headers).status_code == status


@pytest.mark.parametrize("door", [{"elsewhere": True}, {"behind_proxy": True}])
@pytest.mark.parametrize("path", ["/runs", "/runs/20260101000000", "/why?url=http://a.example/"])
def test_pages_for_the_staff_ask_readers_to_sign_in(archive, door, path):
    reply = asking(archive, LOCAL, **door).get(path)
    assert reply.status_code == 303
    assert reply.headers["Location"].startswith("/sign-in?next=%2F")
    assert asking(archive, LOCAL, **door).get("/help").status_code == 200


def test_a_password_opens_a_session_that_ends(room, clock, archive):
    reply = sign_in(room, next="/runs")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/runs")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-microfiche-staff=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    page = room.get("/runs")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "private, no-store")
    foot = room.get("/help").text.partition("<footer")[2]
    assert "signed in as ada" in foot
    assert 'action="/sign-out"' in foot
    assert "ada" not in room.get("/help", headers={"Cookie": ""}).text.partition("<footer")[2]
    clock.now = LIFETIME_S
    assert room.get("/runs").status_code == 303


@pytest.mark.parametrize("end", ["sign-out", "remove", "change", "unsafe"])
def test_a_session_ends_with_what_it_stood_on(room, archive, end):
    sign_in(room)
    key = dict(room.cookies)
    assert room.get("/runs").status_code == 200
    if end == "sign-out":
        assert room.post("/sign-out", headers=FROM_US).status_code == 303
        assert not room.cookies
        room.cookies.update(key)
    elif end == "remove":
        remove_account(archive, "ada")
    elif end == "change":
        set_password(archive, "ada", PASSWORD + "!")
    else:
        archive.staff_path.chmod(0o644)
    assert room.get("/runs").status_code == 303


def test_a_token_is_sent_by_programs_or_typed_for_the_password(room, archive):
    token = add_token(archive, "eve")
    assert room.get("/runs", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert room.get("/runs", headers={"Authorization": "Bearer x"}).status_code == 303
    assert sign_in(room, name="eve", password=token).status_code == 303
    assert sign_in(room, name="ada", password=token).status_code == 403


@pytest.mark.parametrize(
    "onward", ["//elsewhere.example/", "/\\elsewhere.example", "https://x.example/"]
)
def test_nobody_is_led_elsewhere(room, onward):
    assert sign_in(room, next=onward).headers["Location"] == "/"
    form = room.get("/sign-in", params={"next": onward}).text.partition("</main>")[0]
    assert "elsewhere" not in form


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://press.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": PUBLIC.room},
        {"Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_forms_of_other_sites_change_nothing(room, headers, path):
    sign_in(room)
    assert room.post(path, data=FORM, headers=headers).status_code == 403
    assert room.get("/runs").status_code == 200


def test_guessing_is_slow_for_each_client(room, clock):
    def guess(password, client):
        # A client may claim what it likes: only what our own proxy adds, the last, counts.
        told = FROM_US | {"X-Forwarded-For": f"{password}, {client}"}
        return sign_in(room, headers=told, password=password)

    wrong = [guess(f"wrong-{n}", f"192.0.2.1:{4000 + n}").status_code for n in range(6)]
    assert wrong == [403] * 5 + [429]
    refused = guess(PASSWORD, "192.0.2.1")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert guess(PASSWORD, "192.0.2.2").status_code == 303
    clock.now = 60
    assert guess(PASSWORD, "192.0.2.1").status_code == 303


def test_a_form_longer_than_ours_is_not_read(room):
    assert sign_in(room, password="x" * 9000).status_code == 413


@pytest.mark.parametrize(
    "urls",
    [
        ("https://a.example", None),
        (None, "https://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example/room", "https://b.example"),
        ("a.example", "https://b.example"),
    ],
)
def test_a_proxy_needs_two_hosts_for_the_two_origins(urls):
    with pytest.raises(click.UsageError, match="--room-url and --replay-url"):
        public_origins(*urls)


def test_behind_a_proxy_both_origins_are_its_own():
    assert public_origins(PUBLIC.room + "/", PUBLIC.replay) == PUBLIC
    assert public_origins(None, None) is None


def test_no_password_on_standard_input_is_said_with_what_to_do(archive):
    done = CliRunner().invoke(cli, ["-C", str(archive.root), "staff", "add", "bo"], input="")
    assert done.exit_code == 2
    assert "no password on standard input" in done.output
    assert "--token" in done.output
