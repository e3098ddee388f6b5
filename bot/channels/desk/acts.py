"""What agents do over the desk's API; each changes something, and is noted."""

from fastapi import APIRouter

from bot.agents.roles import Permission
from bot.channels.desk.gate import Acting, letting_act
from bot.channels.desk.shapes import (
    CaseOpened,
    ChosenNumber,
    NewNote,
    NewPriority,
    Owned,
    Reply,
    Resolution,
    Said,
    SeenEvidence,
    Suspended,
    TagChange,
    Tags,
    Taking,
    Transfer,
    Wished,
)
from bot.desk.notes import NoteView
from bot.handoff.cases import CaseFile
from bot.services import Services

CHAT = "/conversations/{conversation_id}"


class DeskWork:
    """An agent's part in a conversation."""

    def __init__(self, services: Services) -> None:
        self._team = services.team
        self._typing = services.typing

    def take(self, conversation_id: str, given: Taking, who: Acting) -> Owned:
        """Speak from now on; of two agents one does."""
        owned = self._team.work.take(who, conversation_id, version=given.version)
        return Owned.model_validate(vars(owned))

    def reply(self, conversation_id: str, given: Reply, who: Acting) -> Said:
        """Say something to the person."""
        seq = self._team.work.reply(
            who, conversation_id, given.text, client_id=given.client_id
        )
        return Said(seq=seq)

    def note(self, conversation_id: str, given: NewNote, who: Acting) -> NoteView:
        """Tell colleagues something."""
        return self._team.notes.add(who, conversation_id, given.text)

    def tags(self, conversation_id: str, given: TagChange, who: Acting) -> Tags:
        """Put tags on and take some off."""
        tags = self._team.notes.tag(
            who, conversation_id, add=given.add, remove=given.remove
        )
        return Tags(tags=list(tags))

    def priority(self, conversation_id: str, given: NewPriority, who: Acting) -> None:
        """Let it be more or less pressing."""
        self._team.work.set_priority(who, conversation_id, given.priority)

    def transfer(self, conversation_id: str, given: Transfer, who: Acting) -> Owned:
        """Let a colleague go on."""
        owned = self._team.work.transfer(who, conversation_id, given.to)
        return Owned.model_validate(vars(owned))

    def give_back(self, conversation_id: str, who: Acting) -> Owned:
        """Let the assistant go on."""
        owned = self._team.work.give_back(who, conversation_id)
        return Owned.model_validate(vars(owned))

    def resolve(self, conversation_id: str, given: Resolution, who: Acting) -> Owned:
        """Close the request."""
        owned = self._team.work.resolve(who, conversation_id, given.disposition)
        return Owned.model_validate(vars(owned))

    def typing(self, conversation_id: str, who: Acting) -> None:
        """Show the person that an answer is being written."""
        self._typing.note(conversation_id, "agent", who.name)


class DeskActs:
    """What is done to accounts, and decided by a second person."""

    def __init__(self, services: Services) -> None:
        self._team = services.team

    def recovery(self, conversation_id: str, who: Acting) -> CaseOpened:
        """Open the case that the person completes."""
        number = self._team.acts.start_recovery(who, conversation_id)
        return CaseOpened(number=number)

    def suspend(
        self, conversation_id: str, given: ChosenNumber, who: Acting
    ) -> Suspended:
        """Let a number get no codes."""
        number = self._team.acts.suspend(who, conversation_id, given.number)
        return Suspended(number=number)

    def unsuspend(
        self, conversation_id: str, given: ChosenNumber, who: Acting
    ) -> Wished:
        """Ask that a number gets codes again; another person decides."""
        wish = self._team.returns.ask(who, conversation_id, given.number)
        return Wished(id=wish)

    def approve_return(self, return_id: str, who: Acting) -> None:
        """Put the number back."""
        self._team.returns.approve(who, return_id)

    def refuse_return(self, return_id: str, who: Acting) -> None:
        """Leave the number suspended."""
        self._team.returns.refuse(who, return_id)

    def approve_case(self, number: str, given: SeenEvidence, who: Acting) -> CaseFile:
        """Let the owner use a case; a risky one once a second person says so."""
        return self._team.cases.approve(who, number, given.evidence)

    def refuse_case(self, number: str, who: Acting) -> CaseFile:
        """Close a case unused."""
        return self._team.cases.refuse(who, number)


def add_acts(router: APIRouter, services: Services) -> None:
    """Every path that changes something."""
    _add_work(router, DeskWork(services))
    acts = DeskActs(services)
    recovering, suspending = [letting_act("recover")], [letting_act("suspend")]
    router.post(f"{CHAT}/recovery", status_code=201, dependencies=recovering)(
        acts.recovery
    )
    router.post(f"{CHAT}/suspend", dependencies=suspending)(acts.suspend)
    router.post(f"{CHAT}/unsuspend", status_code=201, dependencies=suspending)(
        acts.unsuspend
    )
    deciding = [letting_act("decide")]
    wish, case = "/unsuspensions/{return_id}", "/cases/{number}"
    for path, decide in (
        (f"{wish}/approve", acts.approve_return),
        (f"{wish}/refuse", acts.refuse_return),
    ):
        router.post(path, status_code=204, dependencies=deciding)(decide)
    router.post(f"{case}/approve", dependencies=deciding)(acts.approve_case)
    router.post(f"{case}/refuse", dependencies=deciding)(acts.refuse_case)


def _add_work(router: APIRouter, work: DeskWork) -> None:
    permission: Permission = "work"
    working = [letting_act(permission)]
    for path, answer in (
        ("take", work.take),
        ("reply", work.reply),
        ("tags", work.tags),
        ("transfer", work.transfer),
        ("return", work.give_back),
        ("resolve", work.resolve),
    ):
        router.post(f"{CHAT}/{path}", dependencies=working)(answer)
    router.post(f"{CHAT}/note", status_code=201, dependencies=working)(work.note)
    for path, change in (("priority", work.priority), ("typing", work.typing)):
        router.post(f"{CHAT}/{path}", status_code=204, dependencies=working)(change)
