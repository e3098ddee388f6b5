"""What every service on handoffs stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.clock import Clock
from bot.conversations.ownership import Ownership
from bot.conversations.speech import Speech
from bot.database import Sessions
from bot.handoff.availability import Availability
from bot.handoff.models import HandoffRequest
from bot.handoff.request_rows import RequestRepository
from bot.handoff.wording import HandoffWording

Tell = Callable[[str], None]


class Events(Protocol):
    """Hears what happens to requests, in the transaction in which it does."""

    def note(
        self,
        session: Session,
        event: str,
        request: HandoffRequest,
        *,
        by: str | None = None,
        **more: str,
    ) -> None:
        """Note an event; `by`: who brought it about, and needs no telling."""
        ...


class NobodyHears:
    """Notes nothing."""

    def note(self, *_: object, **__: object) -> None:
        """Nobody is told."""


@dataclass(frozen=True)
class Ground:
    """Parts that handoffs share; `tell` hears which conversation has changed."""

    sessions: Sessions
    clock: Clock
    ownership: Ownership
    speech: Speech
    availability: Availability
    events: Events
    wording: HandoffWording
    audit: Audit
    tell: Tell

    def when(self, language: str) -> str:
        """When the team answers, as the end of a sentence."""
        availability = self.availability
        zone = availability.schedule.hours.zone
        return self.wording.when(language, availability.back_at(), zone)

    def step_out(self, session: Session, conversation_id: str) -> None:
        """Let a request wait beside the assistant, and not in the queue."""
        requests = RequestRepository(session)
        request = requests.open_of(conversation_id)
        if request is not None and request.state == "waiting":
            requests.change(request.id, queued_at=None, joins_queue=False)
