"""How the services on cases, requests and the desk are put together."""

from dataclasses import dataclass

from bot.accounts.holding import Holding
from bot.accounts.models import UndoKind
from bot.accounts.undoing import Reverser
from bot.agents.assembly import Team
from bot.conversations.ownership import Ownership
from bot.conversations.saying import Saying
from bot.conversations.speech import Speech
from bot.handoff.approving import Approving
from bot.handoff.availability import Availability, CountAgents
from bot.handoff.cases import Cases
from bot.handoff.deciding import Deciding
from bot.handoff.desk import Desk
from bot.handoff.errors import HoursUnreadable, RecoveryUnreadable
from bot.handoff.ground import Events, Ground, NobodyHears, Tell
from bot.handoff.opening import Opening
from bot.handoff.promises import Promises
from bot.handoff.queueing import Queueing
from bot.handoff.requests import HandoffRequests
from bot.handoff.risk import CaseRisks
from bot.handoff.risk_table import RiskTable, load_risk_table
from bot.handoff.summary import Summaries
from bot.handoff.targets import Schedule, load_schedule
from bot.handoff.watching import CaseWatch
from bot.handoff.wording import HandoffWording
from bot.settings import Settings, SettingsError
from bot.verification.assembly import Assembly
from bot.verification.claims import Claims


@dataclass(frozen=True)
class Handoff:
    """The services, and what takes a case back."""

    reversers: dict[UndoKind, Reverser]
    cases: Cases
    case_watch: CaseWatch
    requests: HandoffRequests
    queueing: Queueing
    desk: Desk
    promises: Promises
    summaries: Summaries
    speech: Speech


def build(
    parts: Assembly,
    team: Team,
    *,
    saying: Saying | None = None,
    tell: Tell = lambda _conversation_id: None,
    events: Events | None = None,
    count_agents: CountAgents | None = None,
) -> Handoff:
    """Put the services together on the parts of accounts and verification.

    `saying`: who else is told of lines; `events`: hears what happens to requests;
    `count_agents`: who is there, if not those whose desk is open.
    """
    outside, table = parts.outside, _risk_table(parts.outside.settings)
    risks = CaseRisks(outside.clock, table, parts.authenticators, parts.proofs)
    deciding = _deciding(parts, risks, table)
    ground = Ground(
        sessions=outside.sessions,
        clock=outside.clock,
        ownership=Ownership(outside.sessions, outside.clock),
        speech=Speech(outside.clock, saying or Saying()),
        availability=Availability(
            outside.clock,
            _schedule(outside.settings),
            count_agents or team.presence.count_available,
        ),
        events=events or NobodyHears(),
        wording=HandoffWording(),
        audit=team.audit,
        tell=tell,
    )
    requests = HandoffRequests(ground, parts.proofs, parts.journal)
    return Handoff(
        reversers={"case": deciding.stop},
        cases=Cases(
            outside.sessions,
            outside.clock,
            parts.proofs,
            parts.throttles,
            _opening(parts, risks, table),
            deciding,
            table,
            wait=outside.settings.case_wait,
        ),
        case_watch=CaseWatch(
            outside.sessions,
            outside.clock,
            parts.directory,
            table,
            outside.risks,
            Holding(outside.sessions, outside.fingerprints).verified_on,
            wait=outside.settings.case_wait,
        ),
        requests=requests,
        queueing=Queueing(ground),
        desk=Desk(ground, requests, region=outside.settings.region),
        promises=Promises(ground),
        summaries=Summaries(outside.sessions, outside.clock, parts.proofs),
        speech=ground.speech,
    )


def _schedule(settings: Settings) -> Schedule:
    """The team's hours; the demo's is there whenever somebody tries it."""
    return read_schedule(
        settings, always_open=settings.demo and settings.hours_file is None
    )


def read_schedule(settings: Settings, *, always_open: bool = False) -> Schedule:
    """The team's hours as they are written; `always_open` takes their targets only.

    Raises:
        SettingsError: they cannot be read.
    """
    try:
        return load_schedule(settings.hours_file, always_open=always_open)
    except HoursUnreadable as error:
        told = f"BOT_HOURS_FILE: its part `{error.part}` cannot be read"
        raise SettingsError(told) from None


def _risk_table(settings: Settings) -> RiskTable:
    try:
        return load_risk_table(settings.recovery_file)
    except RecoveryUnreadable as error:
        told = f"BOT_RECOVERY_FILE: its part `{error.part}` cannot be read"
        raise SettingsError(told) from None


def _opening(parts: Assembly, risks: CaseRisks, table: RiskTable) -> Opening:
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
        risks,
        table,
    )


def _deciding(parts: Assembly, risks: CaseRisks, table: RiskTable) -> Deciding:
    outside = parts.outside
    return Deciding(
        outside.sessions,
        outside.clock,
        outside.settings,
        parts.proofs,
        parts.notices,
        parts.journal,
        outside.outbox,
        Approving(risks, table),
        parts.undo_links,
        table,
    )
