"""WARC, ARC, HAR and WACZ files made by others, taken into an archive.

What can be read at random stays byte for byte as it is: WARC, plain or gzip by record. What
cannot (gzip over the whole file, zstd, ARC) is written again record by record, the records' bytes
unchanged (ARC: as warcio turns it into WARC). Files are named by their digest; what the archive
holds already, under whatever name, is not taken again.

Read in this order: ``take`` (one file), ``forms`` (what it is), ``convert`` with ``arc``, ``har``
and ``frames`` (Zstandard), ``download`` on ``ask`` (from its address).
"""
