"""Somebody of the support team, on the other side of the chat."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.lines import Line
from bot.conversations.models import Conversation
from bot.services import Services

NAME = "Lee"


class Agent:
    """Speaks in the newest conversation."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def take_over(self, *, owner: str = "agent") -> None:
        """Speak instead of the bot from now on, or let it wait in the queue."""
        name = NAME if owner == "agent" else None
        self._services.ownership.take_over(self.conversation, owner=owner, name=name)
        self._services.notifier.notify(self.conversation)

    def say(self, text: str) -> int:
        """Say something; gives the line's number."""
        line = Line(text, data={"name": NAME})
        seq = self._services.conversations.add(self.conversation, line, author="agent")
        self._services.notifier.notify(self.conversation)
        return seq

    @property
    def conversation(self) -> str:
        """The newest conversation's id."""
        query = select(Conversation.id).order_by(Conversation.created_at.desc())
        with Session(self._services.database) as session:
            newest = session.scalars(query).first()
        assert newest is not None
        return newest
