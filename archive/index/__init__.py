"""``index.db``: what the WARC files hold, as tables; derived, and rebuilt from them at will.

Read in this order: ``schema`` (all tables, one text), ``table`` and ``rows`` (rows as dataclasses),
``ids`` and ``dating`` (keys), ``layout`` and ``lines`` (blocks of a text, and what was taken out of
it), ``open``, ``writing``, ``integrity`` and ``sqlite_errors`` (the file). Then what is asked:
``captures``, ``articles``, ``history``, ``stories``, ``diff``, ``stats``.
"""
