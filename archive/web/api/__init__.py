"""The archive as JSON, one module for each thing that is asked for.

Read `routes` first: it puts search, articles, captures, events, sources and runs together, with
their problems and examples; etags says what a client has already.
"""
