"""The desk's pages that change nothing."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from bot.agents.errors import NotSignedIn
from bot.agents.signed_in import SignedIn
from bot.channels.desk.gate import token_of
from bot.channels.desk.pages import Pages
from bot.channels.desk.reads import After, Before, Searched
from bot.conversations.lines import MessageView
from bot.desk.cards import Card
from bot.desk.errors import QueryMissing
from bot.desk.files import ConversationFile
from bot.desk.lists import PAGE
from bot.handoff.desk import DISPOSITIONS
from bot.services import Services

# Sent along by a page that looks again by itself, which is no sign of the agent.
REFRESHES = "x-desk-refreshes"
Id = Annotated[str | None, Query(max_length=64)]
AUDITED = 100


def recognise(request: Request) -> SignedIn:
    """The agent who looks, or whose open page does.

    Raises:
        NotSignedIn: nobody.
    """
    services: Services = request.app.state.services
    token = token_of(request)
    if token is None:
        raise NotSignedIn
    acted = REFRESHES not in request.headers
    return services.agents.sessions.recognise(token, acted=acted)


Looking = Annotated[SignedIn, Depends(recognise)]


class DeskViews:
    """Lists, one conversation, and what is overseen."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._team = services.team
        self._pages = pages

    def queue(self, request: Request, who: Looking) -> Response:
        """Who waits, the most pressing first."""
        return self._list(request, who, "queue", self._team.lists.queue(who))

    def mine(self, request: Request, who: Looking) -> Response:
        """Whom the agent has taken."""
        who.require("work")
        return self._list(request, who, "mine", self._team.lists.mine(who))

    def all(self, request: Request, who: Looking, before: Before = None) -> Response:
        """Everybody who ever asked for a person."""
        cards = self._team.lists.all(who, before=_aware(before))
        older = cards[-1].last_at if len(cards) == PAGE else None
        return self._list(request, who, "all", cards, older=_address(older))

    def conversation(
        self,
        conversation_id: str,
        request: Request,
        who: Looking,
        after: After = 0,
        canned: Id = None,
    ) -> Response:
        """One conversation, with the lines after `after`."""
        return self.open(request, who, conversation_id, after=after, canned=canned)

    def open(
        self,
        request: Request,
        who: SignedIn,
        conversation_id: str,
        *,
        after: int = 0,
        canned: str | None = None,
        text: str = "",
        problem: str = "",
        told: str = "",
        status: int = 200,
    ) -> Response:
        """The same, also with what was typed in it and was not taken."""
        language = self._pages.language(request)
        file = self._team.files.open(who, conversation_id, language)
        lines = self._lines(who, conversation_id, after)
        replies = self._canned(who, file)
        chosen = next((each.text for each in replies if each.id == canned), "")
        return self._pages.show(
            request,
            who,
            "conversation",
            status=status,
            told=told,
            messages=lines,
            canned=replies,
            client_id=self._pages.new_id(),
            prefilled=text or chosen,
            problem=problem,
            **self._context(who, file),
        )

    def search(
        self, request: Request, who: Looking, q: Searched | None = None
    ) -> Response:
        """A field, and what was found."""
        told, cards = "", None
        if q is not None:
            try:
                cards = self._team.searching.search(who, q)
            except QueryMissing:
                told = self._pages.words(request).refused("query-missing")
        values: dict[str, Any] = {"query": q or "", "cards": cards, "told": told}
        return self._pages.show(request, who, "search", here="search", **values)

    def cases(self, request: Request, who: Looking) -> Response:
        """What a second person decides."""
        return self.decisions(request, who)

    def decisions(
        self, request: Request, who: SignedIn, *, told: str = "", status: int = 200
    ) -> Response:
        """The same, also with why something was not decided."""
        return self._pages.show(
            request,
            who,
            "cases",
            here="cases",
            told=told,
            status=status,
            cases=self._team.cases.listed(who),
            evidence=self._team.cases.evidence,
            returns=self._team.returns.listed(who),
        )

    def team(self, request: Request, who: Looking) -> Response:
        """Everybody, and whether they are there."""
        who.require("oversee")
        agents = self._team.colleagues.listed(who)
        return self._pages.show(request, who, "team", here="team", agents=agents)

    def audit(
        self,
        request: Request,
        who: Looking,
        agent: Id = None,
        conversation: Id = None,
        before: Before = None,
    ) -> Response:
        """What was looked at and done."""
        entries = self._team.colleagues.log(
            who, agent_id=agent, conversation_id=conversation, before=_aware(before)
        )
        older = entries[-1].at if len(entries) == AUDITED else None
        return self._pages.show(
            request,
            who,
            "audit",
            here="audit",
            agents=self._team.colleagues.listed(who),
            entries=entries,
            agent_id=agent,
            conversation_id=conversation,
            older=_address(older),
        )

    def _list(
        self,
        request: Request,
        who: SignedIn,
        here: str,
        cards: tuple[Card, ...],
        older: str | None = None,
    ) -> Response:
        late = self._team.lists.count(cards, ()).late
        values: dict[str, Any] = {"cards": cards, "late": late, "older": older}
        return self._pages.show(request, who, "list", here=here, **values)

    def _lines(
        self, who: SignedIn, conversation_id: str, after: int
    ) -> list[MessageView]:
        """The lines after `after`, all of them: they are read in portions."""
        lines: list[MessageView] = []
        while True:
            thread = self._team.files.lines(who, conversation_id, after=after)
            if not thread.messages:
                return lines
            lines += thread.messages
            after = lines[-1].seq

    def _canned(self, who: SignedIn, file: ConversationFile) -> Any:
        if not who.may("work"):
            return ()
        name = file.account.name if file.account else None
        return self._team.canned.filled(file.card.language, agent=who.name, name=name)

    def _context(self, who: SignedIn, file: ConversationFile) -> dict[str, Any]:
        card, ticket = file.card, file.card.ticket
        holder = ticket.agent_id if ticket and ticket.state == "taken" else None
        lists = self._team.lists
        others = lists.mine(who) if who.may("work") else ()
        return {
            "file": file,
            "story": file.summary.story,
            "card": card,
            "ticket": ticket,
            "open": ticket is not None and ticket.state != "closed",
            "mine": holder == who.agent_id,
            "open_id": card.conversation_id,
            "piles": (("mine", others), ("queue", lists.queue(who))),
            "colleagues": [
                each
                for each in self._team.colleagues.listed(who)
                if each.takes_conversations and each.id != holder
            ],
            "dispositions": DISPOSITIONS,
            "asked": {wish.number for wish in file.returns if wish.state == "asked"},
        }


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None


def _address(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
