"""The commands that go out to the web, loaded only when they are named.

One module for each command, by its name; ``options`` has what several of them share.
"""
