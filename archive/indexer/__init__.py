"""The one writer of ``index.db``: reads WARC files, has pages extracted by workers, commits."""
