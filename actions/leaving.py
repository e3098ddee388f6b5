"""Closing the account: later, and not if its owner changes their mind."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Replies, language_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.task import Task
from bot.accounts.errors import AlreadyScheduled
from bot.dates import on_day
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {**PROOF_REPLIES, AlreadyScheduled: "utter_deletion_already"}


class DeleteAccount(Task):
    """Schedules the deletion; every address gets a link that cancels it."""

    intent = "delete_account"
    need = "change"
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.say(dispatcher, tracker, "utter_delete_account")

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        return None if tracker.get_slot("confirmed") else "confirmed"

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Say what is lost, and when."""
        days = self.services.settings.deletion_wait // 86_400
        self.say(dispatcher, tracker, "utter_ask_deletion_confirmed", days=days)

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        language = language_of(tracker)
        try:
            scheduled = await self.call(
                self.services.deletions.schedule, tracker.sender_id
            )
        except AlreadyScheduled as error:
            day = on_day(error.due_at, language)
            self.say(dispatcher, tracker, "utter_deletion_already", day=day)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            day = on_day(scheduled.due_at, language)
            self.say(dispatcher, tracker, "utter_deletion_scheduled", day=day)
