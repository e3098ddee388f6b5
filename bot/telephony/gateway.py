"""The gateway: the only way out to phones and mailboxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import uuid4

from bot.telephony.causes import LOST
from bot.telephony.errors import GatewaySilent

Way = Literal["sms", "voice", "email"]
Outcome = Literal["sent", "delivered", "undelivered", "failed"]


@dataclass(frozen=True)
class Outgoing:
    """A message that is to leave; `id` is its delivery's.

    `purpose` tells codes and notices from conversation, `language` how it is spoken.
    """

    id: str
    to: str
    by: Way
    text: str
    purpose: str
    language: str


@dataclass(frozen=True)
class Sent:
    """What the provider said when it took, or did not take, a message."""

    provider_id: str
    state: Outcome
    error_code: str | None = None


class Gateway(Protocol):
    """Sends one message, and can tell afterwards what it has sent."""

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to the provider.

        Raises:
            GatewayFailed: it did not take the message.
            GatewayBusy: it did not take it now; the same may work later.
            GatewaySilent: nobody knows whether it took it.
        """
        ...

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        """What the provider has taken since then and looks like this message.

        Raises:
            GatewayFailed: it does not say.
        """
        ...


class ConsoleGateway:
    """Delivers everything to nowhere; the outbox is what the demo's phone shows.

    `undeliverable` names addresses that fail, with the carrier's error code, or
    `lost` where no answer ever comes.
    """

    def __init__(self, undeliverable: Mapping[str, str] | None = None) -> None:
        self._undeliverable = dict(undeliverable or {})

    def send(self, message: Outgoing) -> Sent:
        provider_id = f"console-{uuid4().hex}"
        error_code = self._undeliverable.get(message.to)
        if error_code == LOST:
            raise GatewaySilent
        if error_code is not None:
            return Sent(provider_id, "undelivered", error_code)
        return Sent(provider_id, "delivered")

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        """Nothing: what it takes is noted in the outbox or nowhere."""
        return ()
