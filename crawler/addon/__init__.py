"""The Scrapy add-on: what any spider asks for is archived before the spider sees it.

Read in this order: ``archiving`` (which settings it changes), ``obedience`` (robots.txt without the
leak of Scrapy's own middleware), ``provenance`` (what the records say of each request), ``keeping``
(the archive's lock and writer, from the first request to the last).
"""
