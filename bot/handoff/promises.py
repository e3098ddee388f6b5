"""Promises: a target that was missed is noticed once, and told."""

from bot.handoff.ground import Ground
from bot.handoff.request_rows import FIRST_RESPONSE, RESOLUTION, RequestRepository


class Promises:
    """Looks at what is due."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def mark_broken(self) -> int:
        """Mark what was due and is not there; counts it."""
        now, chats = self._ground.clock.now(), []
        with self._ground.sessions.begin() as session:
            for due in (FIRST_RESPONSE, RESOLUTION):
                for request in RequestRepository(session).breach(due, now=now):
                    self._ground.events.note(
                        session, "handoff.breached", request, target=due.name
                    )
                    chats.append(request.conversation_id)
        for chat in chats:
            self._ground.tell(chat)
        return len(chats)
