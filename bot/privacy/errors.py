"""What can go wrong with personal data.

PrivacyError
├── ValueUnreadable
├── DisclosureGone
└── SecretKeyUnusable
"""


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
