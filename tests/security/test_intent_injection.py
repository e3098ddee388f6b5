"""Intents and entities, typed or pressed as if they were the engine's own payloads."""

import json
from collections.abc import Callable

import pytest

from bot.accounts.models import PhoneNumber, Undo
from bot.verification.models import Authenticator, Proof
from tests.contract import dialogue
from tests.conversations.stage import Stage
from tests.security.goals import Goal

INTENTS = sorted(dialogue.names(dialogue.DOMAIN["intents"]))
# What a person knows, and what they would like to be so.
FORGED = (
    {},
    {
        "contact": "maria@example.com",
        "code": "000000",
        "phone_number": "+13125550142",
        "identity": "verified",
        "account_id": "1",
        "proved": True,
        "requested_slot": None,
    },
)
PRIVILEGED = (Proof, PhoneNumber, Authenticator, Undo)


def rows(stage: Stage) -> list[int]:
    with stage.services.sessions() as session:
        return [session.query(model).count() for model in PRIVILEGED]


def typed(stage: Stage, payload: str, _turn: int) -> None:
    stage.visitor().say(payload)


def texted(stage: Stage, payload: str, turn: int) -> None:
    stage.texter(f"+1312234{turn:04}").say(payload)


def pressed(stage: Stage, payload: str, _turn: int) -> None:
    """Press an option that was never offered; it has to be refused."""
    visitor = stage.visitor()
    assert visitor.post(payload=payload).status_code == 409
    assert visitor.read() == []


WAYS = (typed, texted, pressed)


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_no_intent_that_is_injected_does_what_needs_proof(
    stage: Stage, goal: Goal, way: Callable[[Stage, str, int], None]
) -> None:
    before, done, tried = rows(stage), 0, 0
    for intent in INTENTS:
        for entities in FORGED:
            payload = f"/{intent}{json.dumps(entities) if entities else ''}"
            way(stage, payload, tried)
            stage.clock.move(61)
            done += bool(stage.accounts.changes()) or rows(stage) != before
            tried += 1
    goal("S16", f"{done} of {tried} payloads {way.__name__} did what needs proof")
    assert done == 0
