"""Notices lines that were not understood well, while the talk goes on."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversations.models import Message, Understanding
from bot.database import insert_new
from bot.engine.messages import PAYLOAD
from bot.review.intents import ANSWERS
from bot.review.models import ReviewLine, Why

# A sentence of average certainty has 0.95; below 0.5 the assistant asks back.
UNSURE = 0.7
YES_OR_NO = ("/affirm", "/deny")


def notice(session: Session, conversation_id: str) -> None:
    """Keep what the answer just given tells of the last two lines of the visitor.

    It runs in the transaction of the answer, with the conversation's row locked.
    """
    lines = _last_lines(session, conversation_id)
    for line in lines:
        understood = session.get(Understanding, (conversation_id, line.seq))
        if understood is not None and _is_unsure(understood):
            _keep(session, line, "unsure")
    if len(lines) == 2:
        _compare(session, *lines)


def _last_lines(session: Session, conversation_id: str) -> list[Message]:
    """The last two lines that the assistant has answered, the newer first."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.author == "visitor",
                Message.answered_at.is_not(None),
            )
            .order_by(Message.seq.desc())
            .limit(2)
        )
    )


def _is_unsure(understood: Understanding) -> bool:
    return understood.fallback or understood.confidence < UNSURE


def _compare(session: Session, line: Message, before: Message) -> None:
    taken = session.get(Understanding, (before.conversation_id, before.seq))
    if taken is None:
        return
    if taken.fallback:
        _settle(session, line, before)
    elif _says_no(session, line) and not _was_asked(session, before):
        _keep(session, before, "denied")


def _settle(session: Session, line: Message, before: Message) -> None:
    """What was meant by a line that was not understood, if the next one tells."""
    chosen = PAYLOAD.fullmatch(line.payload or "")
    if chosen is not None:
        _keep(session, before, "chosen", chosen["intent"])
        return
    understood = session.get(Understanding, (line.conversation_id, line.seq))
    if understood is not None and not understood.fallback:
        _keep(session, before, "rephrased", understood.intent)


def _says_no(session: Session, line: Message) -> bool:
    understood = session.get(Understanding, (line.conversation_id, line.seq))
    return understood is not None and understood.intent == "deny"


def _was_asked(session: Session, line: Message) -> bool:
    """Whether the answer to a line was a question that one can say no to."""
    answers = session.scalars(
        select(Message).where(
            Message.conversation_id == line.conversation_id,
            Message.answers == line.seq,
        )
    )
    payloads = [option["payload"] for each in answers for option in each.options]
    return any(payload.startswith(YES_OR_NO) for payload in payloads)


def _keep(
    session: Session, line: Message, why: Why, suggested: str | None = None
) -> None:
    if suggested in ANSWERS:
        return
    key = {"conversation_id": line.conversation_id, "seq": line.seq}
    insert_new(session, ReviewLine, **key, why=why, at=line.at, state="open")
    if why == "unsure":
        return
    # What the person did says more than a low confidence; a label says most.
    session.execute(
        update(ReviewLine)
        .where(
            ReviewLine.conversation_id == line.conversation_id,
            ReviewLine.seq == line.seq,
            ReviewLine.state == "open",
        )
        .values(why=why, suggested=suggested)
        .execution_options(synchronize_session=False)
    )
