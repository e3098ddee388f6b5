"""How the services on cases, requests and the desk are put together."""

from dataclasses import dataclass

from bot.accounts.models import UndoKind
from bot.accounts.undoing import Reverser
from bot.agents.assembly import Team
from bot.conversations.ownership import Ownership
from bot.conversations.saying import Saying
from bot.conversations.speech import Speech
from bot.handoff.availability import Availability
from bot.handoff.cases import Cases
from bot.handoff.deciding import Deciding
from bot.handoff.desk import Desk
from bot.handoff.errors import HoursUnreadable
from bot.handoff.ground import Ground, Tell
from bot.handoff.opening import Opening
from bot.handoff.promises import Promises
from bot.handoff.queueing import Queueing
from bot.handoff.requests import HandoffRequests
from bot.handoff.summary import Summaries
from bot.handoff.targets import Schedule, load_schedule
from bot.handoff.webhook import HttpPoster, Poster, Webhook
from bot.handoff.wording import HandoffWording
from bot.settings import Settings, SettingsError
from bot.verification.assembly import Assembly
from bot.verification.claims import Claims
from bot.verification.outside import Outside


@dataclass(frozen=True)
class Handoff:
    """The services, and what takes a case back."""

    reversers: dict[UndoKind, Reverser]
    cases: Cases
    requests: HandoffRequests
    queueing: Queueing
    desk: Desk
    promises: Promises
    webhook: Webhook
    summaries: Summaries
    speech: Speech


def build(
    parts: Assembly,
    team: Team,
    *,
    saying: Saying | None = None,
    tell: Tell = lambda _conversation_id: None,
    poster: Poster | None = None,
) -> Handoff:
    """Put the services together on the parts of accounts and verification.

    `saying`: who else is told of lines; `poster`: brings events to another system,
    without it the settings say which.
    """
    outside, deciding = parts.outside, _deciding(parts)
    ground = _ground(outside, team, saying or Saying(), tell, poster)
    requests = HandoffRequests(ground, parts.proofs, parts.journal)
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
        requests=requests,
        queueing=Queueing(ground),
        desk=Desk(ground, requests, region=outside.settings.region),
        promises=Promises(ground),
        webhook=ground.webhook,
        summaries=Summaries(outside.sessions, outside.clock, parts.proofs),
        speech=ground.speech,
    )


def _ground(
    outside: Outside, team: Team, saying: Saying, tell: Tell, poster: Poster | None
) -> Ground:
    sessions, clock = outside.sessions, outside.clock
    settings = outside.settings
    schedule = _schedule(settings)
    return Ground(
        sessions=sessions,
        clock=clock,
        ownership=Ownership(sessions, clock),
        speech=Speech(clock, saying),
        availability=Availability(clock, schedule, team.presence.count_available),
        webhook=_webhook(outside, poster),
        wording=HandoffWording(),
        audit=team.audit,
        tell=tell,
    )


def _schedule(settings: Settings) -> Schedule:
    """The team's hours; the demo's is there whenever somebody tries it."""
    always_open = settings.demo and settings.hours_file is None
    try:
        return load_schedule(settings.hours_file, always_open=always_open)
    except HoursUnreadable as error:
        told = f"BOT_HOURS_FILE: its part `{error.part}` cannot be read"
        raise SettingsError(told) from None


def _webhook(outside: Outside, poster: Poster | None) -> Webhook:
    settings = outside.settings
    if poster is None and settings.webhook_url:
        poster = HttpPoster(settings.webhook_url)
    secret = settings.webhook_secret
    return Webhook(
        outside.sessions,
        outside.clock,
        secret=secret.get_secret_value() if secret else "",
        poster=poster,
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
