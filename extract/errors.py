"""What can go wrong while a page is read.

::

    ExtractError
    ├── NotHTMLError     the bytes are no page: empty, or a picture, a PDF, an archive
    ├── TooLargeError    the page is over the limit of bytes or elements
    ├── OutletError      an outlet's rules are not as they should be
    └── UnreadableError  a parser or a library gave up on it
"""


class ExtractError(Exception):
    """Base of every exception that may leave ``extract``; its text is one line."""


class NotHTMLError(ExtractError):
    """The bytes hold no HTML."""


class TooLargeError(ExtractError):
    """The page is larger than a reader of articles should take on."""


class UnreadableError(ExtractError):
    """A step failed on this page; the cause is chained."""


class OutletError(ExtractError):
    """The file of an outlet's rules is broken."""
