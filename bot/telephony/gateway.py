"""The gateway: the only way out to phones and mailboxes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import uuid4

Way = Literal["sms", "voice", "email"]
Outcome = Literal["sent", "delivered", "undelivered", "failed"]


@dataclass(frozen=True)
class Sent:
    """What the provider said when it took, or did not take, a message."""

    provider_id: str
    state: Outcome
    error_code: str | None = None


class Gateway(Protocol):
    """Sends one message."""

    def send(self, to: str, by: Way, text: str) -> Sent:
        """Hand `text` to the provider.

        Raises:
            GatewayFailed: it did not take the message.
        """
        ...


class ConsoleGateway:
    """Delivers everything to nowhere; the outbox is what the demo's phone shows.

    `undeliverable` names addresses that fail, with the carrier's error code.
    """

    def __init__(self, undeliverable: Mapping[str, str] | None = None) -> None:
        self._undeliverable = dict(undeliverable or {})

    def send(self, to: str, by: Way, text: str) -> Sent:
        provider_id = f"console-{uuid4().hex}"
        if to in self._undeliverable:
            return Sent(provider_id, "undelivered", self._undeliverable[to])
        return Sent(provider_id, "delivered")
