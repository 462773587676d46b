"""How a process of ours is started: our own module, whatever lies in the working directory."""

import sys


def module_command(module: str, *arguments: object) -> tuple[str, ...]:
    """The command that runs one of our modules as a child process.

    ``-P`` keeps the working directory out of the child's import path: a cron job may run in a
    directory that holds an ``extract.py`` of its own.

    >>> module_command("archive.indexer", "/srv/a")[1:]
    ('-P', '-m', 'archive.indexer', '/srv/a')
    """
    return (sys.executable, "-P", "-m", module, *map(str, arguments))
