"""A hostile little newspaper on loopback: the demo, and the server of the tests.

Two titles on two hosts in two languages, with the faults of real sites. Started in a
process of its own by `running`; what it was asked for is in its journal.
"""

from tests.site.process import Newspaper, running

__all__ = ["Newspaper", "running"]
