"""Programs of others in virtual environments of their own, made once in a cache directory.

They are readers of our files, not dependencies: some are GPL, none is ever imported.
"""

import fcntl
import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

INSTALL_S = 240


def cache_dir() -> Path:
    """Where the environments are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "microfiche-tests"


def environment(name: str, *requirements: str) -> Path:
    """The ``bin`` directory of an environment; skips, with the reason, when it cannot be made.

    Args:
        name: What it is called, with the versions that matter.
        requirements: What pip installs into it.
    """
    if os.name != "posix":
        pytest.skip("the commands are looked for where POSIX has them")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    place = cache_dir() / f"{name}-python{version}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # Tests run in several processes; one makes it, the others wait.
        with (place.parent / f".{place.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / ".ready").exists():
                _install(place, requirements)
                (place / ".ready").touch()
    except subprocess.CalledProcessError as error:
        last = (error.stderr or str(error)).strip().splitlines()[-1]
        pytest.skip(f"{name} cannot be installed: {last}")
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{name} cannot be installed: {error}")
    return place / "bin"


def _install(place: Path, requirements: tuple[str, ...]) -> None:
    venv.create(place, with_pip=True, clear=True)
    command = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*command, *requirements], check=True, capture_output=True, text=True, timeout=INSTALL_S
    )


def sdist(requirement: str) -> Path:
    """The unpacked source distribution of a package, kept in the cache; skips as `environment`.

    Some carry samples of what they read. Nothing of it is run but its metadata.
    """
    pip = environment("sdists", "setuptools<81", "wheel") / "pip"
    place = cache_dir() / "sources" / requirement
    try:
        place.mkdir(parents=True, exist_ok=True)
        with (place.parent / f".{requirement}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (place / ".ready").exists():
                _download(pip, requirement, place)
                (place / ".ready").touch()
    except subprocess.CalledProcessError as error:
        last = (error.stderr or str(error)).strip().splitlines()[-1]
        pytest.skip(f"the source of {requirement} cannot be had: {last}")
    except (OSError, subprocess.TimeoutExpired, tarfile.TarError) as error:
        pytest.skip(f"the source of {requirement} cannot be had: {error}")
    return place


def _download(pip: Path, requirement: str, place: Path) -> None:
    only_source = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation")
    command = [pip, "download", "--quiet", "--disable-pip-version-check", *only_source]
    subprocess.run(
        [*command, "--dest", place, requirement],
        check=True,
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
    )
    for packed in place.glob("*.tar.gz"):
        with tarfile.open(packed) as bundle:
            bundle.extractall(place, filter="data")
