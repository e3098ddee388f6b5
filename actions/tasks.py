"""The one form of all tasks: which task it is for, how it starts, asks and ends."""

from itertools import takewhile
from typing import TYPE_CHECKING

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.access import AccountCompromised, LostPhone, RecoverAccount
from actions.base import BotAction, Domain, Event, entities_of, intent_of
from actions.cases import CheckCaseStatus
from actions.code import CodeNotReceived, CodeRejected
from actions.email import ChangeEmail
from actions.factors import DisableTwoFactor, EnableTwoFactor
from actions.finding import FindPhoneNumber, MultipleAccounts
from actions.in_use import NumberAlreadyInUse
from actions.leaving import DeleteAccount
from actions.numbers import AddPhoneNumber, ChangePhoneNumber
from actions.proving import METHODS
from actions.removing import RemovePhoneNumber
from actions.reviewing import ReviewActivity
from actions.smalltalk import (
    FORM_SLOTS,
    TASK_SLOTS,
    agreed_to,
    also_wanted,
    forget_form,
    offer_also,
    warn_of_secrets,
)
from actions.task import Task

if TYPE_CHECKING:
    from bot.services import Services

TASKS: dict[str, type[Task]] = {
    task.intent: task
    for task in (
        AccountCompromised,
        AddPhoneNumber,
        ChangeEmail,
        ChangePhoneNumber,
        CheckCaseStatus,
        CodeNotReceived,
        CodeRejected,
        DeleteAccount,
        DisableTwoFactor,
        EnableTwoFactor,
        FindPhoneNumber,
        LostPhone,
        MultipleAccounts,
        NumberAlreadyInUse,
        RecoverAccount,
        RemovePhoneNumber,
        ReviewActivity,
    )
}

FORM = {"task_form"}
# In the middle of a task these are about the code that it waits for.
PENDING = (CodeNotReceived.intent, CodeRejected.intent)


def task_of(tracker: Tracker, services: "Services") -> Task:
    """The task under way.

    Raises:
        KeyError: there is none.
    """
    return TASKS[str(tracker.get_slot("task"))](services)


class StartTask(BotAction):
    """Begins the task that the intent names, unless it only interrupts another."""

    NAME = "action_start_task"

    def name(self) -> str:
        return self.NAME

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        warn_of_secrets(self, dispatcher, tracker)
        agreed = agreed_to(tracker)
        wanted, under_way = agreed or intent_of(tracker), _under_way(tracker)
        task = TASKS[wanted](self.services)
        kept = [SlotSet("misses", 0), *also_wanted(tracker)]
        if wanted == under_way:
            return [*kept, *await task.restart(dispatcher, tracker)]
        await task.start(dispatcher, tracker)
        if under_way and task.looks and not TASKS[under_way].looks:
            await self._answer_aside(task, dispatcher, tracker)
            return kept
        # No rule goes on from a plain yes.
        form = [FollowupAction("task_form")] if agreed else []
        return [*_emptied(tracker), SlotSet("task", wanted), *kept, *form]

    async def _answer_aside(
        self, task: Task, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        standing = await task.standing(tracker)
        if task.proved(standing) and await task.missing(standing, tracker) is None:
            await task.finish(dispatcher, tracker)


def _under_way(tracker: Tracker) -> str | None:
    """The task that the form is asking for; one whose end failed is over, too."""
    return tracker.get_slot("task") if tracker.active_loop.get("name") else None


def _emptied(tracker: Tracker) -> list[Event]:
    """Events that forget what another task was given, but not what was said just now.

    In the middle of it the contact stays, and who it is was proved to be. Where no task
    is under way something may be left of one that failed.
    """
    said_now = tracker.slots_to_validate()
    slots = TASK_SLOTS if _under_way(tracker) else FORM_SLOTS
    return [SlotSet(slot, None) for slot in slots if slot not in said_now]


class TaskForm(BotAction):
    """Lets the task under way check what was said and name what it still needs."""

    def name(self) -> str:
        return "validate_task_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        if _is_no_answer(tracker):
            return []
        begun = await self._begin_other(dispatcher, tracker, domain)
        task = task_of(tracker, self.services)
        events: list[Event] = await task.run(dispatcher, tracker, domain)
        return [*begun, *events]

    async def _begin_other(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        """Begin what was asked for in the middle of another task, with its values.

        Rasa 3.6.21 lets the form have a message that fills any of its slots, and no
        rule sees the intent then.
        """
        wanted = intent_of(tracker)
        if wanted not in TASKS or _is_begun(tracker, wanted):
            return []
        begun = await StartTask(self.services).run(dispatcher, tracker, domain)
        tracker.slots.update({event["name"]: event["value"] for event in begun})
        return begun


def _is_no_answer(tracker: Tracker) -> bool:
    """Whether the form is going to decline this message, and lose what is said here.

    Rasa 3.6.21 offers it every message first; a code must not be sent unsaid.
    """
    asked = tracker.get_slot("requested_slot") is not None
    return asked and not tracker.slots_to_validate() and _latest(tracker) <= FORM


def _is_begun(tracker: Tracker, wanted: str) -> bool:
    """Whether it is under way, was dealt with, or is a way to prove who asks."""
    if chooses_method(tracker):
        return True
    if wanted == tracker.get_slot("task") or wanted in PENDING:
        return True
    return StartTask.NAME in _latest(tracker)


def _latest(tracker: Tracker) -> set[str]:
    """The actions that the latest message has led to so far."""
    events = takewhile(
        lambda event: event.get("event") != "user", reversed(tracker.events)
    )
    return {str(each.get("name")) for each in events if each.get("event") == "action"}


def chooses_method(tracker: Tracker) -> bool:
    """Whether the question for a code is answered by another way to prove identity."""
    asked = tracker.get_slot("requested_slot") == "identify_code"
    wanted = intent_of(tracker) != RecoverAccount.intent
    return asked and wanted and entities_of(tracker).get("method") in METHODS


class FinishTask(BotAction):
    """Ends the task: what was wanted is done, or it is said why it is not."""

    def name(self) -> str:
        return "action_finish_task"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        if not tracker.get_slot("task_over"):
            await task_of(tracker, self.services).finish(dispatcher, tracker)
        offer_also(self, dispatcher, tracker)
        return forget_form()


class AskConfirmed(BotAction):
    """Asks whether the task under way is really wanted, in its own words."""

    def name(self) -> str:
        return "action_ask_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        await task_of(tracker, self.services).ask_confirmed(dispatcher, tracker)
        return []


class AskFactor(BotAction):
    """Asks which way to sign in the task under way is about."""

    def name(self) -> str:
        return "action_ask_factor"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        enabling = tracker.get_slot("task") == EnableTwoFactor.intent
        way = "utter_ask_factor_on" if enabling else "utter_ask_factor_off"
        self.say(dispatcher, tracker, way)
        return []


class StopTask(BotAction):
    """Leaves what was under way; nothing on the account changes."""

    def name(self) -> str:
        return "action_stop"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        await self.call(self.services.identification.cancel, tracker.sender_id)
        self.say(dispatcher, tracker, "utter_stopped")
        offer_also(self, dispatcher, tracker)
        return forget_form()


class CorrectNumber(BotAction):
    """Drops the number given so far; the form asks for another one."""

    def name(self) -> str:
        return "action_correct_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        if "which" not in entities_of(tracker):
            return []
        return await task_of(tracker, self.services).restart(dispatcher, tracker)
