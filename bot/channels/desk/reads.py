"""What agents look at over the desk's API."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from bot.agents.audit import AuditView
from bot.agents.roster import AgentView
from bot.channels.desk.gate import Known, allowing
from bot.channels.desk.shapes import Lines
from bot.channels.shapes import Spoken
from bot.desk.canned import Canned
from bot.desk.cards import Card
from bot.desk.files import ConversationFile
from bot.desk.returns import ReturnView
from bot.desk.searching import MOST_CHARACTERS
from bot.handoff.cases import CaseFile
from bot.services import Services

LAST = 2**31 - 1
Before = Annotated[datetime | None, Query()]
After = Annotated[int, Query(ge=0, le=LAST)]
Searched = Annotated[str, Query(max_length=MOST_CHARACTERS)]


class DeskReads:
    """Lists, files, and what helps to work on them."""

    def __init__(self, services: Services) -> None:
        self._team = services.team

    def queue(self, who: Known) -> list[Card]:
        """Who waits, in the order in which they are to be taken."""
        return list(self._team.lists.queue(who))

    def mine(self, who: Known) -> list[Card]:
        """Whom the agent has taken."""
        return list(self._team.lists.mine(who))

    def all(self, who: Known, before: Before = None) -> list[Card]:
        """Everybody who ever asked for a person, 50 at a time."""
        return list(self._team.lists.all(who, before=_aware(before)))

    def file(
        self, conversation_id: str, who: Known, language: Spoken = "en"
    ) -> ConversationFile:
        """All that an agent may know about a conversation."""
        return self._team.files.open(who, conversation_id, language)

    def lines(self, conversation_id: str, who: Known, after: After = 0) -> Lines:
        """The lines after a sequence number, masked as they are kept."""
        return Lines.of(self._team.files.lines(who, conversation_id, after=after))

    def search(self, who: Known, q: Searched = "") -> list[Card]:
        """Conversations by what was said, a tag, a case, or whose they are."""
        return list(self._team.searching.search(who, q))

    def canned(
        self, who: Known, language: Spoken = "en", conversation: str | None = None
    ) -> list[Canned]:
        """Prepared replies, filled in for a conversation."""
        name = self._team.files.name(who, conversation) if conversation else None
        return list(self._team.canned.filled(language, agent=who.name, name=name))

    def agents(self, who: Known) -> list[AgentView]:
        """Who a conversation may be handed to; everybody for those who oversee."""
        return list(self._team.colleagues.listed(who))

    def cases(self, who: Known) -> list[CaseFile]:
        """Every case, newest first."""
        return list(self._team.cases.listed(who))

    def unsuspensions(self, who: Known) -> list[ReturnView]:
        """Suspended numbers that an agent wants back."""
        return list(self._team.returns.listed(who))

    def audit(
        self,
        who: Known,
        agent: str | None = None,
        conversation: str | None = None,
        before: Before = None,
    ) -> list[AuditView]:
        """What was looked at and done, newest first, 100 at a time."""
        return list(
            self._team.colleagues.log(
                who,
                agent_id=agent,
                conversation_id=conversation,
                before=_aware(before),
            )
        )


def add_reads(router: APIRouter, services: Services) -> None:
    """Every path that changes nothing."""
    reads = DeskReads(services)
    for path, answer in (
        ("/queue", reads.queue),
        ("/mine", reads.mine),
        ("/all", reads.all),
        ("/conversations/{conversation_id}", reads.file),
        ("/conversations/{conversation_id}/messages", reads.lines),
        ("/search", reads.search),
        ("/canned", reads.canned),
        ("/agents", reads.agents),
    ):
        router.get(path, dependencies=[allowing("look")])(answer)
    overseen = [allowing("oversee")]
    router.get("/cases", dependencies=overseen)(reads.cases)
    router.get("/unsuspensions", dependencies=overseen)(reads.unsuspensions)
    router.get("/audit", dependencies=[allowing("audit")])(reads.audit)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None
