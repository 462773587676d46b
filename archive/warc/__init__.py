"""WARC files: what is kept. Written by one thread, read by many, recovered after a crash.

To write, read in this order: ``exchange`` (what the crawler hands over), ``message`` (HTTP/1
without losing a byte), ``records``, ``facts`` and ``digests`` (what is made of it), ``deflate``,
``openfile`` (one file to its seal), ``writer`` (one thread, group commit), ``recovery``.

To read: ``members`` (where records begin and end), ``scan`` (one record, recomputed), ``resume``
(past damage), ``walk`` (a whole file), ``reader`` (records and their groups), ``stored`` and
``codings`` (HTTP responses).
"""
