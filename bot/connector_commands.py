"""The command `connectors`: what other systems have not taken, and another try."""

import argparse
from typing import Any

from bot.connectors.outbox import DeliveryView, Outbox

Shown = list[dict[str, Any]]


class ConnectorOff(Exception):
    """The command did nothing; the text says why."""


def run(outbox: Outbox, arguments: argparse.Namespace) -> tuple[Shown, int]:
    """Do what was asked; what is to be shown after it, and the exit code.

    Raises:
        ConnectorOff: the system that was named is not told of anything.
    """
    chosen = _chosen(outbox, arguments.connector)
    if arguments.verb == "retry":
        outbox.revive(chosen)
    dead = outbox.listed("dead", chosen)
    shown = [_shown("dead", each) for each in dead]
    shown += [_shown("queued", each) for each in outbox.listed("queued", chosen)]
    return shown, int(bool(dead))


def _chosen(outbox: Outbox, name: str | None) -> tuple[str, ...]:
    if name is None:
        return outbox.names
    if name not in outbox.names:
        told = ", ".join(outbox.names) or "none"
        raise ConnectorOff(f"{name} is off. On: {told}.")
    return (name,)


def _shown(state: str, delivery: DeliveryView) -> dict[str, Any]:
    return {"state": state, **vars(delivery), "at": delivery.at.isoformat()}
