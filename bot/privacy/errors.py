"""What can go wrong with personal data.

PrivacyError
├── ValueUnreadable
├── DisclosureGone
├── PersonUnknown
├── PersonErased
├── PersonHeld
└── SecretKeyUnusable
"""

from datetime import datetime
from typing import Literal


class PrivacyError(Exception):
    """Base of this topic's errors."""


class ValueUnreadable(PrivacyError):
    """An encrypted value was altered, or none of the keys fits it."""


class DisclosureGone(PrivacyError):
    """A value typed in the chat was never there, or its time is over."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no {kind} is kept for that message")
        self.kind = kind


class SecretKeyUnusable(PrivacyError):
    """The demo's secret key file exists but holds no key."""


class PersonUnknown(PrivacyError):
    """No account has that id or address."""


class PersonErased(PrivacyError):
    """Nothing of the person is left that could be erased."""


class PersonHeld(PrivacyError):
    """Whose account it is is not settled: a case (`case`) or a change (`undo`) is open.

    `until` is when a change can no longer be taken back.
    """

    def __init__(self, by: Literal["case", "undo"], until: datetime | None) -> None:
        super().__init__(by)
        self.by = by
        self.until = until
