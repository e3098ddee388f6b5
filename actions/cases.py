"""Cases: how one stands."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Domain, Replies, Speaker, entities_of, language_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.smalltalk import disown_codes
from actions.task import HEARD, Task, Validated
from bot.dates import on_day, until
from bot.handoff.cases import CaseView
from bot.handoff.errors import CaseLimit, CaseUnknown, HandoffError
from bot.privacy.errors import DisclosureGone
from bot.verification.standing import Standing

REPLIES: Replies = {**PROOF_REPLIES, CaseUnknown: "utter_case_unknown"}


class CheckCaseStatus(Task):
    """Says how a case stands to whoever has its number, or proved the account."""

    intent = "check_case_status"
    need = "nothing"
    looks = True
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Say how to ask again where another question is open meanwhile."""
        if tracker.get_slot("task") and await self.unproved(tracker):
            self.say(dispatcher, tracker, "utter_case_aside")

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
        """Look the number up; one that is unknown is asked for again."""
        try:
            await self._look_up(tracker, value)
        except (CaseUnknown, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return {"case_number": None} | HEARD
        except CaseLimit as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return {"case_number": None, "task_over": True}
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
            tell_case(self, dispatcher, tracker, view)

    async def _look_up(self, tracker: Tracker, given: str) -> None:
        if "case" not in entities_of(tracker):
            # Digits are no number of a case; a code among them is called back.
            await disown_codes(self, tracker)
            raise CaseUnknown
        await self._views(tracker, await self.disclosed(tracker, given, "case"))

    async def _views(
        self, tracker: Tracker, number: str | None
    ) -> tuple[CaseView, ...]:
        return await self.call(self.services.cases.status, tracker.sender_id, number)


def tell_case(
    speaker: Speaker,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    view: CaseView,
) -> None:
    """Say how a case stands."""
    now, language = speaker.services.clock.now(), language_of(tracker)
    speaker.say(
        dispatcher,
        tracker,
        f"utter_case_{view.state}",
        case=view.number,
        opened=on_day(view.opened_at, language),
        wait=until((view.ready_at - now).total_seconds(), language),
        day=on_day(view.good_until or view.ready_at, language),
    )
