"""Closing the account: later, and not if its owner changes their mind."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Event, Replies, language_of
from actions.proving import REPLIES as PROOF_REPLIES
from actions.task import Task
from bot.accounts.errors import AlreadyScheduled
from bot.dates import on_day
from bot.verification.errors import VerificationError
from bot.verification.standing import Standing

REPLIES: Replies = {**PROOF_REPLIES, AlreadyScheduled: "utter_deletion_already"}


class DeleteAccount(Task):
    """Schedules the deletion; a link that every address gets cancels it, or the chat.

    With the slot `keep` it is the other way round: the account is to stay after all.
    """

    intent = "delete_account"
    need = "change"
    replies = REPLIES

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if not tracker.get_slot("keep"):
            self.say(dispatcher, tracker, "utter_delete_account")

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Only ask again: what is said twice may be a no ("don't delete it")."""
        return []

    async def enough(self, standing: Standing, tracker: Tracker) -> bool:
        """Whether it is known who asks; to keep the account costs less."""
        if tracker.get_slot("keep"):
            return standing.may_view
        return await super().enough(standing, tracker)

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        """Ask for a yes, unless there is nothing left to say it to."""
        if tracker.get_slot("keep") or tracker.get_slot("confirmed"):
            return None
        due = await self.call(self.services.deletions.due_at, tracker.sender_id)
        return "confirmed" if due is None else None

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Say what is lost, and when."""
        days = self.services.settings.deletion_wait // 86_400
        self.say(dispatcher, tracker, "utter_ask_deletion_confirmed", days=days)

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if tracker.get_slot("keep"):
            await self._keep(dispatcher, tracker)
        else:
            await self._schedule(dispatcher, tracker)

    async def _keep(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        try:
            kept = await self.call(self.services.deletions.cancel, tracker.sender_id)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
        else:
            told = "utter_deletion_cancelled" if kept else "utter_deletion_none"
            self.say(dispatcher, tracker, told)

    async def _schedule(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
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
