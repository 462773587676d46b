"""Scrapy's spiders: one."""
