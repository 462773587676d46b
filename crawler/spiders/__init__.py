"""Scrapy's spiders: one, ``news``."""
