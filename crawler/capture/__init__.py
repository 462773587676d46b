"""Fetching with every byte kept: a Scrapy download handler that writes before it answers."""
