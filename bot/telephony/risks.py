"""Risks: a number whose card or holder changed is no proof of anybody.

Looked at when the code leaves, which is after the answer to whoever asked for it: how
long it takes and what comes of it tell a stranger nothing.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from bot.telephony.errors import GatewayFailed
from bot.telephony.gateway import Gateway, Outgoing, Sent
from bot.telephony.purposes import is_secret

# As they stand in a delivery's `error_code`; see causes.py.
Risk = Literal["sim_swap", "sim_unknown", "reassigned"]
VerifiedOn = Callable[[str], date | None]


class Risks(Protocol):
    """Knows what speaks against a number."""

    def of(self, e164: str, *, verified_on: date | None) -> Risk | None:
        """The risk of sending a code there; `verified_on`: when it was last proved."""
        ...


class CarefulGateway:
    """Holds back codes to phones at risk; everything else goes on its way."""

    def __init__(self, risks: Risks, verified_on: VerifiedOn, rest: Gateway) -> None:
        self._risks = risks
        self._verified_on = verified_on
        self._rest = rest

    def send(self, message: Outgoing) -> Sent:
        if message.by != "email" and is_secret(message.purpose):
            verified_on = self._verified_on(message.to)
            risk = self._risks.of(message.to, verified_on=verified_on)
            if risk is not None:
                raise GatewayFailed(risk)
        return self._rest.send(message)

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        return self._rest.find(message, since=since)
