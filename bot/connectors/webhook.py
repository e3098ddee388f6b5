"""The webhook: another system is told what happens to handoffs, signed."""

import hmac
import json
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.connectors.calls import Calls
from bot.connectors.errors import NotTaken, Refused
from bot.connectors.models import RemoteDelivery
from bot.connectors.outbox import Parcel
from bot.handoff.models import HandoffRequest

NAME = "webhook"


class Poster(Protocol):
    """Brings a body to the other system."""

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        """Bring it.

        Raises:
            NotTaken: it was not taken.
        """
        ...


class HttpPoster:
    """Over HTTP; whatever is not success is told again, also to another address."""

    def __init__(self, clock: Clock, url: str) -> None:
        self._calls = Calls(clock, url)

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        """Bring it.

        Raises:
            NotTaken: it was not taken.
        """
        try:
            self._calls.send("POST", "", headers, content=body)
        except Refused as error:
            raise NotTaken(error.fault) from None


class Webhook:
    """Events by their names, with ids, reasons and times, and nothing personal."""

    name = NAME
    listens = False
    # Each event speaks for itself: one that was given up holds up no other.
    ordered = False

    def __init__(self, clock: Clock, poster: Poster, secret: str) -> None:
        self._clock = clock
        self._poster = poster
        self._secret = secret

    def parcel(
        self,
        _session: Session,
        event: str,
        request: HandoffRequest,
        more: dict[str, str],
    ) -> Parcel:
        """The event as it is told."""
        at = self._clock.now().isoformat()
        return event, {"event": event, "at": at, "request": _shape(request)} | more

    def carry(self, delivery: RemoteDelivery) -> None:
        """Tell it; the body has the key as its `id`.

        Raises:
            NotTaken: it was not taken.
        """
        told = delivery.body | {"id": delivery.key}
        body = json.dumps(told, separators=(",", ":")).encode()
        self._poster.post(body, self._headers(delivery, body))

    def _headers(self, delivery: RemoteDelivery, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "Switchboard-Event": delivery.kind,
            "Switchboard-Delivery": delivery.key,
            "Switchboard-Timestamp": moment,
            "Switchboard-Signature": f"sha256={sign(self._secret, moment, body)}",
        }


def sign(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal."""
    told = moment.encode() + b"." + body
    return hmac.new(secret.encode(), told, "sha256").hexdigest()


def _shape(request: HandoffRequest) -> dict[str, Any]:
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
