"""Fetching with every byte kept: a Scrapy download handler that writes before it answers.

Read in this order: ``handler``, ``attempt`` (one request within its time), ``ask`` (its bytes),
``connect`` and ``tls`` (the way there), ``wire`` (the connection), ``outcome``,
``landing`` (back from the writer's thread), ``settings``.
"""
