"""What a watch has counted, for Prometheus: asked for over loopback, never pushed."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from archive.errors import CannotServe
from crawler.tally import Tally


class TallyCollector(Collector):
    """Reads a tally whenever it is asked to; the run is not touched by it."""

    def __init__(self, tally: Tally, in_flight: Callable[[], int]) -> None:
        self._tally, self._in_flight = tally, in_flight

    def collect(self) -> Iterator[Metric]:
        """Everything, as it is now."""
        visits = CounterMetricFamily(
            "microfiche_visits", "Visits made and passed over.", labels=["source", "outcome"]
        )
        bodies = CounterMetricFamily(
            "microfiche_body_bytes", "Bodies as received.", labels=["source"]
        )
        new = CounterMetricFamily("microfiche_new_urls", "Addresses found.", labels=["source"])
        for source, tally in list(self._tally.sources.items()):
            for outcome, count in list(tally.outcomes.items()):
                visits.add_metric([source, str(outcome)], count)
            bodies.add_metric([source], tally.body_bytes)
            new.add_metric([source], tally.new_urls)
        yield from (visits, bodies, new)
        yield GaugeMetricFamily(
            "microfiche_in_flight", "Requests under way.", value=self._in_flight()
        )
        yield GaugeMetricFamily(
            "microfiche_hosts_resting",
            "Hosts that serve nothing and are left alone.",
            value=len(self._tally.rested),
        )
        yield GaugeMetricFamily(
            "microfiche_silent_listings",
            "Listings that yielded nothing when they were last read.",
            value=len(self._tally.silences),
        )


def serve_metrics(tally: Tally, in_flight: Callable[[], int], *, port: int) -> Callable[[], None]:
    """Answer at ``http://127.0.0.1:PORT/metrics`` from a thread; gives what ends it.

    Raises:
        CannotServe: the port cannot be listened on.
    """
    registry = CollectorRegistry()
    registry.register(TallyCollector(tally, in_flight))
    try:
        server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    except OSError as error:
        raise CannotServe(
            f"127.0.0.1:{port}: no metrics: {error.strerror}; choose another --metrics"
        ) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end
