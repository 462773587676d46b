"""When a WARC file was sealed, said by somebody else: RFC 3161 time-stamp tokens.

::

    tokens.py   a token asked for, read and verified; pure
    beside.py   tokens in their files, each held against the manifest that it stands beside
    stamper.py  tokens got from a service in the background

A token is over the bytes of a manifest, which holds the SHA-256 of the WARC file. It stands beside
it (``….warc.gz.sha256.tsr``), and in a record of the next WARC file.
"""
