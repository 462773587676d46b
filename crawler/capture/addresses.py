"""What a connection is refused with that would leave the public network."""


class AddressRefused(Exception):
    """A name or address leads to a network that this source may not reach."""
