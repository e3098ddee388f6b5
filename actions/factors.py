"""Two-factor: an app, saved codes or text messages, turned on and off."""

from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, Speaker
from actions.proving import REPLIES as PROOF_REPLIES
from actions.task import HEARD, Need, Task, Validated
from bot.accounts.errors import LastFactor
from bot.privacy.errors import DisclosureGone
from bot.telephony.gateway import Way
from bot.verification.errors import NoApp, TotpNotPending, VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {
    **PROOF_REPLIES,
    LastFactor: "utter_last_factor",
    NoApp: "utter_no_app",
    TotpNotPending: "utter_app_not_pending",
}
FACTORS = ("app", "sms", "codes")


class Factor(Task):
    """A task about one way to sign in, which is asked for when it was not named."""

    replies = REPLIES

    async def needs_proof(self, tracker: Tracker) -> bool:
        """Only an app and saved codes are dealt with here; numbers have their own."""
        return tracker.get_slot("factor") in ("app", "codes")

    async def unproved(self, tracker: Tracker) -> str | None:
        return None if tracker.get_slot("factor") else "factor"

    async def validate_factor(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        return {"factor": value} | HEARD if value in FACTORS else {"factor": None}


class EnableTwoFactor(Factor):
    """Sets up an app or saved codes; a new way in takes two proofs."""

    intent = "enable_two_factor"
    need: ClassVar[Need] = "bind"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if tracker.get_slot("factor") is None:
            self.say(dispatcher, tracker, "utter_enable_two_factor")

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Show a new key: the one before was gone before it was scanned."""
        return [
            *await super().restart(dispatcher, tracker),
            SlotSet("app_shown", None),
        ]

    async def send_anew(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> bool:
        """Show a new key where its code is asked for: nothing else was sent."""
        if tracker.get_slot("requested_slot") != "app_code":
            return await super().send_anew(by, dispatcher, tracker)
        await show_app(self, dispatcher, tracker)
        return True

    async def validate_factor(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        """Take the factor; one that is wanted again gets a new key."""
        taken = await super().validate_factor(value, dispatcher, tracker, domain)
        return taken | {"app_shown": None}

    async def enough(self, standing: Standing, tracker: Tracker) -> bool:
        """Installing an app may take longer than a proof stays fresh."""
        shown = tracker.get_slot("app_shown") and standing.may_view
        return shown or await super().enough(standing, tracker)

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        wants_app = tracker.get_slot("factor") == "app"
        return "app_code" if wants_app and not tracker.get_slot("app_code") else None

    async def validate_app_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        try:
            code = await self.disclosed(tracker, value, "code")
            await self.call(
                self.services.two_factor.confirm_app, tracker.sender_id, code
            )
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            over = isinstance(error, TotpNotPending)
            return {"app_code": None, "task_over": over or None}
        return {"app_code": value} | HEARD

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        factor = tracker.get_slot("factor")
        if factor == "sms":
            self.say(dispatcher, tracker, "utter_enable_sms")
        elif factor == "codes":
            await self._issue_codes(dispatcher, tracker)
        elif tracker.get_slot("app_code"):
            self.say(dispatcher, tracker, "utter_app_enabled")
        else:
            # Nothing can prove more, and the service says so.
            await show_app(self, dispatcher, tracker)

    async def _issue_codes(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        try:
            shown = await self.call(
                self.services.two_factor.issue_recovery_codes, tracker.sender_id
            )
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        self.say(dispatcher, tracker, "utter_recovery_codes_issued")
        dispatcher.utter_message(json_message={"showing": shown})


class DisableTwoFactor(Factor):
    """Turns an app off, unless it is the last way in."""

    intent = "disable_two_factor"
    need: ClassVar[Need] = "change"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_disable_two_factor")

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Only ask again: what is said twice may be a no ("don't turn it off")."""
        return []

    async def needs_proof(self, tracker: Tracker) -> bool:
        return bool(tracker.get_slot("factor") == "app")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        """Ask for a yes, unless it would be refused in any case."""
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        settled = tracker.get_slot("confirmed") or not (state.app and state.numbers)
        return None if settled else "confirmed"

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Say what is lost with the app."""
        self.say(dispatcher, tracker, "utter_ask_app_off_confirmed")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        factor = tracker.get_slot("factor")
        if factor in ("sms", "codes"):
            self.say(dispatcher, tracker, f"utter_disable_{factor}")
            return
        try:
            await self.call(self.services.two_factor.remove_app, tracker.sender_id)
        except (VerificationError, LastFactor) as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            self.say(dispatcher, tracker, "utter_app_removed")


class AskAppCode(BotAction):
    """Shows the app's secret, once and beside the log, and asks for its first code."""

    def name(self) -> str:
        return "action_ask_app_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        if tracker.get_slot("app_shown"):
            self.say(dispatcher, tracker, "utter_ask_app_code_again")
            return []
        if not await show_app(self, dispatcher, tracker):
            return []
        self.say(dispatcher, tracker, "utter_ask_app_code")
        return [SlotSet("app_shown", True)]


async def show_app(
    speaker: Speaker, dispatcher: CollectingDispatcher, tracker: Tracker
) -> bool:
    """Show the secret of a new app beside the log, or say why there is none."""
    try:
        shown = await speaker.call(
            speaker.services.two_factor.enrol_app, tracker.sender_id
        )
    except VerificationError as error:
        speaker.explain(dispatcher, tracker, error, REPLIES)
        return False
    speaker.say(dispatcher, tracker, "utter_app_secret")
    dispatcher.utter_message(json_message={"showing": shown})
    return True
