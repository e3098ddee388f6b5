"""How the services on cases and requests are put together."""

from dataclasses import dataclass

from bot.accounts.models import UndoKind
from bot.accounts.undoing import Reverser
from bot.handoff.cases import Cases
from bot.handoff.deciding import Deciding
from bot.handoff.opening import Opening
from bot.handoff.requests import HandoffRequests
from bot.verification.assembly import Assembly
from bot.verification.claims import Claims


@dataclass(frozen=True)
class Handoff:
    """The services, and what takes a case back."""

    reversers: dict[UndoKind, Reverser]
    cases: Cases
    requests: HandoffRequests


def build(parts: Assembly) -> Handoff:
    """Put the services together on the parts of accounts and verification."""
    outside, deciding = parts.outside, _deciding(parts)
    return Handoff(
        reversers={"case": deciding.stop},
        cases=Cases(
            outside.sessions,
            outside.clock,
            parts.proofs,
            parts.throttles,
            _opening(parts),
            deciding,
        ),
        requests=HandoffRequests(
            outside.sessions, outside.clock, parts.proofs, parts.journal
        ),
    )


def _opening(parts: Assembly) -> Opening:
    outside = parts.outside
    return Opening(
        outside.sessions,
        outside.clock,
        outside.settings,
        outside.randomness,
        Claims(outside.clock, parts.proofs),
        parts.proofs,
        parts.throttles,
        parts.notices,
        parts.undo_links,
        parts.journal,
        outside.outbox,
    )


def _deciding(parts: Assembly) -> Deciding:
    outside = parts.outside
    return Deciding(
        outside.sessions,
        outside.clock,
        outside.settings,
        parts.proofs,
        parts.notices,
        parts.journal,
        outside.outbox,
    )
