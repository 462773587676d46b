"""What goes out to the web: sources, frontier, discovery, politeness, capture."""
