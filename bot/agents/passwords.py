"""Passwords of agents: argon2id, compared with as much work where there is none."""

import unicodedata
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.agents.errors import PasswordWeak, SignInTooOften

# Beside an app's code 8 would do (SP 800-63B-4, 3.1.1.2); no rules on which signs.
FEWEST_CHARACTERS = 12
MOST_CHARACTERS = 128
FEWEST_DIFFERENT = 5
# Each takes 64 MB for a fifth of a second. A few tries wait for their turn; what comes
# in a flood is sent away, so that it holds no thread that others need.
AT_ONCE, WAITING = 2, 16


class Passwords:
    """Hashes and compares; RFC 9106's parameters for little memory, unless others."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = BoundedSemaphore(AT_ONCE)
        self._line = BoundedSemaphore(WAITING)

    def hash(self, password: str, *, about: tuple[str, ...]) -> str:
        """What is kept of a new password; `about` is what it must not be made of.

        Raises:
            PasswordWeak: it would be guessed.
        """
        spelled = _spelling(password)
        if not FEWEST_CHARACTERS <= len(spelled) <= MOST_CHARACTERS:
            raise PasswordWeak
        if len(set(spelled)) < FEWEST_DIFFERENT or _is_about(spelled, about):
            raise PasswordWeak
        return self._hasher.hash(spelled)

    def fits(self, hashed: str | None, password: str) -> bool:
        """Whether that is the password; nobody's is compared with as much work.

        Raises:
            SignInTooOften: too many are compared at this moment.
        """
        if not self._line.acquire(blocking=False):
            raise SignInTooOften(1)
        try:
            with self._room:
                return self._compare(hashed, password)
        finally:
            self._line.release()

    def _compare(self, hashed: str | None, password: str) -> bool:
        # Made on first use, whichever name that is for.
        nobodys = self._nobodys
        try:
            self._hasher.verify(hashed or nobodys, _spelling(password))
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


def _spelling(password: str) -> str:
    # SP 800-63B-4, 3.1.1.2: the same signs in whatever way a keyboard composes them.
    return unicodedata.normalize("NFKC", password[: MOST_CHARACTERS + 1])


def _is_about(password: str, about: tuple[str, ...]) -> bool:
    words = (word for text in about for word in text.casefold().split())
    return any(len(word) > 3 and word in password.casefold() for word in words)
