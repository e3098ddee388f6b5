"""People of the support team: asked for, fetched where the assistant is no help."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, entities_of, language_of
from actions.fetching import fetch
from actions.smalltalk import Answer, forget_form, offer_also

FRUSTRATED = "express_frustration"


class TalkToHuman(BotAction):
    """Puts the conversation in line; the assistant stays unless somebody can join."""

    def name(self) -> str:
        return "action_talk_to_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        reason = str(tracker.get_slot("task") or entities_of(tracker).get("also") or "")
        asked = await self.call(
            self.services.handoff.ask,
            tracker.sender_id,
            reason or "talk_to_human",
            frustrated=bool(tracker.get_slot("frustrations")),
        )
        answered = self.services.handoff.when(language_of(tracker))
        if asked.joins:
            self.say(dispatcher, tracker, "utter_person_coming")
        elif not asked.new:
            self.say(
                dispatcher, tracker, "utter_person_asked_before", answered=answered
            )
        elif asked.ahead:
            self.say(
                dispatcher,
                tracker,
                "utter_person_asked",
                ahead=asked.ahead,
                answered=answered,
            )
        else:
            self.say(dispatcher, tracker, "utter_person_asked_first", answered=answered)
        offer_also(self, dispatcher, tracker)
        return [SlotSet("misses", 0)]


class Comfort(Answer):
    """Answers anger; where the assistant was no help before, a person is fetched."""

    def name(self) -> str:
        return "action_comfort"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        times = int(tracker.get_slot("frustrations") or 0) + 1
        helpless = times > 1 or bool(tracker.get_slot("misses"))
        if helpless and await fetch(
            self,
            dispatcher,
            tracker,
            FRUSTRATED,
            "utter_person_coming_stuck",
            frustrated=True,
        ):
            return [SlotSet("frustrations", times), SlotSet("misses", 0)]
        self.say(dispatcher, tracker, "utter_express_frustration")
        if not tracker.get_slot("task"):
            offer_also(self, dispatcher, tracker)
        return [SlotSet("frustrations", times), SlotSet("misses", 0)]


class ComeBack(BotAction):
    """Says that the assistant speaks again, and leaves what the team has settled."""

    def name(self) -> str:
        return "action_come_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        heard = [SlotSet("misses", 0), SlotSet("frustrations", 0)]
        if "settled" in entities_of(tracker):
            self.say(dispatcher, tracker, "utter_back_settled")
            return [*heard, *forget_form()]
        if entities_of(tracker).get("came_back") == "waits":
            answered = self.services.handoff.when(language_of(tracker))
            self.say(dispatcher, tracker, "utter_back_waits", answered=answered)
        elif tracker.active_loop.get("name"):
            self.say(dispatcher, tracker, "utter_back_returned")
        else:
            self.say(dispatcher, tracker, "utter_back_open")
        return heard
