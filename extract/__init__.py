"""What a page says: pure functions from bytes, URL and headers to an article."""
