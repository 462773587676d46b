"""Programs that replay with script: where they are found, and how they are made on request.

They are GPL and AGPL, with licences of their own, and are never part of this package.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
import venv
from pathlib import Path

from archive.errors import CannotServe

PYWB = "pywb>=2.10,<2.11"
# pywb asks for pkg_resources, which later setuptools have not.
_WITH_PYWB = ("setuptools<81",)
REPLAYWEB = "replaywebpage@2.5.3"
REPLAYWEB_FILES = ("ui.js", "sw.js")
_INSTALL_S = 900


def cache_dir() -> Path:
    """Where they are kept: below ``XDG_CACHE_HOME``, or ``~/.cache``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "microfiche"


def find_pywb(*, make: bool = False) -> Path:
    """The command ``wayback`` of pywb: ours in the cache, else the one on the PATH.

    Args:
        make: Make an environment for it where there is none, from the package registry.

    Raises:
        CannotServe: there is none, or none can be made; says how to get one.
    """
    place = cache_dir() / "pywb"
    ours = place / "bin" / "wayback"
    elsewhere = shutil.which("wayback")
    if not ours.exists() and elsewhere is None:
        if not make:
            raise CannotServe(
                "pywb is not here; add --install to have an environment made for it in "
                f"{place} (70 MB), or put its `wayback` on the PATH"
            )
        make_environment(place, PYWB, *_WITH_PYWB)
    return ours if ours.exists() else Path(elsewhere or ours)


def make_environment(place: Path, *requirements: str) -> None:
    """Make a virtual environment with packages in it; whole, or not at all.

    Raises:
        CannotServe: it cannot be made.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        venv.create(place, with_pip=True, clear=True)
        pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*map(str, pip), *requirements], place)
    except (OSError, CannotServe) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise CannotServe(f"{place}: no environment can be made: {error}") from error


def find_replayweb(*, make: bool = False) -> Path:
    """The directory with the two files of ReplayWeb.page.

    Args:
        make: Get them by the name of their npm package where they are not here.

    Raises:
        CannotServe: they are not here and could not be downloaded; says how to get them.
    """
    place = cache_dir() / REPLAYWEB.replace("@", "-")
    if not all((place / name).is_file() for name in REPLAYWEB_FILES):
        if not make:
            raise CannotServe(
                f"ReplayWeb.page is not here; add --install to have it got by npm, or put its "
                f"{' and '.join(REPLAYWEB_FILES)} into {place}"
            )
        _get_replayweb(place)
    return place


def _get_replayweb(place: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotServe(
            f"{REPLAYWEB}: npm, which it is got by, is not here; install npm, or put "
            f"{' and '.join(REPLAYWEB_FILES)} of that package into {place}"
        )
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as directory:
            _run([npm, "pack", "--silent", REPLAYWEB], Path(directory))
            (packed,) = Path(directory).glob("*.tgz")
            with tarfile.open(packed) as bundle:
                for name in REPLAYWEB_FILES:
                    member = bundle.extractfile(f"package/{name}")
                    if member is None:
                        raise CannotServe(f"{REPLAYWEB}: its package has no {name}")
                    (place / name).write_bytes(member.read())
    except (OSError, ValueError, KeyError, tarfile.TarError) as error:
        raise CannotServe(f"{place}: {REPLAYWEB} could not be downloaded: {error}") from error


def _run(command: list[str], directory: Path) -> None:
    try:
        subprocess.run(  # noqa: S603 - pip or npm, with names of ours
            command,
            cwd=directory,
            check=True,
            capture_output=True,
            text=True,
            timeout=_INSTALL_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotServe(f"{command[0]} took longer than {_INSTALL_S} s") from error
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or str(error)).strip().splitlines()
        raise CannotServe(
            f"{Path(command[0]).name} failed: {lines[-1] if lines else ''}"
        ) from error
