"""How much one client may read, on both origins together."""

import pytest

from archive.layout import create_archive
from archive.replay.app import create_replay
from archive.replay.origins import Origins
from archive.staff.accounts import add_token
from archive.staff.door import Door
from archive.staff.limits import Budgets
from archive.staff.table import LimitsTable
from archive.web.app import create_room
from tests.archive.web.direct import asking

ORIGINS = Origins("http://127.0.0.1:8080", "http://replay.localhost:8081")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def served(tmp_path, clock):
    archive = create_archive(tmp_path / "a", contact="mailto:a@b.example")

    def serve(**door):
        door = Door(archive, room=ORIGINS.room, now=clock, **door)
        budgets = Budgets(door, LimitsTable(per_minute=6, bulk_per_minute=2))
        return (
            asking(create_room(archive, ORIGINS, door=door, budgets=budgets), ORIGINS.room),
            asking(create_replay(archive, ORIGINS, door=door, budgets=budgets), ORIGINS.replay),
            add_token(archive, "ada"),
        )

    return serve


def test_one_client_has_one_budget_and_gets_it_back(served, clock):
    room, replay, token = served(behind_proxy=True)
    me, other = ({"X-Forwarded-For": f"192.0.2.{n}"} for n in (1, 2))
    bulk = "/api/v1/sources"
    assert [room.get(bulk, headers=me).status_code for _ in range(3)] == [200, 200, 429]
    refused = replay.get("/cdx?url=a.test", headers=me)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "31")
    assert "sandbox" in refused.headers["Content-Security-Policy"]
    assert room.get(bulk, headers=other).status_code == 200
    assert [room.get("/help", headers=me).status_code for _ in range(5)] == [200] * 4 + [429]
    assert room.get("/static/room.css", headers=me).status_code == 200
    staff = me | {"Authorization": f"Bearer {token}"}
    assert room.get(bulk, headers=staff).status_code == 200
    clock.now = 30
    assert room.get(bulk, headers=me).status_code == 200


def test_this_machine_has_no_limit(served):
    room, _, _ = served()
    assert {room.get("/api/v1/sources").status_code for _ in range(8)} == {200}
