"""What happened on the account lately."""

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Speaker, language_of
from actions.task import Task
from bot.accounts.activity import ActivityView
from bot.dates import ago
from bot.verification.errors import VerificationError


class ReviewActivity(Task):
    """Shows the latest sign-ins and changes to whoever proved the account."""

    intent = "review_activity"
    looks = True

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_review_activity")

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            recent = await self.call(self.services.activity.recent, tracker.sender_id)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return
        if recent:
            tell_activity(self, dispatcher, tracker, recent)
            self.say(dispatcher, tracker, "utter_activity_next")
        else:
            self.say(dispatcher, tracker, "utter_activity_none")


def tell_activity(
    speaker: Speaker,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    recent: Sequence[ActivityView],
) -> None:
    """One line for each thing that happened."""
    now, language = speaker.services.clock.now(), language_of(tracker)
    for each in recent:
        speaker.say(
            dispatcher,
            tracker,
            response_to(each),
            when=ago((now - each.at).total_seconds(), language),
            device=each.device,
            place=each.place,
        )


def response_to(activity: ActivityView) -> str:
    """The response that tells of one thing that happened."""
    if activity.kind == "change":
        return f"utter_activity_{activity.name}"
    done = "done" if activity.succeeded else "failed"
    return f"utter_activity_sign_in_{done}"
