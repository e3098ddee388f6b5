"""A number that another account has: the rule, and taking it over when it is proved."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import entities_of
from actions.numbers import ADDED_REPLIES, OffersNumber
from bot.accounts.errors import NumberInUse, NumberUnchanged
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

RECYCLED = "recycled"


class NumberAlreadyInUse(OffersNumber):
    """Explains the rule; takes a number over from whoever had it before.

    Whether a number is taken is said only to somebody who has shown that it is at
    hand, so nothing here depends on whose it is.
    """

    intent = "number_already_in_use"
    adds = True
    done_replies = ADDED_REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, self._explanation(tracker))

    def proved(self, standing: Standing) -> bool:
        return standing.may_change

    async def needs_proof(self, tracker: Tracker) -> bool:
        return bool(tracker.get_slot("holder") == RECYCLED)

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if standing.number_proved:
            return None if tracker.get_slot("confirmed") else "confirmed"
        return await super().missing(standing, tracker)

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Say what taking the number over does to whoever has it."""
        self.say(dispatcher, tracker, "utter_ask_claim_confirmed")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if not await self.needs_proof(tracker):
            return
        try:
            changed = await self.call(
                self.services.phone_numbers.claim, tracker.sender_id
            )
        except (VerificationError, NumberUnchanged, NumberInUse) as error:
            self.explain(dispatcher, tracker, error, self.done_replies)
        else:
            self.tell(dispatcher, tracker, changed)

    def _explanation(self, tracker: Tracker) -> str:
        holder = entities_of(tracker).get("holder")
        if holder == "family":
            shared = self.services.settings.accounts_per_number > 1
            return "utter_in_use_family_allowed" if shared else "utter_in_use_family"
        if holder == "other_account":
            return "utter_in_use_own"
        if holder == RECYCLED:
            return "utter_in_use_recycled"
        return "utter_number_already_in_use"
