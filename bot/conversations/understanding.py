"""How a visitor's line was understood, kept beside it when it is answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversations.lines import Waiting
from bot.conversations.models import Conversation, Understanding
from bot.engine.client import Answer

FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class Understood:
    """What line `seq` was taken for, and by which model; confidences are 0 to 1."""

    seq: int
    language: str
    intent: str
    confidence: float
    second: str | None = None
    second_confidence: float | None = None
    model: str | None = None


def read_understanding(waiting: Waiting, answer: Answer) -> Understood | None:
    """What the engine took a typed line for; an option needs no understanding."""
    if waiting.payload is not None or not waiting.text or not answer.intent:
        return None
    others = [rank for rank in answer.ranking if rank["name"] != answer.intent]
    second = others[0] if others else {"name": None, "confidence": None}
    return Understood(
        # Of a line that is tried again, it is the line itself that was understood.
        seq=waiting.values_seq,
        language=waiting.language,
        intent=answer.intent,
        confidence=answer.confidence,
        second=second["name"],
        second_confidence=second["confidence"],
        model=answer.model,
    )


def note(
    session: Session, conversation: Conversation, understood: Understood, at: datetime
) -> None:
    """Keep it in the caller's transaction; of a line tried again, the last counts."""
    session.merge(
        Understanding(
            conversation_id=conversation.id,
            fallback=understood.intent == FALLBACK,
            at=at,
            **vars(understood),
        )
    )
