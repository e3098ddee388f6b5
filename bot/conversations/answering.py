"""Which line the assistant is answering: what it does twice, it does for one line."""

from sqlalchemy.orm import Session

from bot.conversations.repository import ConversationRepository


def line_being_answered(session: Session, conversation_id: str) -> int | None:
    """The number of the line that is owed an answer, for as long as it is owed.

    An answer that was broken off is made anew for the same line, so whoever notes the
    line with what they do can tell that they have done it before.
    """
    message = ConversationRepository(session).unanswered(conversation_id)
    return message.seq if message is not None else None
