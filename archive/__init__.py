"""What is kept and how it is used: WARC files, index, search, replay, web, command line."""
