"""Which of several numbers is meant."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event
from bot.accounts.numbers import NumberView


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


def replaceable(numbers: tuple[NumberView, ...]) -> list[NumberView]:
    """The numbers that a new one can take the place of, in the order shown."""
    return [number for number in numbers if number.state == "verified"]


def choose(numbers: tuple[NumberView, ...], wanted: str) -> str | None:
    """The place, from `1`, of the number that `wanted` means.

    `wanted` is a place, `last`, `other`, or the last digits of the number.
    """
    places = replaceable(numbers)
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
