"""What Prometheus is told."""

import socket
import urllib.request

import pytest

from archive.errors import CannotServe
from crawler.metrics import serve_metrics
from crawler.outcomes import Kind, Outcome
from crawler.tally import Tally


@pytest.fixture
def tally():
    made = Tally(["press"])
    for outcome in (Outcome.CAPTURED, Outcome.CAPTURED, Outcome.CHALLENGE):
        made.settled("press", Kind.ARTICLE, outcome, url="https://a.example/", seed=False)
    made.rested["a.example"] = Outcome.CHALLENGE
    return made


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_counts_are_answered_as_they_are_now(tally):
    port = free_port()
    end = serve_metrics(tally, lambda: 3, port=port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
            text = reply.read().decode()
    finally:
        end()
    assert 'microfiche_visits_total{outcome="captured",source="press"} 2.0' in text
    assert 'microfiche_visits_total{outcome="challenge",source="press"} 1.0' in text
    assert "microfiche_in_flight 3.0" in text
    assert "microfiche_hosts_resting 1.0" in text


def test_a_port_that_is_taken_is_said_to_be(tally):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(CannotServe, match="choose another --metrics"):
            serve_metrics(tally, lambda: 0, port=port)
