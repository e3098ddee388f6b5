"""What can go wrong with numbers and deliveries.

TelephonyError
├── NumberError
│   ├── NumberUnreadable      no number can be made out
│   ├── SeveralNumbers        more than one was given
│   ├── NumberImpossible      wrong length (reason)
│   ├── NumberInvalid         right length, not in use anywhere
│   ├── ExtensionGiven
│   ├── VanityNumber          letters in place of digits
│   ├── ShortCode
│   ├── EmergencyNumber
│   └── NumberRefused         a real number that gets no codes (reason, by_policy)
├── GatewayFailed             the provider took nothing (error_code)
│   ├── GatewayBusy           ... now; it may later (in_doubt)
│   └── GatewaySilent         ... or it did: there was no answer
├── LookupFailed              nothing could be found out about a number (reason)
└── WordingMissing            no such text (name, language)
"""


class TelephonyError(Exception):
    """Base of this topic's errors."""


class NumberError(TelephonyError):
    """Base of the reasons why a typed number cannot be used."""


class NumberUnreadable(NumberError):
    """No phone number can be made out in the text."""


class SeveralNumbers(NumberError):
    """The text holds more than one phone number."""


class NumberImpossible(NumberError):
    """A number of a length that no number has: too_short, too_long, no_area_code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NumberInvalid(NumberError):
    """A number of the right length that no country has given out."""


class ExtensionGiven(NumberError):
    """A number with an extension, which no code can reach."""


class VanityNumber(NumberError):
    """A number written with letters."""


class ShortCode(NumberError):
    """A short code, which can send texts but is nobody's phone."""


class EmergencyNumber(NumberError):
    """An emergency number such as 911 or 112."""


class NumberRefused(NumberError):
    """A real number that gets no codes."""

    def __init__(self, reason: str, *, by_policy: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.by_policy = by_policy


class GatewayFailed(TelephonyError):
    """The provider did not take a message; `error_code` is the provider's, if any."""

    def __init__(self, error_code: str | None = None) -> None:
        super().__init__(error_code or "no error code")
        self.error_code = error_code


class GatewayBusy(GatewayFailed):
    """The provider did not take a message now, and may take it later.

    `in_doubt`: it broke down over it (HTTP 5xx), so that it may have taken it first.
    """

    def __init__(
        self, error_code: str | None = None, *, in_doubt: bool = False
    ) -> None:
        super().__init__(error_code)
        self.in_doubt = in_doubt


class GatewaySilent(GatewayFailed):
    """The message left, and no answer came: it may have been taken or not."""


class LookupFailed(TelephonyError):
    """Nothing could be found out about a number; `reason` is the provider's code.

    Where there is none: `timeout`, `unreachable`, `malformed`, `null`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WordingMissing(TelephonyError):
    """There is no text of that name in that language, or it needs another value."""

    def __init__(self, name: str, language: str) -> None:
        super().__init__(f"{name} ({language})")
        self.name = name
        self.language = language
