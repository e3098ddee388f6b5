"""Threads: which conversation a number texts in."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.models import Conversation
from bot.conversations.service import Conversations
from bot.database import Sessions, reading
from bot.privacy.cipher import Cipher
from bot.texting.models import TextThread

OnOpen = Callable[[str, str], None]


class Threads:
    """Finds conversations by the sender's fingerprint.

    After `lifetime` seconds of silence a new one begins: numbers get new owners, and
    nobody is to read on where somebody else has stopped. `on_open` is told of each,
    with the number.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        cipher: Cipher,
        conversations: Conversations,
        *,
        lifetime: int,
        on_open: OnOpen,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._conversations = conversations
        self._lifetime = timedelta(seconds=lifetime)
        self._on_open = on_open

    def conversation_of(self, fingerprint: str, number: str) -> str:
        """The conversation that goes on with this number, opened when there is none."""
        try:
            return self._find(fingerprint) or self._open(fingerprint, number)
        except IntegrityError:
            # Another process has opened one at this moment.
            return self._find(fingerprint) or self._open(fingerprint, number)

    def _find(self, fingerprint: str) -> str | None:
        with reading(self._sessions) as session:
            thread = session.get(TextThread, fingerprint)
            current = thread and self._is_current(session, thread.conversation_id)
            return thread.conversation_id if thread and current else None

    def _is_current(self, session: Session, conversation_id: str) -> bool:
        conversation = session.get_one(Conversation, conversation_id)
        recent = conversation.last_at > self._clock.now() - self._lifetime
        # Whoever waits for a person is still waiting tomorrow.
        return recent or conversation.owner != "bot"

    def _open(self, fingerprint: str, number: str) -> str:
        conversation_id = self._conversations.start("sms")
        with self._sessions.begin() as session:
            ended = session.get(TextThread, fingerprint)
            if ended is not None:
                session.delete(ended)
                session.flush()
            session.add(
                TextThread(
                    fingerprint=fingerprint,
                    conversation_id=conversation_id,
                    number_encrypted=self._cipher.encrypt(number),
                    created_at=self._clock.now(),
                )
            )
        self._on_open(conversation_id, number)
        return conversation_id
