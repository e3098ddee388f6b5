"""Ratings: what a visitor thought of a conversation, in a number and a few words."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.cleaning import clean
from bot.conversations.errors import TextMissing
from bot.conversations.models import Rating
from bot.conversations.repository import ConversationRepository
from bot.database import Sessions, reading
from bot.privacy.masking import mask

COMMENT_LENGTH = 500


class Ratings:
    """Keeps one rating of each conversation: the last that was given."""

    def __init__(self, sessions: Sessions, clock: Clock, *, region: str) -> None:
        self._sessions = sessions
        self._clock = clock
        self._region = region

    def rate(
        self, conversation_id: str, score: int, *, comment: str | None = None
    ) -> None:
        """Note a score from 1 to 5, and a comment without what is personal in it.

        Raises:
            ConversationUnknown, TextTooLong: nothing was noted.
        """
        masked = self._mask(comment)
        with self._sessions.begin() as session:
            conversation = ConversationRepository(session).lock(conversation_id)
            rating = _find(session, conversation_id)
            if rating is None:
                rating = Rating(conversation_id=conversation_id)
                session.add(rating)
            rating.channel = conversation.channel
            rating.language = conversation.language
            rating.owner = conversation.owner
            rating.score, rating.comment = score, masked
            rating.at = self._clock.now()

    def is_rated(self, conversation_id: str) -> bool:
        """Whether the visitor has rated the conversation."""
        with reading(self._sessions) as session:
            return _find(session, conversation_id) is not None

    def _mask(self, comment: str | None) -> str | None:
        try:
            cleaned = clean(comment or "", limit=COMMENT_LENGTH)
        except TextMissing:
            return None
        return mask(cleaned, region=self._region).text


def unlink_rating(session: Session, conversation_id: str) -> None:
    """Keep the score of a conversation that is forgotten, but not whose it was."""
    session.execute(
        update(Rating)
        .where(Rating.conversation_id == conversation_id)
        .values(conversation_id=None)
    )


def _find(session: Session, conversation_id: str) -> Rating | None:
    return session.scalars(
        select(Rating).where(Rating.conversation_id == conversation_id)
    ).one_or_none()
