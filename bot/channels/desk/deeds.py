"""What the forms of the desk's pages do; the answer is the page as it is then."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from fastapi import Request, Response

from bot.agents.errors import NotAllowed, NotSignedIn
from bot.agents.models import AgentStatus
from bot.agents.signed_in import SignedIn
from bot.channels.desk.forms import Form, Sending
from bot.channels.desk.pages import Pages, moved
from bot.channels.desk.refusals import REFUSALS
from bot.channels.desk.views import DeskViews
from bot.conversations.errors import ConversationUnknown, OwnerChanged
from bot.handoff.cases import CaseFile
from bot.handoff.models import Priority
from bot.http import KIND
from bot.services import Services

Deed = Literal[
    "take",
    "reply",
    "note",
    "tags",
    "priority",
    "transfer",
    "return",
    "resolve",
    "recovery",
    "suspend",
    "unsuspend",
]
Fields = Mapping[str, str]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
STATUSES: tuple[AgentStatus, ...] = get_args(AgentStatus)
# These have pages of their own.
ELSEWHERE = (NotAllowed, NotSignedIn, ConversationUnknown)
TOLD: Mapping[Deed, str] = {
    "take": "taken",
    "note": "noted",
    "tags": "tagged",
    "priority": "prioritised",
    "transfer": "transferred",
    "return": "returned",
    "resolve": "resolved",
    "recovery": "recovery",
    "suspend": "suspended",
    "unsuspend": "asked",
}


class DeskDeeds:
    """Every form but those of the session."""

    def __init__(self, services: Services, pages: Pages, views: DeskViews) -> None:
        self._team = services.team
        self._pages = pages
        self._views = views
        self._deeds: Mapping[Deed, Callable[[SignedIn, str, Fields], Any]] = {
            "take": self._take,
            "reply": self._reply,
            "note": self._note,
            "tags": self._tag,
            "priority": self._prioritise,
            "transfer": self._transfer,
            "return": self._return,
            "resolve": self._resolve,
            "recovery": self._recover,
            "suspend": self._suspend,
            "unsuspend": self._unsuspend,
        }

    def act(
        self,
        conversation_id: str,
        deed: Deed,
        request: Request,
        who: Sending,
        form: Form,
    ) -> Response:
        """Do something in a conversation; what is refused keeps what was typed."""
        try:
            self._deeds[deed](who, conversation_id, form)
        except ELSEWHERE:
            raise
        except tuple(REFUSALS) as error:
            status, why = self._why(request, error)
            typed = form.get("text", "") if deed == "reply" else ""
            return self._views.open(
                request,
                who,
                conversation_id,
                told=why,
                problem=why if typed else "",
                text=typed,
                status=status,
            )
        told = f"?told={TOLD[deed]}" if deed in TOLD else ""
        return moved(f"/desk/conversations/{conversation_id}{told}")

    def decide_case(
        self, number: str, request: Request, who: Sending, form: Form
    ) -> Response:
        """Let a case be used, or not."""
        cases = self._team.cases
        if not _approves(form):
            return self._decide(
                request, who, lambda: cases.refuse(who, number), told="refused"
            )
        seen = [kind for kind in cases.evidence if form.get(f"evidence_{kind}")]
        return self._decide(
            request, who, lambda: cases.approve(who, number, seen), told="approved"
        )

    def decide_return(
        self, return_id: str, request: Request, who: Sending, form: Form
    ) -> Response:
        """Give a number back, or not."""
        returns = self._team.returns
        told = "approved" if _approves(form) else "refused"
        decide = returns.approve if _approves(form) else returns.refuse
        return self._decide(request, who, lambda: decide(who, return_id), told=told)

    def set_status(self, who: Sending, form: Form) -> Response:
        """Take conversations from now on, or none."""
        status = form.get("status", "")
        if status in STATUSES:
            self._team.colleagues.set_status(who, status)
        return moved(inside(form.get("back", "")))

    def _decide(
        self,
        request: Request,
        who: SignedIn,
        decide: Callable[[], CaseFile | None],
        *,
        told: str,
    ) -> Response:
        try:
            case = decide()
        except ELSEWHERE:
            raise
        except tuple(REFUSALS) as error:
            status, why = self._why(request, error)
            return self._views.decisions(request, who, told=why, status=status)
        # A risky case that one person approved is still to be decided.
        again = case is not None and case.state == "review"
        return moved(f"/desk/cases?told={'approved_first' if again else told}")

    def _why(self, request: Request, error: Exception) -> tuple[int, str]:
        problem = REFUSALS[type(error)](error)
        name = problem.details.type.removeprefix(KIND)
        if name == "not-yours" or getattr(error, "by", "") is None:
            return problem.status, self._pages.words(request).refused("not-yours")
        why = self._pages.words(request).refused(name, **vars(error))
        return problem.status, why

    def _take(self, who: SignedIn, chat: str, form: Fields) -> None:
        version = form.get("version", "")
        known = int(version) if version.isdecimal() else None
        try:
            self._team.work.take(who, chat, version=known)
        except OwnerChanged:
            # From the assistant to the queue it may go: it still waits for somebody.
            card = self._team.files.open(who, chat).card
            if card.ticket is None or card.ticket.state != "waiting":
                raise
            self._team.work.take(who, chat, version=card.owner_version)

    def _reply(self, who: SignedIn, chat: str, form: Fields) -> None:
        client_id = form.get("client_id", "")[:64] or self._pages.new_id()
        text = form.get("text", "")
        self._team.work.reply(who, chat, text, client_id=client_id)

    def _note(self, who: SignedIn, chat: str, form: Fields) -> None:
        self._team.notes.add(who, chat, form.get("text", ""))

    def _tag(self, who: SignedIn, chat: str, form: Fields) -> None:
        more, fewer = [
            [form[name]] if form.get(name) else [] for name in ("add", "remove")
        ]
        self._team.notes.tag(who, chat, add=more, remove=fewer)

    def _prioritise(self, who: SignedIn, chat: str, form: Fields) -> None:
        wanted = form.get("priority", "")
        if wanted in PRIORITIES:
            self._team.work.set_priority(who, chat, wanted)

    def _transfer(self, who: SignedIn, chat: str, form: Fields) -> None:
        self._team.work.transfer(who, chat, form.get("to", ""))

    def _return(self, who: SignedIn, chat: str, _form: Fields) -> None:
        self._team.work.give_back(who, chat)

    def _resolve(self, who: SignedIn, chat: str, form: Fields) -> None:
        self._team.work.resolve(who, chat, form.get("disposition", ""))

    def _recover(self, who: SignedIn, chat: str, _form: Fields) -> None:
        self._team.acts.start_recovery(who, chat)

    def _suspend(self, who: SignedIn, chat: str, form: Fields) -> None:
        self._team.acts.suspend(who, chat, form.get("number", ""))

    def _unsuspend(self, who: SignedIn, chat: str, form: Fields) -> None:
        self._team.returns.ask(who, chat, form.get("number", ""))


def inside(path: str) -> str:
    """A page of the desk to go to; anything else is the queue."""
    within = path == "/desk" or path.startswith(("/desk/", "/desk?"))
    return path if within and path.isprintable() and "\\" not in path else "/desk"


def _approves(form: Fields) -> bool:
    return form.get("decision") == "approve"
