"""Aging: how long what was said is kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from bot.clock import Clock
from bot.conversations.departures import Departures
from bot.conversations.models import Rating
from bot.conversations.repository import ConversationRepository
from bot.database import Sessions, reading


class Aging:
    """Deletes silent conversations whole, and of the others what is old."""

    def __init__(
        self, sessions: Sessions, clock: Clock, departures: Departures, *, lifetime: int
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._departures = departures
        self._lifetime = timedelta(seconds=lifetime)

    def alive(self) -> Sequence[str]:
        """The ids of the conversations that there are."""
        with reading(self._sessions) as session:
            return ConversationRepository(session).ids()

    def purge(self) -> dict[str, int]:
        """Delete what is due, and count it by table."""
        before = self._clock.now() - self._lifetime
        gone = self._departures.forget_silent(before)
        comments = (
            update(Rating)
            .where(Rating.at < before, Rating.comment.is_not(None))
            .values(comment=None)
        )
        with self._sessions.begin() as session:
            return {
                "conversation": gone,
                "message": ConversationRepository(session).erase_lines(before),
                "rating_comment": cast(
                    "CursorResult[Any]", session.execute(comments)
                ).rowcount,
            }
