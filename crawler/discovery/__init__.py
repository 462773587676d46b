"""What leads on: addresses in feeds, sitemaps, pages and style sheets. Bytes in, entries out."""
