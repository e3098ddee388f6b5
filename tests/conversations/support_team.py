"""The other actors: Lee and Kim of the support team, at their desks."""

from uuid import uuid4

from bot.agents.models import Agent
from bot.clock import Clock
from bot.handoff.desk import Colleague
from bot.services import Services

LEE, KIM = Colleague("agent-lee", "Lee"), Colleague("agent-kim", "Kim")


class SupportTeam:
    """Does at the desk what a transcript says."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._services = services
        self._clock = clock
        self._is_open = False
        self._who = LEE

    def do(self, deed: str, conversation_id: str) -> None:
        """Do something in a conversation, or open and close the desk."""
        deeds = {
            "opens": self._open,
            "closes": self._close,
            "takes": self._take,
            "moves": self._move,
            "returns": self._return,
            "resolves": self._resolve,
        }
        deeds[deed](conversation_id)

    def say(self, conversation_id: str, text: str) -> None:
        """Say something, as who has the conversation."""
        desk = self._services.desk
        desk.reply(conversation_id, self._who, text, client_id=uuid4().hex)

    def give_a_sign(self) -> None:
        """Let the open desk be seen."""
        if self._is_open:
            with self._services.sessions.begin() as session:
                session.get_one(Agent, LEE.id).seen_at = self._clock.now()

    def _open(self, _conversation_id: str) -> None:
        for who in (LEE, KIM):
            with self._services.sessions.begin() as session:
                session.merge(self._row(who))
        self._is_open = True

    def _close(self, _conversation_id: str) -> None:
        self._is_open = False
        with self._services.sessions.begin() as session:
            session.get_one(Agent, LEE.id).seen_at = None
        self._services.queueing.release()

    def _take(self, conversation_id: str) -> None:
        self._who = LEE
        self._services.desk.take(conversation_id, LEE)

    def _move(self, conversation_id: str) -> None:
        self._services.desk.transfer(conversation_id, self._who, KIM)
        self._who = KIM

    def _return(self, conversation_id: str) -> None:
        self._services.desk.give_back(conversation_id, self._who)

    def _resolve(self, conversation_id: str) -> None:
        self._services.desk.resolve(conversation_id, self._who, "solved")

    def _row(self, who: Colleague) -> Agent:
        now = self._clock.now()
        return Agent(
            id=who.id,
            email=f"{who.name.lower()}.of.the.tests@example.com",
            name=who.name,
            role="agent",
            password_hash="",
            totp_encrypted=b"",
            last_totp_step=0,
            status="available" if who is LEE else "away",
            created_at=now,
            seen_at=now,
        )
