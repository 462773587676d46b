"""What of the archive is shown to whom, as ``[[rights]]`` in ``microfiche.toml`` says.

::

    table.py     a rule as it is written
    rules.py     what a rule is about, whom it keeps out: pure
    read.py      the rules of an archive, while they are edited
    narrow.py    a connection to the index that has nothing but what may be seen: the one place
    withheld.py  why something is not shown
"""
