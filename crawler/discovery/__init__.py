"""What leads on: addresses in feeds, sitemaps, pages and style sheets. Bytes in, entries out.

Read in this order: ``found`` (one address and its dates; a listing of them), ``readers`` (who reads
which listing), ``sniff`` (what a document is), ``feeds`` and ``sitemaps``; then ``pages`` on
``markup``, and what pages need: ``requisites``, ``styles``. ``dates`` and ``content`` serve all.
"""
