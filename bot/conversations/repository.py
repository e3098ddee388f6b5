"""Queries about conversations and their lines; the caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.conversations.errors import ConversationUnknown
from bot.conversations.lines import Line
from bot.conversations.models import (
    UNANSWERED,
    Conversation,
    Message,
    Understanding,
    WebSession,
)

Row = TypeVar("Row")


class ConversationRepository:
    """The rows of conversations, seen through one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, conversation_id: str) -> Conversation:
        """Read a conversation and keep everybody else from changing it.

        Raises:
            ConversationUnknown: it does not exist.
        """
        return self._one(
            select(Conversation)
            .where(Conversation.id == conversation_id)
            # The row may have been read before the lock was had.
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def get(self, conversation_id: str) -> Conversation:
        """Read a conversation.

        Raises:
            ConversationUnknown: it does not exist.
        """
        return self._one(select(Conversation).where(Conversation.id == conversation_id))

    def _one(self, query: Select[Conversation]) -> Conversation:
        conversation = self._session.scalars(query).one_or_none()
        if conversation is None:
            raise ConversationUnknown
        return conversation

    def advance(self, conversation: Conversation, count: int, **values: Any) -> None:
        """Take the next `count` line numbers of a locked conversation."""
        self.advance_if(conversation.id, count, **values)

    def advance_if(
        self, conversation_id: str, count: int, *guards: Any, **values: Any
    ) -> Conversation | None:
        """Take line numbers where the guards hold; None where they do not."""
        taken = Conversation.last_seq + count
        return self.change(conversation_id, *guards, last_seq=taken, **values)

    def change(
        self, conversation_id: str, *guards: Any, **values: Any
    ) -> Conversation | None:
        """Update a conversation where the guards hold; None where they do not."""
        return self._session.scalars(
            update(Conversation)
            .where(Conversation.id == conversation_id, *guards)
            .values(**values)
            .returning(Conversation)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()

    def heard(
        self, conversation_id: str, client_id: str | None, provider_id: str | None
    ) -> int | None:
        """The number of the line that came with either id before, if it did."""
        same: list[Any] = []
        if client_id is not None:
            same.append(
                (Message.conversation_id == conversation_id)
                & (Message.client_id == client_id)
            )
        if provider_id is not None:
            same.append(Message.provider_id == provider_id)
        if not same:
            return None
        return self._session.scalar(select(Message.seq).where(or_(*same)).limit(1))

    def moments(self, conversation_id: str, since: datetime) -> Sequence[datetime]:
        """When the visitor's lines after `since` came, oldest first."""
        return self._session.scalars(
            select(Message.at)
            .where(
                Message.conversation_id == conversation_id,
                Message.author == "visitor",
                Message.at > since,
            )
            .order_by(Message.at)
        ).all()

    def append(self, message: Message) -> None:
        self._session.add(message)
        self._session.flush()

    def append_lines(
        self,
        conversation: Conversation,
        lines: Sequence[Line],
        *,
        author: str,
        at: datetime,
        answers: int | None = None,
        client_id: str | None = None,
    ) -> Sequence[Message]:
        """Append lines for which `last_seq` was raised already; gives them back.

        A `client_id` names the only line.
        """
        first = conversation.last_seq - len(lines) + 1
        messages = [
            Message(
                conversation_id=conversation.id,
                seq=seq,
                author=author,
                kind=line.kind,
                language=conversation.language,
                text=line.text,
                options=[vars(option) for option in line.options],
                data=dict(line.data),
                client_id=client_id,
                payload=line.payload,
                answers=answers,
                at=at,
            )
            for seq, line in enumerate(lines, first)
        ]
        self._session.add_all(messages)
        self._session.flush()
        return messages

    def after(self, conversation_id: str, seq: int, limit: int) -> Sequence[Message]:
        """The lines after `seq`, at most `limit`, in order."""
        return self._session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.seq > seq)
            .order_by(Message.seq)
            .limit(limit)
        ).all()

    def line(self, conversation_id: str, seq: int) -> Message | None:
        return self._session.get(Message, (conversation_id, seq))

    def offering(self, conversation_id: str) -> Sequence[Message]:
        """The service's lines since the person last chose an option, newest first."""
        chosen = (
            select(func.coalesce(func.max(Message.seq), 0))
            .where(
                Message.conversation_id == conversation_id,
                Message.author == "visitor",
                Message.payload.is_not(None),
            )
            .scalar_subquery()
        )
        return self._session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.author != "visitor",
                Message.kind == "options",
                Message.seq > chosen,
            )
            .order_by(Message.seq.desc())
        ).all()

    def answer(self, conversation_id: str, seq: int, at: datetime) -> bool:
        """Mark a line that waits as answered; False when it was already."""
        marked = self._session.scalar(
            update(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.seq == seq,
                UNANSWERED,
            )
            .values(answered_at=at)
            .returning(Message.seq)
            .execution_options(synchronize_session=False)
        )
        return marked is not None

    def answer_all(
        self, conversation_id: str, at: datetime, *, but: int | None = None
    ) -> None:
        """Mark every line that waits as answered, perhaps but one."""
        self._session.execute(
            update(Message)
            .where(
                Message.conversation_id == conversation_id,
                UNANSWERED,
                Message.seq != (but or 0),
            )
            .values(answered_at=at)
            .execution_options(synchronize_session=False)
        )

    def unanswered(self, conversation_id: str) -> Message | None:
        """The oldest line that waits for the bot; none while a person is in charge."""
        return self._session.scalars(
            _unanswered(select(Message))
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.seq)
            .limit(1)
        ).one_or_none()

    def waiting(self, now: datetime, *, holder: str) -> Sequence[str]:
        """Conversations in which the bot owes an answer and nobody else works on it."""
        return self._session.scalars(
            _unanswered(select(Message.conversation_id))
            .where(
                or_(
                    Conversation.turn_until.is_(None),
                    Conversation.turn_until <= now,
                    Conversation.turn_holder == holder,
                )
            )
            .distinct()
        ).all()

    def ids(self) -> Sequence[str]:
        """The ids of all conversations."""
        return self._session.scalars(select(Conversation.id)).all()

    def silent(self, before: datetime) -> Sequence[str]:
        """Conversations whose last line was said before a moment, longest ago first."""
        return self._session.scalars(
            select(Conversation.id)
            .where(Conversation.last_at < before)
            .order_by(Conversation.last_at)
        ).all()

    def erase_lines(self, before: datetime) -> int:
        """Delete the lines of before a moment; counts them."""
        old = delete(Message).where(Message.at < before)
        return cast("CursorResult[Any]", self._session.execute(old)).rowcount

    def erase(self, conversation_id: str) -> None:
        """Delete a conversation with everything that hangs on it here."""
        for model in (WebSession, Understanding, Message):
            self._session.execute(
                delete(model).where(model.conversation_id == conversation_id)
            )
        self._session.execute(
            delete(Conversation).where(Conversation.id == conversation_id)
        )


def _unanswered(query: Select[Row]) -> Select[Row]:
    return query.join(Conversation, Conversation.id == Message.conversation_id).where(
        UNANSWERED, Conversation.owner == "bot"
    )
