"""Which lines wait for the bot, and which process works on which conversation."""

from datetime import timedelta

from sqlalchemy import or_

from bot.clock import Clock
from bot.conversations.lines import AGAIN, BACK, STILL_WAITS, Waiting
from bot.conversations.models import Conversation, Message
from bot.conversations.repository import ConversationRepository
from bot.database import Sessions


class OpenTurns:
    """Leases on conversations and the order of what is unanswered in them."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def lease(self, conversation_id: str, holder: str, seconds: float) -> bool:
        """Reserve or keep a conversation for `holder`; False when another has it."""
        now = self._clock.now()
        free = or_(
            Conversation.turn_until.is_(None),
            Conversation.turn_until <= now,
            Conversation.turn_holder == holder,
        )
        with self._sessions.begin() as session:
            leased = ConversationRepository(session).change(
                conversation_id,
                free,
                turn_holder=holder,
                turn_until=now + timedelta(seconds=seconds),
            )
        return leased is not None

    def release(self, conversation_id: str, holder: str) -> None:
        """Let others have the conversation."""
        with self._sessions.begin() as session:
            ConversationRepository(session).change(
                conversation_id,
                Conversation.turn_holder == holder,
                turn_holder=None,
                turn_until=None,
            )

    def next(self, conversation_id: str) -> Waiting | None:
        """The oldest line that the bot owes an answer."""
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            message = log.unanswered(conversation_id)
            if message is None:
                return None
            meant = _meant(log, message)
            return _waiting(message, meant, log.get(conversation_id))

    def waiting(self, holder: str) -> tuple[str, ...]:
        """Conversations that wait for the bot and that nobody but `holder` works on."""
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            return tuple(log.waiting(self._clock.now(), holder=holder))


def _meant(log: ConversationRepository, message: Message) -> Message:
    payload = message.payload or ""
    if not payload.startswith(AGAIN):
        return message
    meant = log.line(message.conversation_id, int(payload.removeprefix(AGAIN)))
    return meant or message


def _waiting(message: Message, meant: Message, conversation: Conversation) -> Waiting:
    fixed = conversation.language_fixed
    return Waiting(
        seq=message.seq,
        values_seq=meant.seq,
        # What the system says is worded for people, with the names of agents.
        text=meant.text if meant.author == "visitor" else "",
        payload=STILL_WAITS if meant.payload == BACK else meant.payload,
        language=conversation.language if fixed else message.language,
        channel=conversation.channel,
    )
