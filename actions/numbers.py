"""Numbers that are put on the account, take another's place, or leave it."""

from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.proving import told
from actions.task import HEARD, Validated
from actions.which import NumberTask, choose
from bot.accounts.errors import (
    LastFactor,
    NoNumber,
    NumberInUse,
    NumberUnchanged,
    WhichNumber,
)
from bot.accounts.numbers import Changed
from bot.privacy.errors import DisclosureGone
from bot.telephony.errors import (
    EmergencyNumber,
    ExtensionGiven,
    NumberError,
    NumberRefused,
    NumberUnreadable,
    SeveralNumbers,
    ShortCode,
    VanityNumber,
)
from bot.telephony.gateway import Way
from bot.verification.errors import NoAuthenticator, VerificationError
from bot.verification.standing import Standing

REFUSED = {
    "voip": "utter_number_refused_voip",
    "country": "utter_number_refused_country",
    "fictional": "utter_number_refused_fictional",
    "unknown": "utter_number_refused_unknown",
    "short_code": "utter_number_short",
}
REPLIES: Replies = {
    **PROOF_REPLIES,
    EmergencyNumber: "utter_number_short",
    ExtensionGiven: "utter_number_extension",
    LastFactor: "utter_last_factor",
    NoNumber: "utter_no_number",
    NumberError: "utter_number_invalid",
    NumberInUse: "utter_number_in_use",
    NumberUnchanged: "utter_number_unchanged",
    NumberUnreadable: "utter_number_unreadable",
    SeveralNumbers: "utter_number_several",
    ShortCode: "utter_number_short",
    VanityNumber: "utter_number_vanity",
    WhichNumber: "utter_which_unknown",
}
# What a failed switch says: nothing is asked for any more, so all is to be told.
DONE_REPLIES: Replies = {
    NoAuthenticator: REPLIES[NoAuthenticator],
    NumberInUse: REPLIES[NumberInUse],
    NumberUnchanged: "utter_change_not_done",
    VerificationError: "utter_change_not_done",
}
ADDED_REPLIES: Replies = {
    **DONE_REPLIES,
    NumberUnchanged: "utter_add_not_done",
    VerificationError: "utter_add_not_done",
}
FAILURES = (
    DisclosureGone,
    NumberError,
    NumberUnchanged,
    VerificationError,
    WhichNumber,
)


def number_response(error: Exception, replies: Replies) -> Replies:
    """The replies, with that of a refused number chosen by why it is refused."""
    if not isinstance(error, NumberRefused):
        return replies
    refused = REFUSED.get(error.reason, "utter_number_refused_kind")
    return {**replies, NumberRefused: refused}


