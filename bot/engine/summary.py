"""What stands for the older part of a conversation: few events, the same effect.

Policies look at the last five states. Those based on stories do not see the turns
that rules alone have played, so that their five may be long ago; and before there are
five, the beginning of the conversation is one.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

PRIOR_TURNS = 5
# What a turn leaves behind for later ones.
STATEFUL = (SlotSet, AllSlotsReset, ActiveLoop, ConversationPaused, ConversationResumed)

Turn = Sequence[Event]


def replay(recorded: Sequence[Event], slots: Sequence[Slot]) -> DialogueStateTracker:
    """The tracker that `recorded` makes."""
    return DialogueStateTracker.from_events("", list(recorded), slots)


def stand_for(
    older: Sequence[Event], slots: Sequence[Slot]
) -> tuple[list[Event], list[Event]]:
    """Events that set the state in which the first turn that counts began; the rest."""
    tracker = replay(older, slots)
    head, turns = _split(tracker.applied_events())
    counting = _counting(turns, tracker.active_loop_name)
    first = min(counting, default=len(turns))
    before = [*head, *_join(turns[:first])]
    rest = [_rest(turns[i], i in counting) for i in range(first, len(turns))]
    return [*_known_loops(older), *_state(before, slots)], lean(_join(rest))


def _split(applied: Sequence[Event]) -> tuple[Turn, list[Turn]]:
    """What was before the first message, and the turns, each from its message on."""
    starts = [i for i, event in enumerate(applied) if isinstance(event, UserUttered)]
    bounds = pairwise([*starts, len(applied)])
    turns = [applied[start:end] for start, end in bounds]
    return applied[: starts[0]] if starts else applied, turns


def _join(turns: Sequence[Turn]) -> list[Event]:
    return [event for turn in turns for event in turn]


def _counting(turns: Sequence[Turn], loop: str | None) -> set[int]:
    """Which turns count: the latest, those that stories saw, and the active loop's.

    What a loop does while nothing interrupts it is part of the turn of its last run.
    """
    latest = range(len(turns))[-PRIOR_TURNS:]
    seen = _find(turns, _is_seen)[-PRIOR_TURNS:]
    if not loop:
        return {*latest, *seen}
    last_run = max(_find(turns, lambda event: _runs(event, loop)), default=0)
    begun = _find(turns, lambda e: isinstance(e, ActiveLoop) and e.name == loop)[-1:]
    around = range(max(0, last_run - PRIOR_TURNS), last_run + 1)
    return {*latest, *seen, *around, *begun}


def _is_seen(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and not event.hide_rule_turn


def _runs(event: Event, action: str) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == action


def _find(turns: Sequence[Turn], is_wanted: Callable[[Event], bool]) -> list[int]:
    return [index for index, turn in enumerate(turns) if any(map(is_wanted, turn))]


def _known_loops(older: Sequence[Event]) -> list[Event]:
    """Make known which names are loops, and end with none active.

    `DialogueStateTracker.applied_events` treats the run of an action otherwise when
    a loop of that name was ever active.
    """
    names = {event.name for event in older if isinstance(event, ActiveLoop)}
    known = [ActiveLoop(name) for name in sorted(filter(None, names))]
    return [*known, ActiveLoop(None)]


def _state(before: Sequence[Event], slots: Sequence[Slot]) -> Iterator[Event]:
    """What `before` left behind, after the first action of all and the last one.

    The state in which the first action began is the conversation's first.
    """
    actions = [i for i, event in enumerate(before) if isinstance(event, ActionExecuted)]
    if actions:
        yield from _left_by(replay(before[: actions[0]], slots))
        yield before[actions[0]]
        yield AllSlotsReset()
    yield from _left_by(replay(before, slots))
    if len(actions) > 1:
        yield before[actions[-1]]


def _left_by(tracker: DialogueStateTracker) -> Iterator[Event]:
    for slot in tracker.slots.values():
        if slot.has_been_set:
            yield SlotSet(slot.name, slot.value)
    if tracker.is_paused():
        yield ConversationPaused()
    if tracker.active_loop_name:
        yield ActiveLoop(tracker.active_loop_name)


def _rest(turn: Turn, counts: bool) -> list[Event]:
    wanted = Event if counts else STATEFUL
    return [e for e in turn if isinstance(e, wanted) and not isinstance(e, BotUttered)]


def lean(recorded: Sequence[Event]) -> list[Event]:
    """Without what was replaced before any action met it."""
    kept: list[Event] = []
    replaced: set[object] = set()
    for event in reversed(recorded):
        if isinstance(event, ActionExecuted):
            replaced.clear()
        if not replaced.intersection(_replacers(event)):
            kept.append(event)
        replaced.update(_replacers(event)[:1])
    return kept[::-1]


def _replacers(event: Event) -> tuple[object, ...]:
    """Its own kind first, then what else does away with its effect."""
    if isinstance(event, SlotSet):
        return event.key, AllSlotsReset
    if isinstance(event, ConversationPaused | ConversationResumed):
        return (ConversationPaused,)
    return (type(event),) if isinstance(event, STATEFUL) else ()
