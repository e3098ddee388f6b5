"""Forgetting a conversation everywhere: here, and in the engine."""

import asyncio

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.conversations.departures import Departures
from bot.conversations.service import Conversations, Forget
from bot.database import Base
from bot.engine.client import EngineClient

logger = structlog.get_logger(__name__)


class Forgetting:
    """Deletes everything that was said, typed or proved in a conversation."""

    def __init__(
        self, conversations: Conversations, departures: Departures, engine: EngineClient
    ) -> None:
        self._conversations = conversations
        self._departures = departures
        self._engine = engine

    async def forget(self, conversation_id: str) -> bool:
        """Delete a conversation; False when the engine could not be reached for it."""
        await asyncio.to_thread(self._conversations.forget, conversation_id)
        return await self._forget_in_engine(conversation_id)

    async def depart(self, conversation_id: str) -> bool:
        """Let its visitor end it; False where it stays, for the team.

        Raises:
            ConversationUnknown: it does not exist.
        """
        gone = await asyncio.to_thread(self._departures.forget, conversation_id)
        if gone:
            await self._forget_in_engine(conversation_id)
        return gone

    async def _forget_in_engine(self, conversation_id: str) -> bool:
        if await self._engine.forget(conversation_id):
            return True
        logger.warning("engine_did_not_forget", conversation=conversation_id)
        return False


def rows_of(model: type[Base]) -> Forget:
    """Deletes the rows of another topic's table that name a conversation."""
    column = model.__table__.c["conversation_id"]

    def forget(session: Session, conversation_id: str) -> None:
        session.execute(delete(model).where(column == conversation_id))

    return forget
