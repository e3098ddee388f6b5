"""What can go wrong with codes and proofs.

VerificationError
├── ContactUnreadable         neither an e-mail address nor a phone number
├── SendTooSoon               (again_in)
├── SendLimitReached          (again_in)
├── CodeMalformed             not six digits; not counted
│   └── RecoveryCodeMalformed
├── CodeWrong                 (guesses_left)
├── CodeSuperseded            an older code (guesses_left)
├── CodeExpired
├── CodeUsed
├── CodeUnchecked             whoever made the code cannot be asked now
├── TooManyGuesses            at this code
├── AuthenticatorDisabled     too many wrong guesses over all codes
├── NoAuthenticator           the account has nothing that can prove a change
├── NoCodePending
├── NoCodeSent                nothing to report on
├── TotpNotPending
├── NoApp                     there is no authenticator app to take off
├── IdentityTokenInvalid      (reason)
└── ProofMissing
    ├── ProofStale            there is one, too old for a change
    ├── SecondProofMissing    one is not enough for this
    ├── PossessionMissing     the new number is not proved
    └── NotSignedIn
"""

from typing import Literal

TokenFault = Literal[
    "unset", "unreadable", "early", "expired", "audience", "claims", "unknown_account"
]


class VerificationError(Exception):
    """Base of this topic's errors."""


class ContactUnreadable(VerificationError):
    """Neither an e-mail address nor a phone number can be made out."""


class SendTooSoon(VerificationError):
    """A code left a moment ago; `again_in` is seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__(again_in)
        self.again_in = again_in


class SendLimitReached(VerificationError):
    """As many codes as may be sent have been; `again_in` is seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__(again_in)
        self.again_in = again_in


class CodeMalformed(VerificationError):
    """Not a code at all, so not counted as a guess."""


class RecoveryCodeMalformed(CodeMalformed):
    """Not a saved recovery code at all, so not counted as a guess."""


class CodeWrong(VerificationError):
    """A guess that was counted; `guesses_left` more will be looked at."""

    def __init__(self, guesses_left: int) -> None:
        super().__init__(guesses_left)
        self.guesses_left = guesses_left


class CodeSuperseded(VerificationError):
    """An older code of the same conversation, counted like a wrong one."""

    def __init__(self, guesses_left: int) -> None:
        super().__init__(guesses_left)
        self.guesses_left = guesses_left


class CodeExpired(VerificationError):
    """The time of the code is over."""


class CodeUsed(VerificationError):
    """The code has been used; each works once."""


class CodeUnchecked(VerificationError):
    """Nobody could say whether the code is right; so it does not count as right."""


class TooManyGuesses(VerificationError):
    """The last guess at this code was wrong, or one more came."""


class AuthenticatorDisabled(VerificationError):
    """Too many wrong guesses over all codes: it has to be set up anew."""


class NoAuthenticator(VerificationError):
    """The account has nothing that can prove a change."""


class NoCodePending(VerificationError):
    """This conversation waits for no code."""


class NoCodeSent(VerificationError):
    """No code of the account is there to be reported on."""


class TotpNotPending(VerificationError):
    """No authenticator app waits for its first code."""


class NoApp(VerificationError):
    """The account has no authenticator app."""


class IdentityTokenInvalid(VerificationError):
    """The host website's token proves nothing; `reason` is one of TokenFault."""

    def __init__(self, reason: TokenFault) -> None:
        super().__init__(reason)
        self.reason = reason


class ProofMissing(VerificationError):
    """This conversation has not proved whose account it is about."""


class ProofStale(ProofMissing):
    """The proof is too old for a change."""


class SecondProofMissing(ProofMissing):
    """What is proved here is not enough without another method beside it."""


class PossessionMissing(ProofMissing):
    """The new number is not proved in this conversation, or that proof was used."""


class NotSignedIn(ProofMissing):
    """No account is known in this conversation."""
