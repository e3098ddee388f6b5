"""A phone that is gone, an account that is out of reach, an account with a guest."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Domain, Replies
from actions.numbers import wanted
from actions.proving import REPLIES as PROOF_REPLIES
from actions.reviewing import tell_activity
from actions.task import HEARD, Task, Validated
from actions.which import choose, replaceable
from bot.accounts.errors import NothingToSuspend, WhichNumber
from bot.accounts.numbers import NumberView
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {
    **PROOF_REPLIES,
    NothingToSuspend: "utter_nothing_to_suspend",
    WhichNumber: "utter_which_unknown",
}
LATEST = 3


class LostPhone(Task):
    """Stops the codes to a phone that is gone; any one proof is enough for that.

    Being quick to suspend costs less than being late (SP 800-63B-4, 4.5).
    """

    intent = "lost_phone"
    recovers = True
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_lost_phone")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        numbers = replaceable(await self._numbers(tracker))
        if len(numbers) > 1 and tracker.get_slot("number_which") is None:
            return "number_which"
        if numbers and tracker.get_slot("confirmed") is None:
            return "confirmed"
        return None

    async def validate_number_which(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        chosen = choose(
            await self._numbers(tracker), await wanted(self, tracker, value)
        )
        if chosen is None:
            self.say(dispatcher, tracker, "utter_which_unknown")
        return {"number_which": chosen} | (HEARD if chosen else {})

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Name the number that gets no more codes."""
        numbers = replaceable(await self._numbers(tracker))
        place = int(tracker.get_slot("number_which") or 1)
        number = numbers[place - 1].masked
        self.say(dispatcher, tracker, "utter_ask_suspend_confirmed", number=number)

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            suspended = await self.call(
                self.services.suspension.suspend,
                tracker.sender_id,
                tracker.get_slot("number_which"),
            )
        except (VerificationError, NothingToSuspend, WhichNumber) as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            number = ", ".join(suspended)
            self.say(dispatcher, tracker, "utter_suspended", number=number)

    async def _numbers(self, tracker: Tracker) -> tuple[NumberView, ...]:
        return await self.call(self.services.phone_numbers.find, tracker.sender_id)


class RecoverAccount(Task):
    """Says what can still get a person in, and opens a case where nothing can."""

    intent = "recover_account"
    recovers = True

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if tracker.get_slot("identify_method") != "none":
            self.say(dispatcher, tracker, "utter_recover_account")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        redeemed = await self.call(self.services.cases.redeem, tracker.sender_id)
        standing = await self.standing(tracker)
        if redeemed or standing.may_recover:
            self.say(dispatcher, tracker, "utter_recover_ready")
            return
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        if state.numbers:
            self.say(dispatcher, tracker, "utter_recover_number")
        elif state.app or state.recovery_codes_left:
            self.say(dispatcher, tracker, "utter_recover_saved")
        else:
            self.say(dispatcher, tracker, "utter_recover_nothing")


class AccountCompromised(Task):
    """Ends what others may have begun, and shows what happened lately."""

    intent = "account_compromised"
    recovers = True

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_account_compromised")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            recent = await self.call(
                self.services.activity.recent, tracker.sender_id, most=LATEST
            )
            await self.call(self.services.suspension.secure, tracker.sender_id)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        self.say(dispatcher, tracker, "utter_secured")
        tell_activity(self, dispatcher, tracker, recent)
        self.say(dispatcher, tracker, "utter_secured_next")
