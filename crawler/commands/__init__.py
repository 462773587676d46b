"""The commands that go out to the web, loaded only when they are named."""
