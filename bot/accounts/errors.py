"""What can go wrong with accounts and their numbers.

AccountError
├── NumberInUse        as many accounts as allowed have the number
├── NumberUnchanged    the account has the number already
├── WhichNumber        of several (choices)
├── AccountNotFound
└── SeedRefused        the demo's people have no place in production
"""


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


class AccountNotFound(AccountError):
    """No account has that e-mail address."""


class SeedRefused(AccountError):
    """The demo's people were asked for outside the demo."""
