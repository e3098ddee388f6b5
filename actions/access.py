"""A phone that is gone, an account that is out of reach, an account with a guest."""

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Replies, entities_of, language_of
from actions.cases import tell_case
from actions.proving import REPLIES as PROOF_REPLIES
from actions.reviewing import tell_activity
from actions.task import Task
from actions.which import NumberTask
from bot.accounts.errors import NothingToSuspend, WhichNumber
from bot.handoff.cases import CaseView
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {
    **PROOF_REPLIES,
    NothingToSuspend: "utter_nothing_to_suspend",
    WhichNumber: "utter_which_unknown",
}
LATEST = 3
WAITING = ("waiting", "review")
OVER = ("refused", "cancelled", "lapsed")
ALSO_LOST = {"app": "utter_lost_app", "codes": "utter_lost_codes"}


class LostPhone(NumberTask):
    """Stops the codes to a phone that is gone; any one proof is enough for that.

    Being quick to suspend costs less than being late (SP 800-63B-4, 4.5).
    """

    intent = "lost_phone"
    recovers = True
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_lost_phone")
        # The phone may be at hand all the same.
        if also := ALSO_LOST.get(entities_of(tracker).get("factor", "")):
            self.say(dispatcher, tracker, also)

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
            await self._tell(suspended, dispatcher, tracker)

    async def _tell(
        self,
        suspended: Sequence[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
    ) -> None:
        number, left = ", ".join(suspended), await self.numbers(tracker)
        other = next((each.masked for each in left if each.gets_codes), None)
        if other is None:
            self.say(dispatcher, tracker, "utter_suspended", number=number)
        else:
            self.say(
                dispatcher,
                tracker,
                "utter_suspended_moved",
                number=number,
                other=other,
            )
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        if state.app:
            self.say(dispatcher, tracker, "utter_suspended_app")


class RecoverAccount(Task):
    """Says what can still get a person in, and opens a case where nothing can."""

    intent = "recover_account"
    recovers = True

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        # A button that goes on with a case, or opens one, needs no advice before it.
        if entities_of(tracker).get("method") not in ("none", "case"):
            self.say(dispatcher, tracker, "utter_recover_account")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        redeemed = await self.call(self.services.cases.redeem, tracker.sender_id)
        standing = await self.standing(tracker)
        if redeemed or standing.may_recover:
            self.say(dispatcher, tracker, "utter_recover_ready")
            return
        cases = await self._cases(tracker)
        for case in cases:
            tell_case(self, dispatcher, tracker, case)
        waiting = any(case.state in WAITING for case in cases)
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        if state.numbers:
            self.say(dispatcher, tracker, "utter_recover_number")
        elif state.app or state.recovery_codes_left:
            self.say(dispatcher, tracker, "utter_recover_saved")
        elif not waiting:
            self.say(dispatcher, tracker, "utter_recover_nothing")

    async def _cases(self, tracker: Tracker) -> list[CaseView]:
        """Cases that let the person in once they are decided, else the last decided."""
        every = await self.call(self.services.cases.status, tracker.sender_id)
        cases = [case for case in every if case.kind != "merge"]
        waiting = [case for case in cases if case.state in WAITING]
        return waiting or [case for case in cases[:1] if case.state in OVER]


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
        told = "utter_secured" if recent else "utter_secured_quiet"
        self.say(dispatcher, tracker, told)
        tell_activity(self, dispatcher, tracker, recent)
        await self.call(self.services.handoff.ask, tracker.sender_id, self.intent)
        answered = self.services.handoff.when(language_of(tracker))
        self.say(dispatcher, tracker, "utter_secured_next", answered=answered)
