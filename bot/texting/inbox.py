"""The inbox: texts are written down when they come, and read afterwards, in order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.texting.models import ReceivedText

# How often a text is taken up that nobody can finish reading.
MOST_TRIES = 5
# As long as what is said in a chat; a provider repeats a text within hours.
KEPT = timedelta(days=30)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Incoming:
    """A text as the provider hands it over; `sender` is a number in E.164."""

    provider_id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    media: int = 0
    opt_out_type: str | None = None


@dataclass(frozen=True)
class Received(Incoming):
    """A text of the inbox that is being read."""

    id: int = 0
    fingerprint: str = ""
    at: datetime = datetime.min


class Inbox:
    """Keeps each text once, until it has been read."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        fingerprints: Fingerprints,
        *,
        on_wake: Callable[[], None],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._fingerprints = fingerprints
        self._on_wake = on_wake

    def keep(self, incoming: Incoming) -> bool:
        """Write a text down; False when it had come before."""
        text = ReceivedText(
            provider_id=incoming.provider_id,
            fingerprint=self._fingerprints.of("phone", incoming.sender),
            number_encrypted=self._cipher.encrypt(incoming.sender),
            body_encrypted=self._cipher.encrypt(incoming.text),
            media=incoming.media,
            opt_out_type=incoming.opt_out_type,
            received_at=self._clock.now(),
        )
        try:
            with self._sessions.begin() as session:
                session.add(text)
        except IntegrityError:
            return False
        self._on_wake()
        return True

    def next(self) -> Received | None:
        """The oldest text that is not read yet; each call counts as a try at it."""
        oldest = (
            select(ReceivedText)
            .where(ReceivedText.outcome.is_(None))
            .order_by(ReceivedText.id)
            .limit(1)
        )
        with self._sessions.begin() as session:
            while (text := session.scalars(oldest).one_or_none()) is not None:
                text.tries += 1
                if text.tries <= MOST_TRIES:
                    return self._open(text)
                logger.error("text_given_up", text=text.id, tries=MOST_TRIES)
                _finish(text, "failed")
                session.flush()
        return None

    def finish(self, received: Received, outcome: str) -> None:
        """Note what was made of a text, and erase its words."""
        unread = (ReceivedText.id == received.id, ReceivedText.outcome.is_(None))
        erased = {"number_encrypted": None, "body_encrypted": None}
        with self._sessions.begin() as session:
            session.execute(
                update(ReceivedText).where(*unread).values(outcome=outcome, **erased)
            )

    def forget_old(self) -> int:
        """Delete what has been kept long enough; counts it."""
        old = ReceivedText.received_at < self._clock.now() - KEPT
        with self._sessions.begin() as session:
            statement = delete(ReceivedText).where(old)
            return cast("CursorResult[Any]", session.execute(statement)).rowcount

    def _open(self, text: ReceivedText) -> Received:
        return Received(
            id=text.id,
            provider_id=text.provider_id,
            sender=self._cipher.decrypt(text.number_encrypted or b""),
            text=self._cipher.decrypt(text.body_encrypted or b""),
            media=text.media,
            opt_out_type=text.opt_out_type,
            fingerprint=text.fingerprint,
            at=text.received_at,
        )


def _finish(text: ReceivedText, outcome: str) -> None:
    text.outcome = outcome
    text.number_encrypted = text.body_encrypted = None
