"""Search: what people type, in; ranked articles with their snippets, out."""
