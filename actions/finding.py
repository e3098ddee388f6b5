"""Finding the number on the account, and which numbers an account can have."""

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
from actions.fetching import fetch
from actions.numbers import REPLIES as NUMBER_REPLIES
from actions.numbers import number_response
from actions.smalltalk import button, offer_also
from actions.task import Task
from bot.accounts.errors import LookupLimit
from bot.accounts.numbers import NumberView
from bot.dates import on_day
from bot.handoff.errors import HandoffError
from bot.privacy.errors import DisclosureGone
from bot.telephony.errors import NumberError
from bot.verification.errors import ProofMissing, VerificationError
from bot.verification.standing import Standing

ELIGIBLE = {
    "voip": "utter_eligible_voip",
    "landline": "utter_eligible_landline",
    "mobile": "utter_eligible_mobile",
    "prepaid": "utter_eligible_mobile",
    "foreign": "utter_eligible_foreign",
    "work": "utter_eligible_shared",
    "shared": "utter_eligible_shared",
    "toll_free": "utter_eligible_toll_free",
}
LOOKUP_REPLIES: Replies = {
    **NUMBER_REPLIES,
    LookupLimit: "utter_lookup_limit",
}


class AnswerEligibility(BotAction):
    """Says whether a number, or a kind of one, gets codes, and whose rule that is."""

    def name(self) -> str:
        return "action_answer_eligibility"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        given = entities_of(tracker).get("phone")
        if given is not None:
            await self._look_up(given, dispatcher, tracker)
        else:
            kind = entities_of(tracker).get("line_type", "")
            response = ELIGIBLE.get(kind, "utter_number_eligibility")
            self.say(dispatcher, tracker, response)
        offer_also(self, dispatcher, tracker)
        return [SlotSet("misses", 0)]

    async def _look_up(
        self, given: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        try:
            number = await self.disclosed(tracker, given, "phone")
            found = await self.call(
                self.services.phone_numbers.eligibility, tracker.sender_id, number
            )
        except (NumberError, LookupLimit, DisclosureGone) as error:
            replies = number_response(error, LOOKUP_REPLIES)
            self.explain(dispatcher, tracker, error, replies)
            return
        by_text = "sms" in found.ways
        response = "utter_eligible_number" if by_text else "utter_eligible_number_voice"
        add = button("add_phone_number", language_of(tracker), phone=given)
        self.say(dispatcher, tracker, response, number=found.masked, buttons=[add])


class FindPhoneNumber(Task):
    """Shows the masked numbers of the account that was proved."""

    intent = "find_phone_number"
    looks = True

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_find_steps")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            numbers = await self.call(
                self.services.phone_numbers.find, tracker.sender_id
            )
        except ProofMissing as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        for number in numbers:
            self._show(dispatcher, tracker, number)
        if tracker.get_slot("task") in (None, self.intent):
            found = "utter_found_next" if numbers else "utter_found_none"
            self.say(dispatcher, tracker, found)

    def _show(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, number: NumberView
    ) -> None:
        language = language_of(tracker)
        since = on_day(number.verified_at, language) if number.verified_at else ""
        self.say(
            dispatcher,
            tracker,
            _found_response(number),
            number=number.masked,
            since=since,
        )


class MultipleAccounts(Task):
    """Tells two accounts of one person apart, and asks the team to join them."""

    intent = "multiple_accounts"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_multiple_accounts")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        return None if tracker.get_slot("confirmed") else "confirmed"

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Show what is on this account, and offer to have another joined to it."""
        numbers = await self.call(self.services.phone_numbers.find, tracker.sender_id)
        verified = [each.masked for each in numbers if each.state == "verified"]
        if verified:
            self.say(
                dispatcher,
                tracker,
                "utter_merge_numbers",
                numbers=", ".join(verified),
            )
        else:
            self.say(dispatcher, tracker, "utter_merge_no_numbers")
        self.say(dispatcher, tracker, "utter_ask_merge_confirmed")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            opened = await self.call(
                self.services.cases.open, tracker.sender_id, "merge"
            )
        except (HandoffError, VerificationError) as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            self.say(dispatcher, tracker, "utter_merge_opened", case=opened.number)
            await fetch(self, dispatcher, tracker, self.intent)


def _found_response(number: NumberView) -> str:
    if number.state == "suspended":
        return "utter_found_number_suspended"
    if number.state != "verified":
        return "utter_found_number_unverified"
    if number.gets_codes:
        return "utter_found_number_codes"
    return "utter_found_number_other"
