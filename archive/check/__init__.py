"""Checks of what an archive holds: each WARC file, records across files, the index against them.

Read in this order: ``faults`` (what can be wrong), ``records`` (one file, each record recomputed),
``against_index`` (records against each other and against ``index.db``), ``run`` (a whole archive or
chosen files, in parallel, and what can be repaired safely). ``tokens`` holds time-stamp tokens
against manifests; ``proof`` is the chain of one capture, link by link.
"""
