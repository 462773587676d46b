"""What a crawl leaves behind for others to read, and what they ask of it.

Read `reports` first (the reports of runs), then `frontier` (what is known of sources and addresses)
and `inbox` (addresses to be saved at once). Nothing here writes the frontier.
"""
