"""Files of others, taken in."""
