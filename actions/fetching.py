"""Fetching a person of the team, where the assistant is no help or it is grave."""

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Speaker

MISSED = "not_understood"


async def fetch(
    speaker: Speaker,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    reason: str,
    response: str = "utter_person_coming",
    *,
    frustrated: bool = False,
) -> bool:
    """Let a person join and say so; False, and nothing is said, if none is there."""
    brought = await speaker.call(
        speaker.services.handoff.bring,
        tracker.sender_id,
        reason,
        frustrated=frustrated or bool(tracker.get_slot("frustrations")),
    )
    if brought is None:
        return False
    speaker.say(dispatcher, tracker, response)
    return True
