"""WARC files: what is kept. Written by one thread, read by many, recovered after a crash."""
