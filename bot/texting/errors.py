"""What can go wrong with texts.

TextingError
├── LinkUnknown     no such link, or what it led to is gone
├── LinkUsed        it was followed before
└── LinkExpired     its ten minutes are over
"""


class TextingError(Exception):
    """Base of this topic's errors."""


class LinkUnknown(TextingError):
    """There is no such link (any more)."""


class LinkUsed(TextingError):
    """The link was followed before; it works once."""


class LinkExpired(TextingError):
    """The link's time is over."""
