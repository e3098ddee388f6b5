"""Checking a code: against our own seal, or at whoever made it.

The rules are our rows' either way: guesses are counted before anything is compared,
and a code that is used, too old or taken back here is not asked about anywhere.
"""

import hashlib
from typing import Literal, Protocol

from bot.database import Sessions, reading
from bot.telephony.errors import GatewayFailed
from bot.telephony.models import Delivery
from bot.verification.codes import Codes
from bot.verification.errors import CodeExpired, CodeUnchecked, TooManyGuesses
from bot.verification.models import Challenge


class Verifications(Protocol):
    """Knows codes that were made elsewhere."""

    def check(self, sid: str, code: str) -> Literal["right", "wrong", "gone", "spent"]:
        """Whether it is the code; a right one is used up.

        Raises:
            GatewayFailed: nobody can say.
        """
        ...


class CodeCheck(Protocol):
    """Compares a guess that was counted."""

    def fits(self, challenge: Challenge, code: str) -> bool:
        """Whether it is the challenge's code.

        Raises:
            CodeUnchecked, CodeExpired, TooManyGuesses: its maker says no more.
        """
        ...


class ElsewhereCheck:
    """Asks the maker of a code; also of codes that are not there, at the same cost."""

    def __init__(
        self, sessions: Sessions, codes: Codes, verifications: Verifications
    ) -> None:
        self._sessions = sessions
        self._codes = codes
        self._verifications = verifications

    def fits(self, challenge: Challenge, code: str) -> bool:
        own = self._codes.fits(challenge, code)
        if challenge.asked_by == "email":
            return own
        sid = self._sid(challenge)
        try:
            finding = self._verifications.check(sid or _made_up(challenge), code)
        except GatewayFailed:
            raise CodeUnchecked from None
        if challenge.engine == "own":
            return own
        # To a stranger a code that is gone is as wrong as one that never was.
        if challenge.told and finding == "gone":
            raise CodeExpired
        if challenge.told and finding == "spent":
            raise TooManyGuesses
        return finding == "right" and sid is not None

    def _sid(self, challenge: Challenge) -> str | None:
        with reading(self._sessions) as session:
            delivery = session.get(Delivery, challenge.delivery_id or "")
        if delivery is None or challenge.engine == "own":
            return None
        return delivery.provider_id


def _made_up(challenge: Challenge) -> str:
    return f"VE{hashlib.sha256(challenge.id.encode()).hexdigest()[:32]}"
