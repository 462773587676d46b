"""What goes out to the web: sources, frontier, discovery, politeness, capture.

Read in this order: ``run`` (one crawl run), ``session`` (what it holds open), ``spiders`` (the
loop), ``queue`` with ``readahead``, ``politeness``, ``robots`` and ``rulebook`` (what is asked for
next, and when), ``capture`` (how), ``harvest`` with ``answers``, ``chains``, ``walls``, ``leads``,
``visits`` and ``learning`` (what comes of an answer), ``schedule``, ``scope`` and ``twins`` (rules
that are arithmetic), ``frontier`` (what is remembered), ``discovery`` (what documents name).
Along with a run go ``indexing``, ``watching``, ``progress``, ``telling``, ``tally``, ``metrics``,
``report``.
``probe`` looks at a new site; ``addon`` captures for any spider; ``commands`` starts it all.
Smaller parts: ``fetch``, ``outcomes``, ``credentials``, ``warcinfo``, ``robots_text``, ``prose``,
``settings``, ``quiet``.
"""
