"""``python -m archive.cli``: the command line without its console script."""

from archive.cli import main

main()
