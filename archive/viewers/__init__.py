"""Programs of others that replay with script, each on an origin of its own, none of them ours.

::

    found.py      where they are looked for, and how they are made on request
    pywb.py       pywb, as a process of its own over our CDX server and the WARC files
    keeper.py     the process that starts such a program, and ends it with us
    replayweb.py  ReplayWeb.page over a WACZ: its two files, and the WACZ in ranges

Archived scripts run in both, by design. Each listens on a loopback address that nothing else has
(127.0.0.2, 127.0.0.3): browsers share cookies between the ports of a host, and count addresses
that differ as different sites.
"""
