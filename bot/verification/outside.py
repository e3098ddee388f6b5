"""What the backend is made from."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.brand import Brand
from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.privacy.kept_keys import KeptKeys
from bot.settings import Settings
from bot.telephony.lines import LineTypes
from bot.telephony.outbox import Outbox
from bot.telephony.policy import NumberPolicy
from bot.telephony.risks import Risks
from bot.telephony.wording import Wording
from bot.verification.checking import Verifications
from bot.verification.randomness import Randomness

# The line that a conversation is owed an answer to, if there is one.
Answering = Callable[[Session, str], int | None]


def answering_nothing(_session: Session, _conversation_id: str) -> None:
    """Where there are no conversations, nothing is done anew for the same line."""


@dataclass(frozen=True)
class Outside:
    """What the backend is given: everything that a test or a setting may choose."""

    sessions: Sessions
    clock: Clock
    settings: Settings
    keys: Keys
    cipher: Cipher
    fingerprints: Fingerprints
    outbox: Outbox
    wording: Wording
    brand: Brand
    lines: LineTypes
    policy: NumberPolicy
    randomness: Randomness
    verifications: Verifications | None = None
    risks: Risks | None = None
    kept: KeptKeys | None = None
    answering: Answering = answering_nothing

    def lasting(self, purpose: str) -> Callable[[], bytes]:
        """Gives the key of what cannot be made anew; kept, where keys are."""
        return (self.kept or self.keys).lasting(purpose)
