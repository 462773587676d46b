"""Both titles on their ports, the day they are at, and the control port."""

import asyncio
import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.site.articles import Day
from tests.site.corpus import CorpusSite
from tests.site.edition import Edition
from tests.site.journal import Journal
from tests.site.message import Reply, Request, Script
from tests.site.paper import Paper
from tests.site.server import Recorder, Respond, Site
from tests.site.titles import GAZETTE, KURIER, Title


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports asked for; 0 leaves the choice to the kernel."""

    a: int = 0
    b: int = 0
    control: int = 0


class Newsroom:
    """Runs the two titles until it is told to stop."""

    def __init__(
        self, recorder: Recorder, opened: datetime, tls: ssl.SSLContext | None = None
    ) -> None:
        self.stopped = asyncio.Event()
        self._recorder, self._opened, self._tls = recorder, opened, tls
        self._day: Day = 1
        self._bases: dict[str, str] = {}
        self._sites: list[Site] = []

    async def open(self, ports: Ports) -> dict[str, str]:
        """Listen, and return the base addresses ``a``, ``b`` and ``control``."""
        await self._title(GAZETTE, "127.0.0.1", ports.a, self._tls)
        await self._title(KURIER, "localhost", ports.b, None)
        control = await self._site(self._control, ports.control, Recorder(), ipv6=False)
        self._bases["control"] = f"http://127.0.0.1:{control}"
        return self._bases

    async def open_corpus(self, directory: Path, ports: Ports) -> dict[str, str]:
        """Serve real pages as ``a``, in place of the titles."""
        site: CorpusSite | None = None

        def respond(request: Request) -> Reply | Script:
            return site.respond(request) if site else Reply(503)

        port = await self._site(respond, ports.a, self._recorder, ipv6=False, tls=self._tls)
        self._bases["a"] = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        self._bases["b"] = ""
        site = CorpusSite(directory, self._bases["a"])
        control = await self._site(self._control, ports.control, Recorder(), ipv6=False)
        self._bases["control"] = f"http://127.0.0.1:{control}"
        return self._bases

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        for site in self._sites:
            await site.stop()

    async def _title(self, title: Title, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        paper = Paper(lambda: self._edition(title))
        ipv6 = host == "localhost"
        bound = await self._site(paper.respond, port, self._recorder, ipv6=ipv6, tls=tls)
        self._bases[title.key] = f"{'https' if tls else 'http'}://{host}:{bound}"

    async def _site(
        self,
        respond: Respond,
        port: int,
        recorder: Recorder,
        *,
        ipv6: bool,
        tls: ssl.SSLContext | None = None,
    ) -> int:
        site = Site(respond, recorder, tls)
        self._sites.append(site)
        return await site.start(port, ipv6=ipv6)

    def _edition(self, title: Title) -> Edition:
        other = "b" if title.key == "a" else "a"
        return Edition(title, self._bases[title.key], self._bases[other], self._opened, self._day)

    def _control(self, request: Request) -> Reply:
        if request.method == "POST" and request.path == "/advance":
            self._day = 2
        elif request.method == "POST" and request.path == "/stop":
            self.stopped.set()
        elif request.path != "/state":
            return Reply(404, (), b"control knows POST /advance, POST /stop and GET /state\n")
        state = json.dumps({"day": self._day, **self._bases})
        return Reply(200, (("Content-Type", "application/json"),), state.encode())


def make_recorder(journal: Path | None, keep_bytes: Path | None, beat_s: float) -> Recorder:
    """Recorder that writes a journal and, when asked, the bytes of every exchange."""
    if keep_bytes:
        keep_bytes.mkdir(parents=True, exist_ok=True)
    return Recorder(Journal(journal) if journal else None, keep_bytes, beat_s)
