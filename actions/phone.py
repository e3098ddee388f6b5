"""Finding and changing the number on the account."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    BotAction,
    Domain,
    Event,
    entities_of,
    language_of,
)
from actions.identity import REPLIES as IDENTITY_REPLIES
from actions.identity import IdentifyingForm
from actions.smalltalk import forget_form
from bot.accounts.numbers import NumberView
from bot.dates import on_day
from bot.verification.errors import ProofMissing
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


class AnswerEligibility(BotAction):
    """Says whether a kind of number gets codes, and whose rule that is."""

    def name(self) -> str:
        return "action_answer_eligibility"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        kind = entities_of(tracker).get("line_type", "")
        self.say(dispatcher, tracker, ELIGIBLE.get(kind, "utter_number_eligibility"))
        return [SlotSet("misses", 0)]


class ExplainFind(BotAction):
    """Says where the number stands on the account's own pages."""

    def name(self) -> str:
        return "action_explain_find"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        self.say(dispatcher, tracker, "utter_find_steps")
        return [SlotSet("misses", 0)]


class FindForm(IdentifyingForm):
    """Proves who asks, so that the number may be shown."""

    def name(self) -> str:
        return "validate_find_phone_number_form"

    def proved(self, standing: Standing) -> bool:
        return standing.may_view


class FindPhoneNumber(BotAction):
    """Shows the masked numbers of the account that was proved."""

    def name(self) -> str:
        return "action_find_phone_number"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        try:
            numbers = await self.call(
                self.services.phone_numbers.find, tracker.sender_id
            )
        except ProofMissing as error:
            self.explain(dispatcher, tracker, error, IDENTITY_REPLIES)
            return forget_form()
        for number in numbers:
            self._show(dispatcher, tracker, number)
        found = "utter_found_next" if numbers else "utter_found_none"
        self.say(dispatcher, tracker, found)
        return forget_form()

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


def _found_response(number: NumberView) -> str:
    if number.state != "verified":
        return "utter_found_number_unverified"
    if number.gets_codes:
        return "utter_found_number_codes"
    return "utter_found_number_other"
