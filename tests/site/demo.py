"""``make demo``: the newspaper of two days, archived, searched and replayed.

Everything is done by the real command line, as a reader would type it; each command is shown
before it runs.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.site import Newspaper, running
from tests.site.titles import GAZETTE, KURIER

# The console script lies beside the interpreter of the same environment.
MICROFICHE = Path(sys.executable).with_name("microfiche")
BIN = f"{os.path.relpath(MICROFICHE.parent)}/"
ARCHIVE = Path("demo-archive")
DELAY_S = 0.1
READY_S = 30.0
EDITED = '"open a website in gloves"'
QUERIES = ("seagrass OR Seehund", "author:Harms Deich*", EDITED)


class DemoFailed(Exception):
    """A step did not do what the demo shows; one line says which."""


def say(text: str) -> None:
    """Tell what comes next."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def shown(arguments: list[str]) -> str:
    """The command as a reader would type it.

    >>> shown(["-C", "demo-archive", "search", "a OR b"])
    "$ microfiche -C demo-archive search 'a OR b'"
    """
    return f"$ microfiche {shlex.join(arguments)}"


def run(*arguments: str) -> None:
    """Show a command and run it, its output going where ours goes.

    Raises:
        DemoFailed: It ended with another code than 0.
    """
    print(shown(list(arguments)), flush=True)
    status = subprocess.run([str(MICROFICHE), *arguments], check=False).returncode
    if status:
        raise DemoFailed(f"{shown(list(arguments))[2:]}: ended with {status}, expected 0")


def run_from(heading: str, *arguments: str) -> None:
    """Show a command and what it prints from a heading on, as ``sed`` would."""
    print(f"{shown(list(arguments))} | sed -n '/^{heading}/,$p'", flush=True)
    command = [str(MICROFICHE), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    _, found, rest = done.stdout.partition(f"\n{heading}")
    if done.returncode or not found:
        raise DemoFailed(f"{shown(list(arguments))[2:]}: {done.stderr.strip() or 'no ' + heading}")
    print(f"{heading}{rest}", end="", flush=True)


def first_hit(query: str) -> dict[str, Any]:
    """Get the first hit of a search, by its ``--json`` lines."""
    command = [str(MICROFICHE), "-C", str(ARCHIVE), "search", query, "--json"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    if not lines:
        raise DemoFailed(f"search {query}: no hit, expected one")
    hit: dict[str, Any] = json.loads(lines[0])
    return hit


def fresh_archive() -> None:
    """Remove the archive of an earlier demo, and nothing that is not one."""
    if (ARCHIVE / "microfiche.toml").exists():
        shutil.rmtree(ARCHIVE)
    elif ARCHIVE.exists():
        raise DemoFailed(f"{ARCHIVE}: exists and is no archive of an earlier demo; move it away")


def collect(newspaper: Newspaper) -> None:
    """Make the archive, visit the newspaper on its first and on its second day."""
    archive = ("-C", str(ARCHIVE))
    say("An archive, and two newspapers to keep in it:")
    run("init", str(ARCHIVE), "--contact", "mailto:archivist@library.example")
    pace = ("--delay", f"{DELAY_S:g}", "--allow-private-addresses")
    for name, title, base in (("gazette", GAZETTE, newspaper.a), ("kurier", KURIER, newspaper.b)):
        run(*archive, "add", f"{base}/", "--id", name, "--name", title.name, *pace)
    say("The first day: everything that is there.")
    run(*archive, "crawl")
    newspaper.advance()
    say("The second day: stories were edited, retitled, removed and added. We look again.")
    run(*archive, "crawl", "--recheck")


def read(newspaper: Newspaper) -> dict[str, Any]:
    """Search, and show the edited article with its captures; returns its hit."""
    archive = ("-C", str(ARCHIVE))
    say("What was written?")
    for query in QUERIES:
        run(*archive, "search", query)
    hit = first_hit(EDITED)
    say("The edited story: both its texts, and the captures they come from.")
    run_from("Versions", *archive, "show", hit["article_id"])
    asked, forbidden = len(newspaper.journal()), len(newspaper.disallowed())
    close = len(newspaper.too_close(DELAY_S))
    say(
        f"The newspaper's own journal: {asked} requests, {forbidden} to pages that robots.txt "
        f"forbids, {close} sooner than agreed."
    )
    if forbidden or close:
        raise DemoFailed("the crawl was impolite: see the journal's figures above")
    return hit


def find_port(wanted: int) -> int:
    """Find the usual port free, else one that the kernel gives."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def fetch(port: int, path: str, host: str) -> bytes:
    """Fetch from loopback under a host name that the resolver need not know.

    Raises:
        DemoFailed: Nothing good came within the time allowed.
    """
    url = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(url, headers={"Host": f"{host}:{port}"})
    ends, last = time.monotonic() + READY_S, ""
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(request, timeout=READY_S) as reply:
                body: bytes = reply.read()
                return body
        except urllib.error.HTTPError as error:
            last = f"{error.code} {error.reason}"
            break
        except OSError as error:
            last = str(error)
            time.sleep(0.2)
    raise DemoFailed(f"http://{host}:{port}{path}: {last}, expected 200")


def read_room(hit: dict[str, Any], *, stay: bool) -> None:
    """Open the reading room, see that both addresses answer, and stay when asked."""
    room, replay = find_port(8080), find_port(8081)
    arguments = ["-C", str(ARCHIVE), "serve", "--port", str(room), "--replay-port", str(replay)]
    say("The reading room:")
    print(shown(arguments), flush=True)
    with subprocess.Popen([str(MICROFICHE), *arguments], stdin=subprocess.DEVNULL) as server:
        try:
            query = urllib.parse.urlencode({"q": EDITED})
            found = fetch(room, f"/?{query}", "127.0.0.1")
            page = f"/{hit['timestamp']}/{hit['url']}"
            replayed = fetch(replay, page, "replay.localhost")
            if b"in gloves" not in replayed or hit["title"].encode() not in found:
                raise DemoFailed("the reading room answered, but not with the story")
            print(f"\n  search    http://127.0.0.1:{room}/?{query}")
            print(f"  replay    http://replay.localhost:{replay}{page}", flush=True)
            if stay:
                say("Both answer, until Ctrl-C.")
                server.wait()
        finally:
            server.terminate()


def main() -> int:
    """Run the demo; 0 when everything it shows has happened."""
    parser = argparse.ArgumentParser(prog="python -m tests.site.demo", description=__doc__)
    parser.add_argument("--serve", type=int, choices=(0, 1), default=1, help="0: stop at the end")
    options = parser.parse_args()
    # However it is ended, by Ctrl-C or by whoever ends `make`, the reading room ends with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        fresh_archive()
        with running() as newspaper:
            collect(newspaper)
            read_room(read(newspaper), stay=bool(options.serve))
    except DemoFailed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
