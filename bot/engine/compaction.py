"""A long conversation in few events: what a tracker needs besides the latest turns.

A tracker is the replay of its events, all of them, for each message. The older ones
matter for what they left behind. A summary stands for them, and is used only if a
tracker made from it is the same as the full one.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.event_log import Checkpoint
from bot.engine.summary import replay, stand_for

# Turns that stay as they are, and turns in all before a summary is made.
KEPT_TURNS = 5
MOST_TURNS = 16


def summarise(
    tracker: DialogueStateTracker, slots: Sequence[Slot], *, after: int
) -> Checkpoint | None:
    """A checkpoint for a tracker of more than `MOST_TURNS` turns, else None.

    The first `after` events are an earlier summary and not rows. None too when no cut
    leaves the tracker's state and its latest turns as they are.
    """
    recorded = list(tracker.events)
    if sum(isinstance(event, UserUttered) for event in recorded) <= MOST_TURNS:
        return None
    full = replay(recorded, slots)
    for cut in _cuts(recorded, after):
        state, turns = stand_for(recorded[:cut], slots)
        if _same(full, replay([*state, *turns, *recorded[cut:]], slots)):
            kept = len(recorded) - cut
            return Checkpoint(kept, _as_dicts(state), _as_dicts(turns))
    return None


def _cuts(recorded: Sequence[Event], after: int) -> Iterator[int]:
    """Where turns begin: `KEPT_TURNS` turns ago, or a few turns before that."""
    starts = [
        index
        for index, (one, other) in enumerate(pairwise(recorded))
        if index >= after and _listens(one) and isinstance(other, UserUttered)
    ]
    last = len(starts) - KEPT_TURNS
    return reversed(starts[max(0, last - 2) : max(0, last + 1)])


def _same(full: DialogueStateTracker, short: DialogueStateTracker) -> bool:
    """Whether both stand alike and apply the same of the events that they share."""
    shared = set(map(id, full.events)) & set(map(id, short.events))
    return standing(full) == standing(short) and [
        id(event) for event in full.applied_events() if id(event) in shared
    ] == [id(event) for event in short.applied_events() if id(event) in shared]


def standing(tracker: DialogueStateTracker) -> dict[str, object]:
    """All that a tracker remembers besides its events."""
    slots = tracker.slots.values()
    return {
        "slots": {slot.name: (slot.value, slot.has_been_set) for slot in slots},
        "loop": tracker.active_loop,
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
        "action": tracker.latest_action,
        "message": tracker.latest_message,
    }


def _as_dicts(recorded: Sequence[Event]) -> list[dict[str, object]]:
    return [event.as_dict() for event in recorded]


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
