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
from actions.proving import REPLIES, told
from actions.task import Task
from bot.dates import ago, until
from bot.privacy.errors import DisclosureGone
from bot.telephony.gateway import Way
from bot.verification.errors import (
    NoCodePending,
    NoCodeSent,
    NotSignedIn,
    ProofMissing,
    VerificationError,
)
from bot.verification.history import CodeReport

OUTCOMES = {
    "held": "utter_report_held",
    "delivered": "utter_report_delivered",
    "sent": "utter_report_sent",
    "queued": "utter_report_queued",
    "undelivered": "utter_report_undelivered",
}
STATES = ("open", "used", "superseded", "expired", "locked")


class CodeNotReceived(Task):
    """Says what happened to the last code, and does the next best thing."""

    intent = "code_not_received"
    looks = True
    advice = "utter_code_advice"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Give general advice, the same for everyone, unless the rows may be shown."""
        if (await self.standing(tracker)).may_view:
            return
        minutes = self.services.settings.code_lifetime // 60
        self.say(dispatcher, tracker, self.advice, minutes=minutes)
        self.say(dispatcher, tracker, "utter_code_look")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            report = await self.call(self.services.history.last, tracker.sender_id)
        except NoCodeSent:
            self.say(dispatcher, tracker, "utter_report_none")
        except ProofMissing as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            self.tell(dispatcher, tracker, report)

    def tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, report: CodeReport
    ) -> None:
        """Speak a report: how it travelled, why, and what helps next."""
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
        elif report.outcome != "held":
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


class CodeRejected(CodeNotReceived):
    """Says why the last code is refused: used, replaced, too old, guessed at."""

    intent = "code_rejected"
    advice = "utter_code_rejected"


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
    """Says why the code that this chat waits for may be refused."""

    def name(self) -> str:
        return "action_explain_rejected_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        minutes = self.services.settings.code_lifetime // 60
        self.say(dispatcher, tracker, "utter_code_rejected", minutes=minutes)
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        if standing.code_pending:
            language = language_of(tracker)
            self.say(
                dispatcher,
                tracker,
                "utter_pending_guesses",
                when=ago(standing.code_age, language),
                guesses=standing.code_guesses_left,
            )
        return []


RESEND_REPLIES: Replies = {**REPLIES, NotSignedIn: "utter_proof_missing"}


class ResendCode(BotAction):
    """Sends a code once more, by text or call: the chat's own, else for sign-in."""

    def name(self) -> str:
        return "action_resend_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        by: Way | None = "voice" if entities_of(tracker).get("way") == "voice" else None
        try:
            await self._resend(by, dispatcher, tracker)
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, RESEND_REPLIES)
            return []
        # Whatever else was going to prove it, the code that is sent now does.
        return [SlotSet("identify_method", None)] if tracker.get_slot("task") else []

    async def _resend(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        identification = self.services.identification
        by = by or await self._way_back(tracker)
        try:
            sent = await self.call(identification.resend, tracker.sender_id, by=by)
        except NoCodePending:
            if not await self._send_anew(by, dispatcher, tracker):
                await self._send_sign_in(by or "sms", dispatcher, tracker)
        else:
            self.say(dispatcher, tracker, f"utter_resent_{sent.by}")

    async def _way_back(self, tracker: Tracker) -> Way | None:
        """By e-mail where the phone may be gone; else as it went before."""
        from actions.tasks import task_of

        if tracker.get_slot("requested_slot") != "identify_code":
            return None
        task = task_of(tracker, self.services)
        known = (await task.standing(tracker)).account_known
        return "email" if task.recovers and not known else None

    async def _send_anew(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> bool:
        from actions.tasks import task_of

        if not tracker.get_slot("task"):
            return False
        task = task_of(tracker, self.services)
        return await task.send_anew(by, dispatcher, tracker)

    async def _send_sign_in(
        self, by: Way, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        try:
            sent = await self.call(
                self.services.identification.resend_sign_in, tracker.sender_id, by=by
            )
        except NotSignedIn:
            self.say(dispatcher, tracker, "utter_resend_nothing")
        else:
            self.say(dispatcher, tracker, f"utter_sign_in_{sent.by}", **told(sent))
