"""``index.db``: what the WARC files hold, as tables; derived, and rebuilt from them at will."""
