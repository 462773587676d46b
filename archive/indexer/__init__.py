"""The one writer of ``index.db``: reads WARC files, has pages extracted by workers, commits.

Read in this order: ``run`` (the loop), then what it calls: ``found`` (what a group of records
says), ``pool``, ``worker`` and ``reading`` (a page read in a process of its own), ``write`` (one
batch, one transaction) with ``store``, ``revisits``, ``work``, ``versions`` and ``identity``;
``derive`` and ``article`` (an article from all its captures) with ``events`` and ``likeness``;
``rows`` and ``fulltext`` (the result). ``settling`` has what only the whole set of articles tells.
``update``, ``catchup``, ``unfinished``, ``outlets``, ``rereading``, ``erased`` and ``follow``
are the ways to start it; ``reduced`` makes a copy for others.
"""
