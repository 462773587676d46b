"""What is kept and how it is used: WARC files, index, search, replay, web, command line.

Packages, the lowest first: ``text``, ``warc``, ``index``, ``search``, ``indexer``, ``check``,
``replay``, ``packages``, ``ingest``, ``saved``, ``runs``, ``web``, ``cli``. Modules beside them:

- ``layout``, ``config``, ``rules``, ``lock``: where things lie, what people decided, who writes;
- ``urls``, ``addresses``, ``times``, ``durations``, ``wording``, ``errors``: values and sentences;
- ``export``, ``exporters``, ``citation``, ``atom``, ``datasette``: on the way out;
- ``backup``, ``holdings``, ``process``, ``terminal``: copies, files known, children, commands;
- ``api``: the Python API, imported by the name ``microfiche``.
"""
