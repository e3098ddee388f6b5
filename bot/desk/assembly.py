"""How the services of the desk are put together."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.accounts.suspension import Suspension
from bot.agents.assembly import Team
from bot.conversations.service import Conversations
from bot.desk.acts import Acts
from bot.desk.aging import DeskAging
from bot.desk.canned import CannedReplies
from bot.desk.colleagues import Colleagues
from bot.desk.deciding import CaseDesk
from bot.desk.files import Files
from bot.desk.lists import Lists
from bot.desk.looks import Looks
from bot.desk.notes import Notes
from bot.desk.returns import Returns
from bot.desk.searching import Searching
from bot.desk.wording import ActWording
from bot.desk.working import Work
from bot.handoff.assembly import Handoff
from bot.verification.outside import Outside


@dataclass(frozen=True)
class DeskServices:
    """What agents see and do; each checks the role of who asks."""

    work: Work
    notes: Notes
    acts: Acts
    returns: Returns
    cases: CaseDesk
    lists: Lists
    files: Files
    searching: Searching
    canned: CannedReplies
    colleagues: Colleagues
    aging: DeskAging


def build(
    outside: Outside,
    team: Team,
    handoff: Handoff,
    *,
    suspension: Suspension,
    conversations: Conversations,
    tell: Callable[[str], None],
) -> DeskServices:
    """Put the services together; `tell` hears which conversation has changed."""
    sessions, clock, audit = outside.sessions, outside.clock, team.audit
    region, outbox = outside.settings.region, outside.outbox
    speech, wording = handoff.speech, ActWording()
    looks = Looks(sessions, clock, audit)
    return DeskServices(
        work=Work(sessions, handoff.desk),
        notes=Notes(sessions, clock, audit, region=region, tell=tell),
        acts=Acts(
            *(sessions, handoff.cases, suspension, speech, wording, audit, outbox),
            tell=tell,
        ),
        returns=Returns(
            *(sessions, clock, suspension, speech, wording, audit, outbox), tell=tell
        ),
        cases=CaseDesk(sessions, handoff.cases, audit, outbox),
        lists=Lists(sessions, clock),
        files=Files(sessions, clock, looks, conversations, handoff.summaries),
        searching=Searching(
            sessions, clock, outside.fingerprints, audit, region=region
        ),
        canned=CannedReplies(outside.brand),
        colleagues=Colleagues(sessions, team.roster, team.presence, audit),
        aging=DeskAging(
            *(sessions, clock),
            notes=outside.settings.message_retention,
            decisions=outside.settings.audit_retention,
        ),
    )
