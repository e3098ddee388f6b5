"""Answers that need nothing from the account, and what to do when in doubt."""

import json
import re
from abc import abstractmethod
from functools import cache
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    BotAction,
    Domain,
    Event,
    Speaker,
    entities_of,
    intent_of,
    language_of,
)
from actions.fetching import MISSED, fetch
from actions.nearest import nearest_articles
from bot.documents import parse

TITLES = Path(__file__).with_name("strings.yml")
LANGUAGES = ("en", "es")
SECRETS = ("card", "ssn")
CODES = ("code", "recovery_code")
# What one task is given; another task has no use for it.
TASK_SLOTS = (
    "task_over",
    "number_which",
    "number_new",
    "number_code",
    "email_which",
    "email_new",
    "email_code",
    "factor",
    "app_shown",
    "app_code",
    "holder",
    "case_number",
    "confirmed",
    "keep",
)
# Digits that are no number and no code, and addresses that are none, by the question.
DIGITS = re.compile(r"[\W_]*\d[\d\W_]*")
ADDRESS = re.compile(
    r"@|\barroba\b|\(at\)|\bat\b.*(?:\bdot\b|\w\.\w\w)|^\S+\.\w\w+$", re.IGNORECASE
)
NEAR_DIGITS = {
    "identify_contact": "utter_contact_unreadable",
    "identify_code": "utter_code_malformed",
    "number_new": "utter_number_short",
    "number_code": "utter_code_malformed",
    "email_code": "utter_code_malformed",
    "app_code": "utter_code_malformed",
}
# What is said to anything else that is no answer, where it helps to say more.
UNREAD = {"number_new": "utter_number_unreadable"}
NEAR_ADDRESS = {
    "identify_contact": "utter_contact_unreadable",
    "email_new": "utter_email_unreadable",
}
FORM_SLOTS = (
    "task",
    "also",
    "identify_contact",
    "identify_method",
    "identify_code",
    *TASK_SLOTS,
)


class Answer(BotAction):
    """Speaks the response that is named for the intent."""

    def name(self) -> str:
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        warn_of_secrets(self, dispatcher, tracker)
        agreed = agreed_to(tracker)
        if agreed and _is_task(agreed):
            return [FollowupAction("action_start_task")]
        self.say(dispatcher, tracker, f"utter_{agreed or intent_of(tracker)}")
        if not tracker.get_slot("task"):
            offer_also(self, dispatcher, tracker)
            return [SlotSet("misses", 0)]
        return [SlotSet("misses", 0), *also_wanted(tracker)]


class SetLanguage(BotAction):
    """Takes the language that was named, before anything is said in it."""

    def name(self) -> str:
        return "action_set_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        wanted = entities_of(tracker).get("wanted_language")
        if wanted not in LANGUAGES:
            return []
        await self.call(
            self.services.conversations.set_language, tracker.sender_id, wanted
        )
        return [SlotSet("language", wanted)]


class ConfirmLanguage(BotAction):
    """Says that the language is taken; asks which one when none was named."""

    def name(self) -> str:
        return "action_confirm_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        named = entities_of(tracker).get("wanted_language") in LANGUAGES
        response = "utter_language_set" if named else "utter_ask_language"
        self.say(dispatcher, tracker, response)
        return [SlotSet("misses", 0)]


class TakeValue(BotAction):
    """Meets a value that nothing asked for: warns when it was a secret."""

    def name(self) -> str:
        return "action_take_value"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        await disown_codes(self, tracker)
        self.say(dispatcher, tracker, _reply_to_value(tracker))
        return [SlotSet("misses", 0)]


