"""A number that leaves the account."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.numbers import REPLIES
from actions.which import NumberTask
from bot.accounts.errors import LastFactor, NoNumber, WhichNumber
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing


class RemovePhoneNumber(NumberTask):
    """Takes a number off the account, unless it is the last way in."""

    intent = "remove_phone_number"
    need = "change"
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_remove_start")

    async def enough(self, standing: Standing, tracker: Tracker) -> bool:
        """To hear that there is none to take off, seeing the account is enough."""
        if standing.may_view and not await self.numbers(tracker):
            return True
        return await super().enough(standing, tracker)

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if await self.which_is_open(tracker):
            return "number_which"
        confirmed = tracker.get_slot("confirmed") or not await self.numbers(tracker)
        return None if confirmed else "confirmed"

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Name the number that is going to leave."""
        number = await self.chosen(tracker)
        self.say(dispatcher, tracker, "utter_ask_remove_confirmed", number=number)

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if not await self.numbers(tracker):
            self.say(dispatcher, tracker, "utter_no_number")
            return
        try:
            removed = await self.call(
                self.services.phone_numbers.remove,
                tracker.sender_id,
                tracker.get_slot("number_which"),
            )
        except (VerificationError, LastFactor, NoNumber, WhichNumber) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        moved = bool(removed.codes_to_masked)
        self.say(
            dispatcher,
            tracker,
            "utter_removed_moved" if moved else "utter_removed",
            number=removed.masked,
            other=removed.codes_to_masked,
        )