class OffersNumber(NumberTask):
    """A task that takes a new number and proves that it is at hand."""

    need = "change"
    adds = False
    replies = REPLIES
    done_replies: ClassVar[Replies] = DONE_REPLIES
    early = ("phone", "number_new")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        if await self.which_is_open(tracker):
            return "number_which"
        for slot in ("number_new", "number_code"):
            if tracker.get_slot(slot) is None:
                return slot
        return None

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Drop the number given so far; the form asks for another one."""
        if tracker.get_slot("number_new") is None:
            return await self.choose_again(tracker)
        self.say(dispatcher, tracker, "utter_change_again")
        return [SlotSet("number_new", None), SlotSet("number_code", None)]

    async def on_proved(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Send the code to a number that was given before it could be used."""
        chosen = await super().on_proved(dispatcher, tracker)
        given = tracker.get_slot("number_new")
        if given is None or tracker.get_slot("number_code") is not None:
            return chosen
        if not self.proved(await self.standing(tracker)):
            return chosen
        chosen |= await self._named_beside(given, tracker)
        if await self.which_is_open(tracker):
            return chosen
        return chosen | await self._offer(given, dispatcher, tracker)

    async def send_anew(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> bool:
        """Offer the number again when the code to it was called back."""
        if tracker.get_slot("requested_slot") != "number_code":
            return await super().send_anew(by, dispatcher, tracker)
        await self.on_proved(dispatcher, tracker)
        return True

    async def validate_number_new(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if _is_no_number(tracker):
            self.say(dispatcher, tracker, "utter_number_invalid")
            return {"number_new": None, "number_code": None}
        tracker.slots.update(number_new=value, number_code=None)
        kept = {"number_new": value, "number_code": None}
        return kept | HEARD | await self.on_proved(dispatcher, tracker)

    async def validate_number_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        confirm = self.services.phone_numbers.confirm
        return await self.take_new_code(
            "number_code", value, confirm, dispatcher, tracker
        )

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            changed = await self.call(
                self.services.phone_numbers.change, tracker.sender_id
            )
        except (VerificationError, NumberUnchanged, NumberInUse) as error:
            self.explain(dispatcher, tracker, error, self.done_replies)
        else:
            self.tell(dispatcher, tracker, changed)

    def tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, changed: Changed
    ) -> None:
        """Say what was done: a number in another's place, the first, or one more."""
        if changed.old_masked:
            response = "utter_changed"
        else:
            response = "utter_added" if changed.gets_codes else "utter_added_beside"
        old, new = changed.old_masked, changed.new_masked
        self.say(dispatcher, tracker, response, old=old, new=new)
        if changed.claimed:
            self.say(dispatcher, tracker, "utter_claimed")

    async def _offer(
        self, given: str, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        try:
            number = await self._read_new(given, tracker)
            sent = await self.call(
                self.services.phone_numbers.offer,
                tracker.sender_id,
                number,
                which=tracker.get_slot("number_which"),
                adds=self.adds,
            )
        except FAILURES as error:
            self.explain(
                dispatcher, tracker, error, number_response(error, self.replies)
            )
            return {"number_new": None}
        self.say(dispatcher, tracker, f"utter_new_number_{sent.by}", **told(sent))
        return {}

    async def _named_beside(self, given: str, tracker: Tracker) -> Validated:
        """The number to be replaced, where it was typed in the same breath."""
        typed = await self.all_disclosed(tracker, given, "phone")
        numbers = await self.numbers(tracker)
        own = {choose(numbers, each) for each in typed} - {None}
        if self.adds or len(typed) < 2 or len(own) != 1:
            return {}
        tracker.slots["number_which"] = own.pop()
        return {"number_which": tracker.slots["number_which"]}

    async def _read_new(self, given: str, tracker: Tracker) -> str:
        """The new number that was typed, apart from one that is on the account.

        Raises:
            DisclosureGone: it is too old.
            SeveralNumbers: it may be more than one.
        """
        typed = await self.all_disclosed(tracker, given, "phone")
        if len(typed) < 2:
            return await self.disclosed(tracker, given, "phone", "code")
        numbers = await self.numbers(tracker)
        new = [each for each in typed if choose(numbers, each) is None]
        if len(new) != 1:
            raise SeveralNumbers
        return new[0]

    async def which_is_open(self, tracker: Tracker) -> bool:
        return not self.adds and await super().which_is_open(tracker)


class ChangePhoneNumber(OffersNumber):
    """Puts a new number in an old one's place."""

    intent = "change_phone_number"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if not (await self.standing(tracker)).may_change:
            self.say(dispatcher, tracker, "utter_change_start")


class AddPhoneNumber(OffersNumber):
    """Puts one more number on the account."""

    intent = "add_phone_number"
    adds = True
    done_replies = ADDED_REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_add_start")


class AskNumberCode(BotAction):
    """Asks for the code that went to the new number, or offers another one."""

    def name(self) -> str:
        return "action_ask_number_code"

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
            "utter_ask_number_code" if pending else "utter_ask_number_code_new",
        )
        return []


def _is_no_number(tracker: Tracker) -> bool:
    """Whether digits were given that are too many, or a date; they are not kept."""
    kinds = entities_of(tracker)
    return "number" in kinds and "phone" not in kinds and "code" not in kinds
