"""What the archive says of itself to other programs: CDX, TimeMaps, what is available.

::

    query.py     parameters of both dialects to one typed question
    rows.py      captures that answer it, in order, collapsed and cut
    forms.py     as CDXJ, JSON and text, in the dialect that was asked in
    timemap.py   the mementos of one address, as link-format, JSON and CDXJ
    routes.py    the addresses, which both origins have
"""
