"""What the desk refuses.

DeskError
├── NoteMissing          nothing readable is left of the note
├── NoteTooLong          (limit)
├── TagMalformed         letters and hyphens only, so that no number gets into one
├── TooManyTags          (limit)
├── QueryMissing         there is nothing to look for
├── CannedUnreadable     (part) of canned.yml
├── AccountNotProved     nobody has shown in the conversation whose account it is
├── NumberNotThere       the account has no such number in that state
├── NumberTaken          it is another account's by now
├── ReturnAsked          somebody has asked for it already
├── ReturnUnknown
├── ReturnDecided
└── SecondPersonNeeded   the same agent cannot do both
"""


class DeskError(Exception):
    """Base of this topic's errors."""


class NoteMissing(DeskError):
    """Nothing readable is left of the note."""


class NoteTooLong(DeskError):
    """The note has more than `limit` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class TagMalformed(DeskError):
    """A tag has letters and hyphens only, 30 at most."""


class TooManyTags(DeskError):
    """A conversation has `limit` tags at most."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class QueryMissing(DeskError):
    """There is nothing to look for."""


class CannedUnreadable(DeskError):
    """A `part` of the prepared replies cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class AccountNotProved(DeskError):
    """Nobody has shown in the conversation whose account it is about."""


class NumberNotThere(DeskError):
    """The account has no such number in the state that is needed."""


class NumberTaken(DeskError):
    """The number is another account's by now."""


class ReturnAsked(DeskError):
    """Somebody has asked for this number's return already."""


class ReturnUnknown(DeskError):
    """There is no such wish."""


class ReturnDecided(DeskError):
    """The wish was decided before."""


class SecondPersonNeeded(DeskError):
    """Whoever began it cannot be the one who decides it."""
