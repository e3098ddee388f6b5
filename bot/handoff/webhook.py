"""The webhook: what happens to handoffs is stored, then told to another system."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx
import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions
from bot.handoff.event_rows import EventRepository
from bot.handoff.models import HandoffRequest, WebhookEvent

SECONDS = 10.0
# While one process tells, others leave the event alone for so long.
LEASE = timedelta(seconds=60)
# Waits after each refusal, in seconds; after the last the event is given up.
WAITS = (10, 30, 120, 600, 1800, 7200, 21600, 43200)
KEPT = timedelta(days=30)

logger = structlog.get_logger(__name__)


class Poster(Protocol):
    """Brings a body to the other system."""

    def post(self, body: bytes, headers: dict[str, str]) -> str | None:
        """Why it was not taken: a status, or a kind of error; None when it was."""
        ...


class HttpPoster:
    """Over HTTP; a redirection is a refusal."""

    def __init__(self, url: str) -> None:
        self._url = url

    def post(self, body: bytes, headers: dict[str, str]) -> str | None:
        try:
            # A proxy of the environment is none of the operator's settings.
            response = httpx.post(
                self._url,
                content=body,
                headers=headers,
                timeout=SECONDS,
                trust_env=False,
            )
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if response.is_success else str(response.status_code)


@dataclass(frozen=True)
class EventView:
    """An event as operators see it."""

    id: str
    name: str
    tries: int
    fault: str | None
    at: datetime


class Webhook:
    """Keeps events until they are told; without a poster there is nobody to tell."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        *,
        secret: str = "",
        poster: Poster | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._secret = secret
        self._poster = poster

    def note(
        self, session: Session, name: str, request: HandoffRequest, **more: str
    ) -> None:
        """Store an event about a request, in the caller's transaction."""
        if self._poster is None:
            return
        now = self._clock.now()
        body = {"event": name, "at": now.isoformat(), "request": _shape(request)}
        session.add(WebhookEvent(name=name, body=body | more, at=now, due_at=now))

    def drain(self) -> int:
        """Tell everything that is due; counts what was taken."""
        taken = 0
        while self._poster is not None and (event := self._claim()):
            taken += self._tell(self._poster, event)
        return taken

    def dead(self) -> tuple[EventView, ...]:
        """What was given up, oldest first."""
        with self._sessions.begin() as session:
            return _views(EventRepository(session).listed("dead"))

    def queued(self) -> tuple[EventView, ...]:
        """What is still to be told, oldest first."""
        with self._sessions.begin() as session:
            return _views(EventRepository(session).listed("queued"))

    def revive(self) -> int:
        """Try once more what was given up; counts it."""
        with self._sessions.begin() as session:
            return EventRepository(session).revive(now=self._clock.now())

    def forget_old(self) -> int:
        """Delete what was told long ago; counts it."""
        before = self._clock.now() - KEPT
        with self._sessions.begin() as session:
            return EventRepository(session).forget(sent_before=before)

    def _claim(self) -> WebhookEvent | None:
        now = self._clock.now()
        with self._sessions.begin() as session:
            return EventRepository(session).claim(now=now, until=now + LEASE)

    def _tell(self, poster: Poster, event: WebhookEvent) -> bool:
        body = json.dumps(event.body | {"id": event.id}, separators=(",", ":")).encode()
        fault = poster.post(body, self._headers(event, body))
        now = self._clock.now()
        if fault is None:
            self._settle(event, state="sent", sent_at=now, fault=None)
        elif event.tries > len(WAITS):
            self._settle(event, state="dead", fault=fault)
            logger.error("webhook_given_up", event_id=event.id, fault=fault)
        else:
            wait = timedelta(seconds=WAITS[event.tries - 1])
            self._settle(event, due_at=now + wait, fault=fault)
            logger.warning("webhook_refused", event_id=event.id, fault=fault)
        return fault is None

    def _settle(self, event: WebhookEvent, **values: object) -> None:
        with self._sessions.begin() as session:
            EventRepository(session).settle(event.id, event.tries, **values)

    def _headers(self, event: WebhookEvent, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "Switchboard-Event": event.name,
            "Switchboard-Delivery": event.id,
            "Switchboard-Timestamp": moment,
            "Switchboard-Signature": f"sha256={sign(self._secret, moment, body)}",
        }


def sign(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal."""
    told = moment.encode() + b"." + body
    return hmac.new(secret.encode(), told, "sha256").hexdigest()


def _views(events: Sequence[WebhookEvent]) -> tuple[EventView, ...]:
    return tuple(
        EventView(each.id, each.name, each.tries, each.fault, each.at)
        for each in events
    )


def _shape(request: HandoffRequest) -> dict[str, object]:
    """Ids, reasons and times: nothing of what was said or who it was."""
    moments = {
        "requested_at": request.requested_at,
        "queued_at": request.queued_at,
        "taken_at": request.taken_at,
        "first_reply_at": request.first_reply_at,
        "closed_at": request.closed_at,
        "first_response_due": request.first_response_due,
        "resolution_due": request.resolution_due,
    }
    return {
        "id": request.id,
        "conversation": request.conversation_id,
        "reason": request.reason,
        "priority": request.priority,
        "state": request.state,
        "language": request.language,
        "channel": request.channel,
        "agent": request.agent_id,
        "outcome": request.outcome,
        "disposition": request.disposition,
        **{name: at and at.isoformat() for name, at in moments.items()},
    }
