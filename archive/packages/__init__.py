"""Captures on their way out, with all they need to be seen elsewhere: WARC and WACZ.

::

    choose.py    which captures: those of articles, what their pages need, what revisits refer to
    warc.py      their records, byte for byte, into one WARC file
    sign.py      a signature of what is given away
    wacz.py      that file in a WACZ, with its index, its pages and digests
"""
