"""Acting: what an agent did in another system, done here by the rules of the desk."""

from collections.abc import Iterator
from contextlib import suppress

from bot.clock import Clock
from bot.connectors.models import RemoteEvent, RemoteRef
from bot.connectors.port import Ref
from bot.connectors.refs import RefRows
from bot.conversations.errors import ConversationUnknown, TextMissing
from bot.database import Sessions, reading
from bot.handoff.desk import REPLY_LENGTH, Colleague, Desk
from bot.handoff.errors import NotYours, RequestUnknown, TakenAlready
from bot.handoff.models import HandoffRequest
from bot.handoff.request_rows import RequestRepository


class Acting:
    """Each step changes nothing when it is made again."""

    def __init__(self, sessions: Sessions, clock: Clock, desk: Desk, team: str) -> None:
        self._sessions = sessions
        self._clock = clock
        self._desk = desk
        self._team = team

    def act(self, event: RemoteEvent, text: str) -> bool:
        """Do it; False while nobody knows what it is about."""
        with reading(self._sessions) as session:
            ref = RefRows(session, event.connector).named(event.remote_id)
        if ref is None:
            return False
        agent = self._agent(event)
        try:
            if event.kind == "said":
                self._say(event, ref, agent, text)
            else:
                self._change(event, ref, agent)
        except (ConversationUnknown, NotYours, RequestUnknown):
            # The person has left, or somebody else has ended it at this moment.
            return True
        return True

    def _say(
        self, event: RemoteEvent, ref: RemoteRef, agent: Colleague, text: str
    ) -> None:
        self._join(ref, agent)
        for number, part in enumerate(_parts(text)):
            # A piece of a long text may be blank.
            with suppress(TextMissing):
                self._desk.reply(
                    ref.conversation_id,
                    agent,
                    part,
                    client_id=f"{event.event_id}:{number}",
                )

    def _change(self, event: RemoteEvent, ref: RemoteRef, agent: Colleague) -> None:
        request = self._open(ref)
        if request is None or request.id != ref.request_id:
            return
        if request.state == "waiting":
            self._join(ref, agent)
        if event.kind == "resolved":
            self._desk.resolve(ref.conversation_id, agent, "solved")
        if event.kind == "returned":
            self._desk.give_back(ref.conversation_id, agent)

    def _join(self, ref: RemoteRef, agent: Colleague) -> None:
        """Speak in the conversation, unless somebody of our own desk does."""
        try:
            owned = self._desk.take(ref.conversation_id, agent)
        except TakenAlready:
            return
        if owned.name != agent.name:
            before = Colleague(agent.id, owned.name or self._team, elsewhere=True)
            self._desk.transfer(ref.conversation_id, before, agent)
        request = self._open(ref)
        if request is not None:
            # One that is over is taken up again under the name that it had.
            with self._sessions.begin() as session:
                RefRows(session, ref.connector).keep(
                    Ref(ref.remote_id, ref.remote_contact),
                    request.id,
                    ref.conversation_id,
                    self._clock.now(),
                )

    def _open(self, ref: RemoteRef) -> HandoffRequest | None:
        with reading(self._sessions) as session:
            return RequestRepository(session).open_of(ref.conversation_id)

    def _agent(self, event: RemoteEvent) -> Colleague:
        name = event.name or self._team
        return Colleague(event.connector, name, oversees=True, elsewhere=True)


def _parts(text: str) -> Iterator[str]:
    """A text in pieces that an agent could have typed."""
    while len(text) > REPLY_LENGTH:
        end = max(text.rfind(space, 1, REPLY_LENGTH) for space in "\n ")
        end = end if end > 0 else REPLY_LENGTH
        yield text[:end]
        text = text[end:]
    yield text
