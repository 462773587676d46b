"""Saved searches: run after each crawl, told what is new as a feed, as JSON lines, to a command.

Read in this order: ``run``, ``memory`` (what was reported already), ``shown`` (what
readers may still see of that), ``feed``, ``command``.
"""
