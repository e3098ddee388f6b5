"""Telling: what a help desk is told of a handoff, from rows; masked, as at the desk."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.connectors.models import RemoteDelivery
from bot.connectors.port import Closing, Opening, Said
from bot.connectors.wording import ConnectorWording
from bot.conversations.models import Message
from bot.database import Sessions, reading
from bot.handoff.models import HandoffRequest
from bot.handoff.summary import Summaries

# A long conversation is told from where it matters on.
MOST_LINES = 200


class Telling:
    """Reads what deliveries refer to; None is what is gone by now."""

    def __init__(
        self, sessions: Sessions, summaries: Summaries, wording: ConnectorWording
    ) -> None:
        self._sessions = sessions
        self._summaries = summaries
        self._wording = wording

    def opening(self, delivery: RemoteDelivery, contact: str) -> Opening | None:
        """The beginning of a handoff, with everything up to the wish for a person."""
        words, chat = self._wording, delivery.conversation_id
        with reading(self._sessions) as session:
            request = session.get(HandoffRequest, delivery.request_id)
            messages = _until(session, chat, delivery.body["until"])
        if request is None:
            return None
        lines = tuple(filter(None, map(words.said, messages)))
        return Opening(
            conversation_id=chat,
            request_id=request.id,
            title=words.title(request),
            summary=words.summary(request, self._summaries.of(chat, words.language)),
            transcript=lines,
            story=words.story(lines),
            visitor=words.visitor(chat),
            language=request.language,
            channel=request.channel,
            reason=request.reason,
            priority=request.priority,
            contact=contact,
        )

    def line(self, delivery: RemoteDelivery) -> Said | None:
        """One line, or that the visitor has left."""
        if "left" in delivery.body:
            return self._wording.left(delivery.at)
        key = (delivery.conversation_id, delivery.body["seq"])
        with reading(self._sessions) as session:
            message = session.get(Message, key)
        return self._wording.said(message) if message else None

    def closing(self, delivery: RemoteDelivery) -> Closing:
        """How it ended."""
        outcome = str(delivery.body["outcome"])
        note = self._wording.closing(outcome)
        return Closing(outcome, delivery.body["disposition"], note)


def _until(session: Session, conversation_id: str, seq: int) -> Sequence[Message]:
    newest_first = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq <= seq)
        .order_by(Message.seq.desc())
        .limit(MOST_LINES)
    )
    return list(reversed(newest_first.all()))
