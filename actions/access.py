"""A phone that is gone, an account that is out of reach, an account with a guest."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Replies
from actions.proving import REPLIES as PROOF_REPLIES
from actions.reviewing import tell_activity
from actions.task import Task
from actions.which import NumberTask
from bot.accounts.errors import NothingToSuspend, WhichNumber
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {
    **PROOF_REPLIES,
    NothingToSuspend: "utter_nothing_to_suspend",
    WhichNumber: "utter_which_unknown",
}
LATEST = 3


class LostPhone(NumberTask):
    """Stops the codes to a phone that is gone; any one proof is enough for that.

    Being quick to suspend costs less than being late (SP 800-63B-4, 4.5).
    """

    intent = "lost_phone"
    recovers = True
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_lost_phone")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if await self.which_is_open(tracker):
            return "number_which"
        confirmed = tracker.get_slot("confirmed") or not await self.numbers(tracker)
        return None if confirmed else "confirmed"

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Name the number that gets no more codes."""
        number = await self.chosen(tracker)
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
