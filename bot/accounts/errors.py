"""What can go wrong with accounts and their numbers.

AccountError
├── NumberInUse        as many accounts as allowed have the number
├── NumberUnchanged    the account has the number already
├── WhichNumber        of several (choices)
├── NoNumber           the account has none
├── NothingToSuspend   no number of the account is verified
├── LastFactor         nothing else could prove a change
├── LookupLimit        (again_in)
├── EmailUnreadable    mail cannot be sent to it
├── EmailUnchanged     the account has the address already
├── EmailInUse         another account has it
├── WhichEmail         of several (choices)
├── AlreadyScheduled   the account's deletion (due_at)
├── UndoError
│   ├── UndoUnknown    there is no such link
│   ├── UndoExpired
│   ├── UndoUsed       or the change was taken back in another way
│   └── UndoImpossible what was changed belongs to somebody else by now
├── AccountNotFound
└── SeedRefused        the demo's people have no place in production
"""

from datetime import datetime


class AccountError(Exception):
    """Base of this topic's errors."""


class NumberInUse(AccountError):
    """The number is on as many accounts as may have it."""


class NumberUnchanged(AccountError):
    """The number is on this account already."""


class WhichNumber(AccountError):
    """It is not clear which number is meant; `choices` are masked numbers."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(f"{len(choices)} numbers")
        self.choices = choices


class NoNumber(AccountError):
    """The account has no verified number."""


class NothingToSuspend(AccountError):
    """No verified number of the account is there that could be suspended."""


class LastFactor(AccountError):
    """Without it, nothing of the account could prove a change any more."""


class LookupLimit(AccountError):
    """As many numbers as may be asked about have been; `again_in` is seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__(again_in)
        self.again_in = again_in


class EmailUnreadable(AccountError):
    """The text is no e-mail address that mail can be sent to."""


class EmailUnchanged(AccountError):
    """The e-mail address is on this account already."""


class EmailInUse(AccountError):
    """The e-mail address is on another account, or may still go back to it."""


class WhichEmail(AccountError):
    """It is not clear which address is meant; `choices` are masked addresses."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__(f"{len(choices)} addresses")
        self.choices = choices


class AlreadyScheduled(AccountError):
    """The account's deletion was asked for before; it is due at `due_at`."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(due_at)
        self.due_at = due_at


class UndoError(AccountError):
    """Base of the reasons why a link takes nothing back."""


class UndoUnknown(UndoError):
    """No link has that token."""


class UndoExpired(UndoError):
    """The time in which the change could be taken back is over."""


class UndoUsed(UndoError):
    """The change was taken back before, by this link or together with another."""


class UndoImpossible(UndoError):
    """The account cannot be as it was: its number is another account's by now."""


class AccountNotFound(AccountError):
    """No account has that e-mail address."""


class SeedRefused(AccountError):
    """The demo's people were asked for outside the demo."""
