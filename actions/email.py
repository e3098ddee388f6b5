"""The e-mail address of the account, and another one in its place."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.proving import told
from actions.task import HEARD, Task, Validated
from bot.accounts.errors import (
    AccountError,
    EmailInUse,
    EmailUnchanged,
    EmailUnreadable,
    WhichEmail,
)
from bot.privacy.errors import DisclosureGone
from bot.telephony.gateway import Way
from bot.verification.errors import NoAuthenticator, VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {
    **PROOF_REPLIES,
    EmailInUse: "utter_email_in_use",
    EmailUnchanged: "utter_email_unchanged",
    EmailUnreadable: "utter_email_unreadable",
    WhichEmail: "utter_email_which_unknown",
}
DONE_REPLIES: Replies = {
    VerificationError: "utter_email_not_done",
    EmailUnchanged: "utter_email_not_done",
    WhichEmail: "utter_email_not_done",
    NoAuthenticator: "utter_no_authenticator",
    EmailInUse: "utter_email_in_use",
}


class ChangeEmail(Task):
    """Puts a new address in an old one's place, once both sides are proved."""

    intent = "change_email"
    need = "change"
    replies = REPLIES
    early = ("email", "email_new")

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_change_email")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if tracker.get_slot("email_which") is None and await self._has_several(tracker):
            return "email_which"
        for slot in ("email_new", "email_code"):
            if tracker.get_slot(slot) is None:
                return slot
        return None

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Drop the address given so far; the form asks for another one."""
        if tracker.get_slot("email_new") is None:
            return []
        self.say(dispatcher, tracker, "utter_email_again")
        return [SlotSet("email_new", None), SlotSet("email_code", None)]

    async def on_proved(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Send the code to an address that was given before it could be used."""
        given = tracker.get_slot("email_new")
        if given is None or tracker.get_slot("email_code") is not None:
            return {}
        standing = await self.standing(tracker)
        open_which = tracker.get_slot("email_which") is None
        if not self.proved(standing):
            return {}
        if open_which and await self._has_several(tracker):
            return {}
        return await self._offer(given, dispatcher, tracker)

    async def send_anew(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> bool:
        """Offer the address again when the code to it was called back."""
        if tracker.get_slot("requested_slot") != "email_code":
            return await super().send_anew(by, dispatcher, tracker)
        await self.on_proved(dispatcher, tracker)
        return True

    async def validate_email_which(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        places = await self.call(self.services.emails.view, tracker.sender_id)
        place = str(len(places)) if value == "last" else value
        if not (place.isdecimal() and 0 < int(place) <= len(places)):
            self.say(dispatcher, tracker, "utter_email_which_unknown")
            return {"email_which": None}
        tracker.slots["email_which"] = place
        offered = await self.on_proved(dispatcher, tracker)
        return {"email_which": place} | HEARD | offered

    async def validate_email_new(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if "email" not in entities_of(tracker):
            self.say(dispatcher, tracker, "utter_email_unreadable")
            return {"email_new": None}
        tracker.slots.update(email_new=value, email_code=None)
        kept = {"email_new": value, "email_code": None}
        return kept | HEARD | await self.on_proved(dispatcher, tracker)

    async def validate_email_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        confirm = self.services.emails.confirm
        return await self.take_new_code(
            "email_code", value, confirm, dispatcher, tracker
        )

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            changed = await self.call(self.services.emails.change, tracker.sender_id)
        except (VerificationError, AccountError) as error:
            self.explain(dispatcher, tracker, error, DONE_REPLIES)
        else:
            self.say(
                dispatcher,
                tracker,
                "utter_email_changed",
                old=changed.old_masked,
                new=changed.new_masked,
            )

    async def _offer(
        self, given: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        try:
            address = await self.disclosed(tracker, given, "email")
            sent = await self.call(
                self.services.emails.offer,
                tracker.sender_id,
                address,
                which=tracker.get_slot("email_which"),
            )
        except (AccountError, VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return {"email_new": None}
        self.say(dispatcher, tracker, "utter_new_email_sent", **told(sent))
        return {}

    async def _has_several(self, tracker: Tracker) -> bool:
        places = await self.call(self.services.emails.view, tracker.sender_id)
        return len(places) > 1


class AskEmailWhich(BotAction):
    """Asks which of several addresses is to be replaced, each as a button."""

    def name(self) -> str:
        return "action_ask_email_which"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        places = await self.call(self.services.emails.view, tracker.sender_id)
        buttons = [
            {"title": masked, "payload": f'/inform{{"which": "{place}"}}'}
            for place, masked in enumerate(places, start=1)
        ]
        self.say(dispatcher, tracker, "utter_ask_email_which", buttons=buttons)
        return []


class AskEmailCode(BotAction):
    """Asks for the code that went to the new address, or offers another one."""

    def name(self) -> str:
        return "action_ask_email_code"

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
            "utter_ask_email_code" if pending else "utter_ask_email_code_new",
        )
        return []
