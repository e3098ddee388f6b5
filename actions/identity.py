"""Proving who asks: the part that every form shares."""

from abc import abstractmethod
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of
from bot.privacy.errors import DisclosureGone
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeExpired,
    CodeMalformed,
    CodeSuperseded,
    CodeUsed,
    CodeWrong,
    ContactUnreadable,
    NoAuthenticator,
    NoCodePending,
    ProofMissing,
    ProofStale,
    SendLimitReached,
    SendTooSoon,
    TooManyGuesses,
    VerificationError,
)
from bot.verification.standing import CodeSent, Standing

REPLIES: Replies = {
    AuthenticatorDisabled: "utter_authenticator_disabled",
    CodeExpired: "utter_code_expired",
    CodeMalformed: "utter_code_malformed",
    CodeSuperseded: "utter_code_superseded",
    CodeUsed: "utter_code_used",
    CodeWrong: "utter_code_wrong",
    ContactUnreadable: "utter_contact_unreadable",
    DisclosureGone: "utter_value_gone",
    NoAuthenticator: "utter_no_authenticator",
    NoCodePending: "utter_no_code_pending",
    ProofMissing: "utter_proof_missing",
    ProofStale: "utter_proof_stale",
    SendLimitReached: "utter_send_limit",
    SendTooSoon: "utter_send_too_soon",
    TooManyGuesses: "utter_code_locked",
}
CONTACTS = {"email", "phone"}
Validated = dict[str, Any]
# An answer that was of use ends a row of misses.
HEARD: Validated = {"misses": 0}


class IdentifyingForm(BotAction, FormValidationAction):
    """A form that starts with proof of identity; rows say what is still missing."""

    @abstractmethod
    def proved(self, standing: Standing) -> bool:
        """Whether what is proved is enough for this form."""

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        """The slot to ask for once identity is proved; none when all is there."""
        return None

    async def validate_identify_contact(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if await self._is_under_way(tracker):
            return {"identify_contact": value}
        try:
            contact = await self.disclosed(tracker, value, "email", "phone")
            sent = await self.call(
                self.services.identification.begin, tracker.sender_id, contact
            )
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, REPLIES)
            kept = value if isinstance(error, SendTooSoon | SendLimitReached) else None
            return {"identify_contact": kept, "identify_code": None}
        self.say(dispatcher, tracker, "utter_code_on_its_way", **told(sent))
        return {"identify_contact": value, "identify_code": None} | HEARD

    async def validate_identify_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        try:
            code = await self.disclosed(tracker, value, "code")
            await self.call(self.services.identification.check, tracker.sender_id, code)
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, REPLIES)
            return {"identify_code": None}
        self.say(dispatcher, tracker, "utter_identified")
        return {"identify_code": value} | HEARD

    async def _is_under_way(self, tracker: Tracker) -> bool:
        """Whether another form got the contact, and its code is on its way."""
        if not CONTACTS.isdisjoint(entities_of(tracker)):
            return False
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        return standing.code_pending

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Event:
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        slot = await self._next(standing, tracker)
        if slot == "identify_code" and _needs_code(tracker):
            can_prove = await self._send_to_known(dispatcher, tracker, standing)
            slot = slot if can_prove else None
        event: Event = SlotSet("requested_slot", slot)
        return event

    async def _next(self, standing: Standing, tracker: Tracker) -> str | None:
        if self.proved(standing):
            return await self.missing(standing, tracker)
        if standing.account_known or tracker.get_slot("identify_contact"):
            return "identify_code"
        return "identify_contact"

    async def _send_to_known(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        standing: Standing,
    ) -> bool:
        """Send a code to the account in view; False when it has no way to get one.

        The form ends then, and the service refuses what was to follow it.
        """
        if standing.code_pending or not standing.account_known:
            return True
        try:
            sent = await self.call(
                self.services.identification.begin_known, tracker.sender_id
            )
        except NoAuthenticator:
            return False
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, REPLIES)
            return True
        if tracker.get_slot("identify_code") is not None:
            self.say(dispatcher, tracker, "utter_proof_stale")
        self.say(dispatcher, tracker, KNOWN_SENT[sent.by], **told(sent))
        return True


class AskIdentifyCode(BotAction):
    """Asks for the code that was sent, or offers a new one when none is open."""

    def name(self) -> str:
        return "action_ask_identify_code"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        pending = standing.code_pending
        self.say(
            dispatcher,
            tracker,
            "utter_ask_identify_code" if pending else "utter_ask_identify_code_new",
        )
        return []


KNOWN_SENT = {
    "sms": "utter_code_sent_known",
    "voice": "utter_code_called_known",
    "email": "utter_code_mailed_known",
}


def told(sent: CodeSent) -> dict[str, Any]:
    """What a response may say about a code that was sent."""
    return {"number": sent.to_masked, "minutes": sent.expires_in // 60}


def _needs_code(tracker: Tracker) -> bool:
    """Whether the question is new, or the code that answered it proved too little."""
    asked = tracker.get_slot("requested_slot") == "identify_code"
    return not asked or tracker.get_slot("identify_code") is not None
