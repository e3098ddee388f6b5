"""How the connectors are put together, before and after the services on handoffs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.connectors.acting import Acting
from bot.connectors.help_desks import help_desks, told
from bot.connectors.inbound import Inbound
from bot.connectors.outbox import Outbox, Recipient
from bot.connectors.port import Connector
from bot.connectors.relay import Relay
from bot.connectors.sending import Sending
from bot.connectors.telling import Telling
from bot.connectors.webhook import HttpPoster, Poster, Webhook
from bot.connectors.wording import ConnectorWording
from bot.handoff.availability import CountAgents
from bot.handoff.desk import Desk
from bot.handoff.summary import Summaries
from bot.settings import Settings
from bot.verification.assembly import Assembly
from bot.verification.outside import Outside


@dataclass(frozen=True)
class Outlets:
    """What tells other systems; the handoffs are built upon it."""

    connectors: tuple[Connector, ...]
    outbox: Outbox
    sending: Sending
    count_agents: CountAgents | None


@dataclass(frozen=True)
class Connectors:
    """Both ways: what other systems are told, and what they tell."""

    outbox: Outbox
    sending: Sending
    inbound: Inbound


def build_outlets(
    parts: Assembly,
    *,
    connectors: Sequence[Connector] | None = None,
    poster: Poster | None = None,
) -> Outlets:
    """What the settings turn on, or what is given in its place."""
    outside = parts.outside
    settings, clock = outside.settings, outside.clock
    if connectors is None:
        connectors = help_desks(settings, clock)
    webhook = _webhook(settings, clock, poster)
    recipients: tuple[Recipient, ...] = (
        *([webhook] if webhook else []),
        *_relays(parts, connectors),
    )
    return Outlets(
        tuple(connectors),
        Outbox(outside.sessions, clock, recipients),
        Sending(outside.sessions, clock, recipients),
        _somebody if connectors and settings.help_desk_presence == "hours" else None,
    )


def build(outside: Outside, outlets: Outlets, desk: Desk) -> Connectors:
    """The way back in, over the desk."""
    sessions, clock = outside.sessions, outside.clock
    team = ConnectorWording(outside.settings.language).team
    acting = Acting(sessions, clock, desk, team)
    inbound = Inbound(sessions, clock, outside.cipher, outlets.connectors, acting)
    return Connectors(outlets.outbox, outlets.sending, inbound)


def _relays(parts: Assembly, connectors: Sequence[Connector]) -> list[Relay]:
    if not connectors:
        return []
    outside = parts.outside
    sessions, clock = outside.sessions, outside.clock
    summaries = Summaries(sessions, clock, parts.proofs)
    wording = ConnectorWording(outside.settings.language)
    telling = Telling(sessions, summaries, wording)
    return [Relay(sessions, clock, each, telling) for each in connectors]


def _webhook(settings: Settings, clock: Clock, poster: Poster | None) -> Webhook | None:
    if poster is None and settings.webhook_url:
        poster = HttpPoster(clock, settings.webhook_url)
    return Webhook(clock, poster, told(settings.webhook_secret)) if poster else None


def _somebody(_session: Session) -> int:
    """Who works elsewhere is there in the team's hours: nobody tells us more."""
    return 1
