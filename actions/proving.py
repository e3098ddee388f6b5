"""Proving who asks: codes that are typed, and a case for who can prove nothing."""

from typing import TYPE_CHECKING, Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of, language_of
from actions.fetching import fetch
from bot.dates import until
from bot.handoff.errors import CaseLimit, HandoffError
from bot.privacy.errors import DisclosureGone
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeExpired,
    CodeMalformed,
    CodeSuperseded,
    CodeUnchecked,
    CodeUsed,
    CodeWrong,
    ContactUnreadable,
    NoAuthenticator,
    NoCodePending,
    NotSignedIn,
    ProofMissing,
    ProofStale,
    RecoveryCodeMalformed,
    SecondProofMissing,
    SendLimitReached,
    SendTooSoon,
    TooManyGuesses,
    VerificationError,
)
from bot.verification.standing import CodeSent

if TYPE_CHECKING:
    from actions.task import Task

METHODS = ("sms", "email", "totp", "recovery_code", "none")
REPLIES: Replies = {
    AuthenticatorDisabled: "utter_authenticator_disabled",
    CaseLimit: "utter_case_limit",
    CodeExpired: "utter_code_expired",
    CodeMalformed: "utter_code_malformed",
    CodeSuperseded: "utter_code_superseded",
    CodeUnchecked: "utter_code_unchecked",
    CodeUsed: "utter_code_used",
    CodeWrong: "utter_code_wrong",
    ContactUnreadable: "utter_contact_unreadable",
    DisclosureGone: "utter_value_gone",
    NoAuthenticator: "utter_no_authenticator",
    NoCodePending: "utter_no_code_pending",
    NotSignedIn: "utter_contact_first",
    ProofMissing: "utter_proof_missing",
    ProofStale: "utter_proof_stale",
    RecoveryCodeMalformed: "utter_recovery_code_malformed",
    SecondProofMissing: "utter_second_proof",
    SendLimitReached: "utter_send_limit",
    SendTooSoon: "utter_send_too_soon",
    TooManyGuesses: "utter_code_locked",
}


class AskIdentifyCode(BotAction):
    """Asks for the code that was sent, or for what else can prove identity."""

    def name(self) -> str:
        return "action_ask_identify_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        self.say(dispatcher, tracker, await self._question(tracker))
        return []

    async def _question(self, tracker: Tracker) -> str:
        from actions.tasks import task_of

        method = tracker.get_slot("identify_method")
        if method in ("totp", "recovery_code"):
            return f"utter_ask_identify_{method}"
        task = task_of(tracker, self.services)
        standing = await task.standing(tracker)
        if standing.code_pending:
            if standing.account_known or not task.recovers:
                return "utter_ask_identify_code"
            # Another task may have sent it to the phone that is gone.
            by_mail = standing.code_asked_by == "email"
            return (
                "utter_ask_identify_mail" if by_mail else "utter_ask_identify_instead"
            )
        if standing.account_known and not await task.next_proof(standing, tracker):
            return "utter_ask_identify_more"
        return "utter_ask_identify_code_new"


async def take_code(
    task: "Task", value: Any, dispatcher: CollectingDispatcher, tracker: Tracker
) -> Exception | None:
    """Check what was typed as the kind of code it is; says and gives what is wrong."""
    try:
        if "recovery_code" in entities_of(tracker):
            left = await _use_saved(task, value, tracker)
            task.say(dispatcher, tracker, "utter_recovery_code_taken", left=left)
        else:
            await _check(task, value, tracker)
            task.say(dispatcher, tracker, "utter_identified")
    except (VerificationError, DisclosureGone) as error:
        task.explain(dispatcher, tracker, error, task.replies)
        return error
    return None


async def _use_saved(task: "Task", value: Any, tracker: Tracker) -> int:
    code = await task.disclosed(tracker, value, "recovery_code")
    return await task.call(task.services.recovery_codes.use, tracker.sender_id, code)


async def _check(task: "Task", value: Any, tracker: Tracker) -> None:
    code = await task.disclosed(tracker, value, "code")
    method = tracker.get_slot("identify_method")
    if method == "recovery_code":
        raise RecoveryCodeMalformed
    if method == "totp":
        await task.call(task.services.totp.check, tracker.sender_id, code)
    else:
        await task.call(task.services.identification.check, tracker.sender_id, code)


async def open_case(
    task: "Task", dispatcher: CollectingDispatcher, tracker: Tracker
) -> dict[str, Any]:
    """Open a recovery case for who can prove no more; the form is over then."""
    try:
        opened = await task.call(
            task.services.cases.open, tracker.sender_id, "recovery"
        )
    except (HandoffError, VerificationError) as error:
        task.explain(dispatcher, tracker, error, task.replies)
    else:
        wait = until(opened.wait, language_of(tracker))
        task.say(
            dispatcher, tracker, "utter_case_opened", case=opened.number, wait=wait
        )
        task.say(dispatcher, tracker, "utter_case_evidence")
        await fetch(task, dispatcher, tracker, "recover_account")
    return {"identify_method": None, "task_over": True}


def told(sent: CodeSent) -> dict[str, Any]:
    """What a response may say about a code that was sent."""
    return {"number": sent.to_masked, "minutes": sent.expires_in // 60}
