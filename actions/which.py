"""Which of several numbers is meant."""

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, entities_of
from actions.task import HEARD, Task, Validated
from bot.accounts.numbers import NumberView
from bot.privacy.errors import DisclosureGone

# A number named before its account is known is kept as the message that names it.
NAMED_IN = "message "
LAST_DIGITS, CODE_DIGITS = 4, 6
QUESTIONS = {
    "lost_phone": "utter_ask_lost_which",
    "remove_phone_number": "utter_ask_remove_which",
}


class NumberTask(Task):
    """A task about one number of the account; with several it asks which."""

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Take another number where one was named; it is confirmed anew."""
        if "number_which" in tracker.slots_to_validate():
            return []
        other = await self.choose_again(tracker)
        return other or await super().restart(dispatcher, tracker)

    async def choose_again(self, tracker: Tracker) -> list[Event]:
        """Events that choose what was named in place of the number chosen before.

        It is asked again which one is meant, when there are several others.
        """
        meant, said_now = tracker.get_slot("number_which"), tracker.slots_to_validate()
        wanted = entities_of(tracker).get("which")
        if meant is None or "number_which" in said_now or wanted is None:
            return []
        numbers = await self.numbers(tracker)
        chosen = choose(numbers, wanted)
        if wanted == "other":
            others = [choice for choice in choices_of(numbers) if choice != meant]
            chosen = others[0] if len(others) == 1 else None
        return [SlotSet("number_which", chosen), SlotSet("confirmed", None)]

    async def validate_number_which(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        said = tracker.slots["number_which"] = _as_said(value, tracker)
        return (
            {"number_which": said} | HEARD | await self.on_proved(dispatcher, tracker)
        )

    async def on_proved(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Find the number that was named, which tells something of the account."""
        said = tracker.get_slot("number_which")
        if said is None or not (await self.standing(tracker)).may_view:
            return {}
        try:
            chosen = choose(
                await self.numbers(tracker), await self._read(said, tracker)
            )
        except DisclosureGone as error:
            chosen = None
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            if chosen is None:
                self.say(dispatcher, tracker, "utter_which_unknown")
        tracker.slots["number_which"] = chosen
        return {"number_which": chosen}

    async def numbers(self, tracker: Tracker) -> list[NumberView]:
        """The account's verified numbers, the one that gets codes first."""
        found = await self.call(self.services.phone_numbers.find, tracker.sender_id)
        return replaceable(found)

    async def which_is_open(self, tracker: Tracker) -> bool:
        """Whether there are several and none of them is chosen yet."""
        choices = choices_of(await self.numbers(tracker))
        return len(choices) > 1 and tracker.get_slot("number_which") not in choices

    async def chosen(self, tracker: Tracker) -> str:
        """The number that is meant, masked."""
        numbers = await self.numbers(tracker)
        choices, meant = choices_of(numbers), tracker.get_slot("number_which")
        return numbers[choices.index(meant) if meant in choices else 0].masked

    async def _read(self, said: str, tracker: Tracker) -> str:
        if not said.startswith(NAMED_IN):
            return said
        return await self.disclosed(
            tracker, said.removeprefix(NAMED_IN), "code", "phone"
        )


class AskWhich(BotAction):
    """Asks which of several numbers is meant, each as a button."""

    def name(self) -> str:
        return "action_ask_number_which"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        numbers = await self.call(self.services.phone_numbers.find, tracker.sender_id)
        buttons = [
            {"title": number.masked, "payload": f'/inform{{"which": "{place}"}}'}
            for place, number in enumerate(replaceable(numbers), start=1)
        ]
        task = str(tracker.get_slot("task"))
        question = QUESTIONS.get(task, "utter_ask_number_which")
        self.say(dispatcher, tracker, question, buttons=buttons)
        return []


def replaceable(numbers: Iterable[NumberView]) -> list[NumberView]:
    """The numbers that a new one can take the place of, in the order shown."""
    return [number for number in numbers if number.state == "verified"]


def choices_of(numbers: Sequence[NumberView]) -> list[str]:
    """What tells each number from the others: its end, or its place if two end alike.

    An end goes on to mean the same number when the order changes.
    """
    masked = [number.masked for number in numbers]
    return [
        end if masked.count(end) == 1 else str(place)
        for place, end in enumerate(masked, start=1)
    ]


def choose(numbers: Sequence[NumberView], wanted: str) -> str | None:
    """The one of `choices_of` that `wanted` means.

    `wanted` is such a choice, a place from `1`, `last`, `other`, or the last digits of
    the number.
    """
    choices = choices_of(numbers)
    if wanted in choices:
        return wanted
    if len(wanted) == 1 and wanted.isdigit() and 0 < int(wanted) <= len(choices):
        return choices[int(wanted) - 1]
    if choices and (wanted == "last" or (wanted == "other" and len(choices) < 3)):
        return choices[-1]
    digits = "".join(filter(str.isdigit, wanted))[-LAST_DIGITS:]
    matching = [
        choice
        for choice, number in zip(choices, numbers, strict=True)
        if len(digits) == LAST_DIGITS and number.masked.endswith(digits)
    ]
    return matching[0] if len(matching) == 1 else None


def _is_stray_code(wanted: str, tracker: Tracker) -> bool:
    """Whether it was no end of a number, but a code in a sentence about numbers."""
    asked = tracker.get_slot("requested_slot") == "number_which"
    return not asked and len(wanted) == CODE_DIGITS and wanted.isdigit()


def _as_said(value: Any, tracker: Tracker) -> str:
    """What has digits as the message that holds them, else a place or `other`."""
    found = entities_of(tracker)
    named = found.get("phone") or found.get("code")
    if named is None:
        return str(value)
    given = value in (named, found.get("which"))
    return f"{NAMED_IN}{named}" if given else str(value)
