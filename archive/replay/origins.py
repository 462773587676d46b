"""The two origins: the reading room's, and the one on which archived bytes are kept apart."""

from dataclasses import dataclass

REPLAY_NAME = "replay.localhost"
ROOM_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Origins:
    """Scheme, name and port of each, without a slash at the end.

    >>> Origins.on_loopback(8080, 8081)
    Origins(room='http://127.0.0.1:8080', replay='http://replay.localhost:8081')
    """

    room: str
    replay: str

    @classmethod
    def on_loopback(cls, port: int, replay_port: int, *, name: str = "127.0.0.1") -> "Origins":
        """The origins of two ports of this machine."""
        return cls(f"http://{name}:{port}", f"http://{REPLAY_NAME}:{replay_port}")


def blocked_by(origins: Origins) -> str:
    """A Link header that names who keeps something back, and on what grounds.

    Source: RFC 7725, 4.
    """
    return f'<{origins.room}/publishers>; rel="blocked-by"'
