"""Cases: how one stands; and a person who is asked for."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BotAction, Domain, Event, Replies, entities_of, language_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.smalltalk import offer_also
from actions.task import HEARD, Task, Validated
from bot.dates import on_day, until
from bot.handoff.cases import CaseView
from bot.handoff.errors import CaseUnknown, HandoffError
from bot.privacy.errors import DisclosureGone
from bot.verification.standing import Standing

REPLIES: Replies = {**PROOF_REPLIES, CaseUnknown: "utter_case_unknown"}


class CheckCaseStatus(Task):
    """Says how a case stands to whoever has its number, or proved the account."""

    intent = "check_case_status"
    need = "nothing"
    looks = True
    replies = REPLIES

    async def unproved(self, tracker: Tracker) -> str | None:
        if tracker.get_slot("case_number") is not None:
            return None
        return None if await self._views(tracker, None) else "case_number"

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        return await self.unproved(tracker)

    async def validate_case_number(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        return {"case_number": value} | HEARD

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        given = tracker.get_slot("case_number")
        try:
            number = await self.disclosed(tracker, given, "case") if given else None
            views = await self._views(tracker, number)
        except (HandoffError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        for view in views:
            self._tell(dispatcher, tracker, view)

    async def _views(
        self, tracker: Tracker, number: str | None
    ) -> tuple[CaseView, ...]:
        return await self.call(self.services.cases.status, tracker.sender_id, number)

    def _tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, view: CaseView
    ) -> None:
        now, language = self.services.clock.now(), language_of(tracker)
        until_day = view.good_until or view.ready_at
        self.say(
            dispatcher,
            tracker,
            f"utter_case_{view.state}",
            case=view.number,
            opened=on_day(view.opened_at, language),
            wait=until((view.ready_at - now).total_seconds(), language),
            day=on_day(until_day, language),
        )


class TalkToHuman(BotAction):
    """Puts the conversation in line for a person; the assistant stays meanwhile."""

    def name(self) -> str:
        return "action_talk_to_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[Event]:
        reason = str(tracker.get_slot("task") or entities_of(tracker).get("also") or "")
        asked = await self.call(
            self.services.handoff.ask, tracker.sender_id, reason or "talk_to_human"
        )
        if not asked.new:
            self.say(dispatcher, tracker, "utter_person_asked_before")
        elif asked.ahead:
            self.say(dispatcher, tracker, "utter_person_asked", ahead=asked.ahead)
        else:
            self.say(dispatcher, tracker, "utter_person_asked_first")
        offer_also(self, dispatcher, tracker)
        return [SlotSet("misses", 0)]
