"""The queue: the assistant is silent while a person waits for one who is there."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.handoff.ground import Ground
from bot.handoff.models import HandoffRequest
from bot.handoff.request_rows import RequestRepository

# A desk whose network is away for a moment does not empty the queue.
UNATTENDED = timedelta(minutes=3)


class Queueing:
    """Lets people into the queue and out of it, in the transactions of others."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._attended_at = ground.clock.now()

    def join(self, session: Session, conversation_id: str) -> None:
        """Take over from the assistant, if its answer promised that somebody comes."""
        requests = RequestRepository(session)
        request = requests.open_of(conversation_id)
        if request is None or not request.joins_queue:
            return
        queued = requests.change(
            request.id,
            HandoffRequest.state == "waiting",
            joins_queue=False,
            queued_at=self._ground.clock.now(),
        )
        if queued is None:
            return
        self._ground.ownership.take_over(
            conversation_id, owner="queue", session=session
        )
        self._announce(session, queued, requests.ahead_of(queued) + 1)

    def leave(self, session: Session, conversation_id: str, seq: int) -> None:
        """Give the assistant back to whoever chose it in line `seq`; the place stays.

        Where an agent was quicker, they read the wish.
        """
        if self._ground.ownership.hold(conversation_id, session).owner != "queue":
            return
        self._ground.step_out(session, conversation_id)
        self._ground.ownership.give_back(
            conversation_id, session=session, answering=seq
        )

    def abandon(self, session: Session, conversation_id: str) -> None:
        """Close the request of somebody who has ended the chat before anyone came."""
        requests = RequestRepository(session)
        request = requests.open_of(conversation_id)
        if request is None:
            return
        closed = requests.change(
            request.id,
            HandoffRequest.state == "waiting",
            state="closed",
            outcome="abandoned",
            closed_at=self._ground.clock.now(),
        )
        if closed is not None:
            self._ground.events.note(session, "handoff.abandoned", closed)

    def release(self) -> tuple[str, ...]:
        """Give back to the assistant whom nobody can join; gives their conversations.

        Their requests wait on.
        """
        with self._ground.sessions.begin() as session:
            if self._is_attended(session):
                return ()
            waiting = HandoffRequest.state == "waiting"
            listed = RequestRepository(session).listed(
                waiting, HandoffRequest.queued_at.is_not(None)
            )
            chats = [request.conversation_id for request in listed]
        released = tuple(chat for chat in chats if self._let_go(chat))
        for chat in released:
            self._ground.tell(chat)
        return released

    def _is_attended(self, session: Session) -> bool:
        now, availability = self._ground.clock.now(), self._ground.availability
        if availability.somebody_is_there(session):
            self._attended_at = now
            return True
        return availability.is_open() and now < self._attended_at + UNATTENDED

    def _let_go(self, conversation_id: str) -> bool:
        with self._ground.sessions.begin() as session:
            if self._ground.ownership.hold(conversation_id, session).owner != "queue":
                return False
            language = self._ground.speech.language(session, conversation_id)
            self._ground.step_out(session, conversation_id)
            self._ground.ownership.give_back(conversation_id, session=session)
            when = self._ground.when(language)
            line = self._ground.wording.unattended(language, when)
            self._ground.speech.say(session, conversation_id, line)
        return True

    def _announce(self, session: Session, request: HandoffRequest, place: int) -> None:
        language = self._ground.speech.language(session, request.conversation_id)
        wait = self._ground.availability.typical_wait(session)
        line = self._ground.wording.queued(language, place, wait)
        self._ground.speech.say(session, request.conversation_id, line)
        self._ground.events.note(session, "handoff.queued", request)
