"""Changing the number: proof of the person, proof of the new number, the switch."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of
from actions.identity import HEARD, IdentifyingForm, Validated, told
from actions.identity import REPLIES as IDENTITY_REPLIES
from actions.smalltalk import forget_form
from actions.which import choose, replaceable
from bot.accounts.errors import NumberInUse, NumberUnchanged, WhichNumber
from bot.accounts.numbers import NumberView
from bot.privacy.errors import DisclosureGone
from bot.telephony.errors import (
    EmergencyNumber,
    ExtensionGiven,
    NumberError,
    NumberRefused,
    NumberUnreadable,
    ShortCode,
    VanityNumber,
)
from bot.verification.errors import NoAuthenticator, VerificationError
from bot.verification.standing import Standing

REFUSED = {
    "voip": "utter_number_refused_voip",
    "country": "utter_number_refused_country",
    "fictional": "utter_number_refused_fictional",
    "short_code": "utter_number_short",
}
REPLIES: Replies = {
    **IDENTITY_REPLIES,
    EmergencyNumber: "utter_number_short",
    ExtensionGiven: "utter_number_extension",
    NumberError: "utter_number_invalid",
    NumberInUse: "utter_number_in_use",
    NumberUnchanged: "utter_number_unchanged",
    NumberUnreadable: "utter_number_unreadable",
    ShortCode: "utter_number_short",
    VanityNumber: "utter_number_vanity",
    WhichNumber: "utter_which_unknown",
}
FAILURES = (
    DisclosureGone,
    NumberError,
    NumberUnchanged,
    VerificationError,
    WhichNumber,
)


class StartChange(BotAction):
    """Says what a change of number takes, unless half of it is proved already."""

    def name(self) -> str:
        return "action_start_change"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        if not standing.may_change:
            self.say(dispatcher, tracker, "utter_change_start")
        return [SlotSet("misses", 0)]


class ChangeForm(IdentifyingForm):
    """Collects both proofs and the new number; the rows decide what is missing."""

    def name(self) -> str:
        return "validate_change_phone_number_form"

    def proved(self, standing: Standing) -> bool:
        return standing.may_change

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if await self._which_is_open(tracker):
            return "change_which"
        for slot in ("change_new_number", "change_code"):
            if tracker.get_slot(slot) is None:
                return slot
        return None

    async def validate_identify_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        checked = await super().validate_identify_code(
            value, dispatcher, tracker, domain
        )
        return checked | await self._offer_given(dispatcher, tracker)

    async def validate_change_which(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        chosen = choose(
            await self._numbers(tracker), await self._wanted(tracker, value)
        )
        if chosen is None:
            self.say(dispatcher, tracker, "utter_which_unknown")
            return {"change_which": None}
        tracker.slots["change_which"] = chosen
        offered = await self._offer_given(dispatcher, tracker)
        return {"change_which": chosen} | HEARD | offered

    async def validate_change_new_number(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if _is_no_number(tracker):
            self.say(dispatcher, tracker, "utter_number_invalid")
            return {"change_new_number": None, "change_code": None}
        tracker.slots.update(change_new_number=value, change_code=None)
        kept = {"change_new_number": value, "change_code": None}
        return kept | HEARD | await self._offer_given(dispatcher, tracker)

    async def validate_change_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        try:
            code = await self.disclosed(tracker, value, "code")
            await self.call(
                self.services.phone_numbers.confirm, tracker.sender_id, code
            )
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, REPLIES)
            return {"change_code": None}
        return {"change_code": value} | HEARD

    async def _offer_given(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Send the code to a number that was given before it could be used."""
        given = tracker.get_slot("change_new_number")
        if given is None or tracker.get_slot("change_code") is not None:
            return {}
        standing = await self.call(
            self.services.identification.standing, tracker.sender_id
        )
        if not self.proved(standing) or await self._which_is_open(tracker):
            return {}
        return await self._offer(given, dispatcher, tracker)

    async def _offer(
        self, given: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        try:
            number = await self.disclosed(tracker, given, "phone", "code")
            sent = await self.call(
                self.services.phone_numbers.offer,
                tracker.sender_id,
                number,
                which=tracker.get_slot("change_which"),
            )
        except FAILURES as error:
            self.explain(dispatcher, tracker, error, REPLIES)
            return {"change_new_number": None}
        self.say(dispatcher, tracker, f"utter_new_number_{sent.by}", **told(sent))
        return {}

    def explain(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        error: Exception,
        replies: Replies,
    ) -> None:
        if isinstance(error, NumberRefused):
            kind = REFUSED.get(error.reason, "utter_number_refused_kind")
            self.say(dispatcher, tracker, kind)
        else:
            super().explain(dispatcher, tracker, error, replies)

    async def _which_is_open(self, tracker: Tracker) -> bool:
        if tracker.get_slot("change_which") is not None:
            return False
        return len(replaceable(await self._numbers(tracker))) > 1

    async def _numbers(self, tracker: Tracker) -> tuple[NumberView, ...]:
        return await self.call(self.services.phone_numbers.find, tracker.sender_id)

    async def _wanted(self, tracker: Tracker, value: str) -> str:
        if "which" in entities_of(tracker):
            return entities_of(tracker)["which"]
        return await self.disclosed(tracker, value, "code", "phone")


class AskChangeCode(BotAction):
    """Asks for the code that went to the new number, or offers another one."""

    def name(self) -> str:
        return "action_ask_change_code"

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
            "utter_ask_change_code" if pending else "utter_ask_change_code_new",
        )
        return []


class CorrectNumber(BotAction):
    """Drops the number given so far; the form asks for another one."""

    def name(self) -> str:
        return "action_correct_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        if tracker.get_slot("change_new_number") is None:
            return []
        self.say(dispatcher, tracker, "utter_change_again")
        return [SlotSet("change_new_number", None), SlotSet("change_code", None)]


class ChangePhoneNumber(BotAction):
    """Switches the number; the service looks at both proofs once more itself."""

    def name(self) -> str:
        return "action_change_phone_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        try:
            changed = await self.call(
                self.services.phone_numbers.change, tracker.sender_id
            )
        except (NumberInUse, NoAuthenticator) as error:
            self.explain(dispatcher, tracker, error, REPLIES)
        except (VerificationError, NumberUnchanged):
            self.say(dispatcher, tracker, "utter_change_not_done")
        else:
            self.say(
                dispatcher,
                tracker,
                "utter_changed",
                old=changed.old_masked,
                new=changed.new_masked,
            )
        return forget_form()


def _is_no_number(tracker: Tracker) -> bool:
    """Whether digits were given that are too many, or a date; they are not kept."""
    kinds = entities_of(tracker)
    return "number" in kinds and "phone" not in kinds and "code" not in kinds
