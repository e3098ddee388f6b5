"""Lines of the service on their way into the log, and who is told of them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversations.lines import Line
from bot.conversations.models import Author, Conversation, Message
from bot.conversations.repository import ConversationRepository

OnSaid = Callable[[Session, Conversation, Sequence[Message]], None]


class Saying:
    """Appends lines for which `last_seq` was raised already, and tells of them.

    Whoever is told works in the same transaction: a text is queued with its line.
    """

    def __init__(self, on_said: Sequence[OnSaid] = ()) -> None:
        self._on_said = on_said

    def append(
        self,
        session: Session,
        conversation: Conversation,
        lines: Sequence[Line],
        *,
        author: Author,
        at: datetime,
        answers: int | None = None,
        client_id: str | None = None,
    ) -> tuple[int, ...]:
        """The numbers of the new lines."""
        messages = ConversationRepository(session).append_lines(
            conversation,
            lines,
            author=author,
            at=at,
            answers=answers,
            client_id=client_id,
        )
        if messages:
            for tell in self._on_said:
                tell(session, conversation, messages)
        return tuple(message.seq for message in messages)
