"""What a form must forget when its validation has failed."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

VALIDATE = "validate_"
REQUESTED = "requested_slot"

Event = dict[str, Any]


def unfill(call: dict[str, Any]) -> list[Event]:
    """Slot events that take back what the form of a `validate_` call has collected.

    Everything that was filled since the person last spoke is emptied, and the same
    question stays asked: with no event at all Rasa would take the form as complete.
    """
    name = str(call.get("next_action"))
    if not name.startswith(VALIDATE):
        return []
    tracker, form = call["tracker"], name.removeprefix(VALIDATE)
    requested = (tracker.get("slots") or {}).get(REQUESTED)
    mapped = set(_slots_of(form, call.get("domain") or {}))
    # A form that the domain at hand does not describe may own any slot.
    new = [slot for slot in _filled(tracker) if slot in mapped or not mapped]
    slots = dict.fromkeys([*new, *([requested] if requested else [])])
    emptied = [_slot(slot, None) for slot in slots]
    return [*emptied, _slot(REQUESTED, requested)] if requested else emptied


def _slots_of(form: str, domain: dict[str, Any]) -> Iterator[str]:
    described = (domain.get("forms") or {}).get(form) or {}
    yield from described.get("required_slots") or ()
    for slot, description in (domain.get("slots") or {}).items():
        mappings = (description or {}).get("mappings") or ()
        if any(_belongs(mapping, form) for mapping in mappings):
            yield slot


def _belongs(mapping: dict[str, Any], form: str) -> bool:
    conditions = mapping.get("conditions") or ()
    return any(condition.get("active_loop") == form for condition in conditions)


def _filled(tracker: dict[str, Any]) -> Iterator[str]:
    latest = takewhile(
        lambda event: event.get("event") != "user",
        reversed(tracker.get("events") or ()),
    )
    for event in latest:
        name, value = event.get("name"), event.get("value")
        if event.get("event") == "slot" and name != REQUESTED and value is not None:
            yield str(name)


def _slot(name: str, value: str | None) -> Event:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}
