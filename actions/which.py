"""Which of several numbers is meant."""

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, entities_of
from actions.task import HEARD, Task, Validated
from bot.accounts.numbers import NumberView


class NumberTask(Task):
    """A task about one number of the account; with several it asks which."""

    async def validate_number_which(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        chosen = choose(await self.numbers(tracker), await self._wanted(tracker, value))
        if chosen is None:
            self.say(dispatcher, tracker, "utter_which_unknown")
            return {"number_which": None}
        tracker.slots["number_which"] = chosen
        used = await self.on_proved(dispatcher, tracker)
        return {"number_which": chosen} | HEARD | used

    async def numbers(self, tracker: Tracker) -> list[NumberView]:
        """The account's verified numbers, the one that gets codes first."""
        found = await self.call(self.services.phone_numbers.find, tracker.sender_id)
        return replaceable(found)

    async def which_is_open(self, tracker: Tracker) -> bool:
        """Whether there are several and none of them is chosen yet."""
        if tracker.get_slot("number_which") is not None:
            return False
        return len(await self.numbers(tracker)) > 1

    async def chosen(self, tracker: Tracker) -> str:
        """The number that is meant, masked."""
        place = int(tracker.get_slot("number_which") or 1)
        return (await self.numbers(tracker))[place - 1].masked

    async def _wanted(self, tracker: Tracker, value: str) -> str:
        """A place that was named, or digits that were typed."""
        if "which" in entities_of(tracker):
            return entities_of(tracker)["which"]
        return await self.disclosed(tracker, value, "code", "phone")


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
        self.say(dispatcher, tracker, "utter_ask_number_which", buttons=buttons)
        return []


def replaceable(numbers: Iterable[NumberView]) -> list[NumberView]:
    """The numbers that a new one can take the place of, in the order shown."""
    return [number for number in numbers if number.state == "verified"]


def choose(places: Sequence[NumberView], wanted: str) -> str | None:
    """The place, from `1`, of the number that `wanted` means.

    `wanted` is a place, `last`, `other`, or the last digits of the number.
    """
    if wanted.isdigit() and 0 < int(wanted) <= len(places) and len(wanted) == 1:
        return wanted
    if wanted == "last" or (wanted == "other" and len(places) == 2):
        return str(len(places))
    digits = "".join(filter(str.isdigit, wanted))[-4:]
    matching = [
        str(place)
        for place, number in enumerate(places, start=1)
        if len(digits) == 4 and number.masked.endswith(digits)
    ]
    return matching[0] if len(matching) == 1 else None
