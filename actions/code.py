"""Codes that did not come, were refused, or are wanted again."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    BotAction,
    Domain,
    Event,
    Replies,
    entities_of,
    language_of,
)
from actions.identity import REPLIES, IdentifyingForm, told
from actions.smalltalk import forget_form
from bot.dates import ago, until
from bot.telephony.gateway import Way
from bot.verification.errors import (
    NoCodePending,
    NoCodeSent,
    NotSignedIn,
    ProofMissing,
    VerificationError,
)
from bot.verification.history import CodeReport
from bot.verification.standing import Standing

OUTCOMES = {
    "delivered": "utter_report_delivered",
    "sent": "utter_report_sent",
    "queued": "utter_report_sent",
    "undelivered": "utter_report_undelivered",
}
STATES = ("open", "used", "superseded", "expired", "locked")


class AdviseCode(BotAction):
    """General advice, the same for everyone; skipped when the rows may be shown."""

    def name(self) -> str:
        return "action_advise_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        if not standing.may_view:
            minutes = self.services.settings.code_lifetime // 60
            self.say(dispatcher, tracker, "utter_code_advice", minutes=minutes)
            self.say(dispatcher, tracker, "utter_code_look")
        return [SlotSet("misses", 0)]


class CodeForm(IdentifyingForm):
    """Proves who asks, so that it may be said what happened to the code."""

    def name(self) -> str:
        return "validate_code_not_received_form"

    def proved(self, standing: Standing) -> bool:
        return standing.may_view


class ReportCode(BotAction):
    """Says what happened to the last code, and does the next best thing."""

    def name(self) -> str:
        return "action_report_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        try:
            report = await self.call(self.services.history.last, tracker.sender_id)
        except NoCodeSent:
            self.say(dispatcher, tracker, "utter_report_none")
        except ProofMissing as error:
            self.explain(dispatcher, tracker, error, REPLIES)
        else:
            self.tell(dispatcher, tracker, report)
        return forget_form()

    def tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, report: CodeReport
    ) -> None:
        language = language_of(tracker)
        self.say(
            dispatcher,
            tracker,
            OUTCOMES[report.outcome],
            number=report.to_masked,
            when=ago(report.age, language),
        )
        if report.cause:
            self.say(dispatcher, tracker, f"utter_cause_{report.cause}")
        else:
            self.say(
                dispatcher,
                tracker,
                f"utter_report_{report.state}",
                guesses=report.guesses_left,
            )
        self.say(
            dispatcher,
            tracker,
            f"utter_next_{report.next_best}",
            wait=until(report.again_in, language),
        )


class ExplainPendingCode(BotAction):
    """Speaks of the code this chat waits for, without saying whose account it is."""

    def name(self) -> str:
        return "action_explain_pending_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        if not standing.code_pending:
            minutes = self.services.settings.code_lifetime // 60
            self.say(dispatcher, tracker, "utter_code_advice", minutes=minutes)
            return []
        language = language_of(tracker)
        when = ago(standing.code_age, language)
        self.say(dispatcher, tracker, "utter_pending_code", when=when)
        if standing.code_again_in > 0:
            wait = until(standing.code_again_in, language)
            self.say(dispatcher, tracker, "utter_next_wait", wait=wait)
        else:
            self.say(dispatcher, tracker, "utter_resend_now")
        return []


class ExplainRejectedCode(BotAction):
    """Says why codes are refused; the newest one counts."""

    def name(self) -> str:
        return "action_explain_rejected_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        minutes = self.services.settings.code_lifetime // 60
        self.say(dispatcher, tracker, "utter_code_rejected", minutes=minutes)
        return [SlotSet("misses", 0)]


RESEND_REPLIES: Replies = {
    **REPLIES,
    NoCodePending: "utter_resend_nothing",
    NotSignedIn: "utter_resend_nothing",
}


class ResendCode(BotAction):
    """Sends a code once more, by text or call: the chat's own, else for sign-in."""

    def name(self) -> str:
        return "action_resend_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        by: Way = "voice" if entities_of(tracker).get("way") == "voice" else "sms"
        try:
            await self._resend(dispatcher, tracker, by)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, RESEND_REPLIES)
        return []

    async def _resend(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, by: Way
    ) -> None:
        identification = self.services.identification
        try:
            sent = await self.call(identification.resend, tracker.sender_id, by=by)
        except NoCodePending:
            sent = await self.call(
                identification.resend_sign_in, tracker.sender_id, by=by
            )
            self.say(dispatcher, tracker, f"utter_sign_in_{sent.by}", **told(sent))
        else:
            self.say(dispatcher, tracker, f"utter_resent_{sent.by}")
