"""How far the texts of one number have come; for the demo, where somebody waits."""

from sqlalchemy import Select, select

from bot.conversations.models import Conversation, Message
from bot.database import Sessions, reading
from bot.privacy.cipher import Fingerprints
from bot.telephony.models import Delivery
from bot.texting.models import ReceivedText, TextThread


class TextProgress:
    """Looks whether anything is still to be read, answered or sent."""

    def __init__(self, sessions: Sessions, fingerprints: Fingerprints) -> None:
        self._sessions = sessions
        self._fingerprints = fingerprints

    def is_settled(self, number: str) -> bool:
        """Whether nothing more comes unless the number texts again."""
        fingerprint = self._fingerprints.of("phone", number)
        with reading(self._sessions) as session:
            return not any(
                session.scalars(query.limit(1)).first() is not None
                for query in (
                    _unread(fingerprint),
                    _unanswered(fingerprint),
                    _unsent(fingerprint),
                )
            )


def _unread(fingerprint: str) -> Select[int]:
    return select(ReceivedText.id).where(
        ReceivedText.fingerprint == fingerprint, ReceivedText.outcome.is_(None)
    )


def _unanswered(fingerprint: str) -> Select[int]:
    return (
        select(Message.seq)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(TextThread, TextThread.conversation_id == Conversation.id)
        .where(
            TextThread.fingerprint == fingerprint,
            Conversation.owner == "bot",
            Message.author == "visitor",
            Message.answered_at.is_(None),
        )
    )


def _unsent(fingerprint: str) -> Select[str]:
    return select(Delivery.id).where(
        Delivery.to_fingerprint == fingerprint, Delivery.state == "queued"
    )