class Missed(BotAction):
    """Meets what cannot be helped; the second time in a row a person is fetched.

    Where none is there, articles and a person are offered.
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        unasked = _unasked(tracker)
        if unasked:
            await disown_codes(self, tracker)
            self.say(dispatcher, tracker, unasked)
            return []
        if near := near_answer(tracker):
            self.say(dispatcher, tracker, near)
            return []
        misses = int(tracker.get_slot("misses") or 0) + 1
        if misses == 1:
            self.meet(dispatcher, tracker)
        elif await fetch_for_misses(self, dispatcher, tracker):
            misses = 0
        else:
            self._offer_articles(dispatcher, tracker)
        return [SlotSet("misses", misses)]

    @abstractmethod
    def meet(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Answer the first miss."""

    def _offer_articles(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        sources = nearest_articles(tracker, self.services.articles)
        person = button("talk_to_human", language_of(tracker))
        self.say(dispatcher, tracker, "utter_clarify_again", buttons=[person])
        dispatcher.utter_message(json_message={"sources": sources})


class Clarify(Missed):
    """Asks which of the likeliest intents it was."""

    def name(self) -> str:
        return "action_clarify"

    def meet(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        titles = load_titles()
        likely = [name for name in _ranking(tracker) if name in titles][:3]
        likely = likely or ["code_not_received", "change_phone_number"]
        buttons = [button(name, language_of(tracker)) for name in likely]
        self.say(dispatcher, tracker, "utter_clarify", buttons=buttons)


class TurnAway(Missed):
    """Says that this is none of the assistant's business, and what is."""

    def name(self) -> str:
        return "action_turn_away"

    def meet(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_out_of_scope")


class Misheard(BotAction):
    """Says that a form's question was not answered; the form asks it again.

    The second time in a row a person is fetched, if one is there.
    """

    def name(self) -> str:
        return "action_misheard"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        await disown_codes(self, tracker)
        asked = str(tracker.get_slot("requested_slot"))
        missed = UNREAD.get(asked, "utter_misheard")
        near = _unasked(tracker) or near_answer(tracker)
        again = near is None and missed in said_before(tracker)
        if not again or not await fetch_for_misses(self, dispatcher, tracker):
            self.say(dispatcher, tracker, near or missed)
        return []


async def fetch_for_misses(
    speaker: Speaker, dispatcher: CollectingDispatcher, tracker: Tracker
) -> bool:
    """Let a person join who understands; False, and nothing said, if none is there."""
    return await fetch(
        speaker, dispatcher, tracker, MISSED, "utter_person_coming_missed"
    )


def said_before(tracker: Tracker) -> set[str]:
    """The responses that answered the message before the latest."""
    said: set[str] = set()
    messages = 0
    for event in reversed(tracker.events):
        messages += event["event"] == "user"
        if messages == 2:
            break
        if messages == 1 and event["event"] == "bot":
            said.add(str((event.get("metadata") or {}).get("utter_action")))
    return said


def near_answer(tracker: Tracker) -> str | None:
    """The response to digits or an address that miss what a form asks for."""
    asked = str(tracker.get_slot("requested_slot") or "")
    text = str(tracker.latest_message.get("text") or "")
    if DIGITS.fullmatch(text):
        return NEAR_DIGITS.get(asked)
    return NEAR_ADDRESS.get(asked) if ADDRESS.search(text) else None


def forget_form() -> list[Event]:
    """The events that empty every slot of the forms."""
    return [SlotSet(slot, None) for slot in FORM_SLOTS]


def also_wanted(tracker: Tracker) -> list[Event]:
    """The event that remembers a second wish of the message, if there is one."""
    also = entities_of(tracker).get("also")
    return [SlotSet("also", also)] if also else []


def offer_also(
    speaker: Speaker, dispatcher: CollectingDispatcher, tracker: Tracker
) -> None:
    """Come back to the second of two wishes, now that the first is dealt with."""
    also = entities_of(tracker).get("also") or tracker.get_slot("also")
    titles = load_titles()
    if also not in titles or also == tracker.get_slot("task"):
        return
    language = language_of(tracker)
    speaker.say(
        dispatcher,
        tracker,
        "utter_also",
        wish=titles[also][language],
        buttons=[button(also, language)],
    )


def agreed_to(tracker: Tracker) -> str | None:
    """The wish that `offer_also` came back to, if the answer to that is a plain yes."""
    if intent_of(tracker) != "affirm":
        return None
    spoken = (event for event in reversed(tracker.events) if event["event"] == "bot")
    last: dict[str, Any] = next(spoken, {})
    if (last.get("metadata") or {}).get("utter_action") != "utter_also":
        return None
    buttons = (last.get("data") or {}).get("buttons") or [{}]
    return str(buttons[0].get("payload", "")).removeprefix("/") or None


def _is_task(intent: str) -> bool:
    from actions.tasks import TASKS

    return intent in TASKS


def warn_of_secrets(
    speaker: Speaker, dispatcher: CollectingDispatcher, tracker: Tracker
) -> None:
    """Say that a card or social security number was hidden, if there was one."""
    if holds_secret(tracker):
        speaker.say(dispatcher, tracker, "utter_secret_unasked")


async def disown_codes(speaker: Speaker, tracker: Tracker) -> None:
    """Forget a code that nobody asked for, and call it back: others may have it."""
    found = entities_of(tracker)
    seq = next((found[kind] for kind in (*CODES, *SECRETS) if kind in found), None)
    if seq is not None:
        await speaker.call(
            speaker.services.identification.disown, tracker.sender_id, int(seq)
        )


def holds_secret(tracker: Tracker) -> bool:
    """Whether the message holds a number that no chat should ever be given."""
    return any(kind in entities_of(tracker) for kind in SECRETS)


@cache
def load_titles(path: Path = TITLES) -> dict[str, dict[str, str]]:
    """The button title of each intent: intent -> language -> text."""
    titles: dict[str, dict[str, str]] = parse(path.read_text("utf-8"))
    return titles


def button(intent: str, language: str, **entities: str) -> dict[str, str]:
    """A button that wants an intent, with what is known of it already."""
    known = json.dumps(entities) if entities else ""
    return {"title": load_titles()[intent][language], "payload": f"/{intent}{known}"}


def _ranking(tracker: Tracker) -> list[str]:
    ranking: list[dict[str, Any]] = tracker.latest_message.get("intent_ranking") or []
    return [str(item["name"]) for item in ranking]


def _reply_to_value(tracker: Tracker) -> str:
    return _unasked(tracker) or "utter_value_unasked"


def _unasked(tracker: Tracker) -> str | None:
    if holds_secret(tracker):
        return "utter_secret_unasked"
    if any(kind in entities_of(tracker) for kind in CODES):
        return "utter_code_unasked"
    return None
