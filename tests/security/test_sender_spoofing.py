"""A text that claims to come from somebody's number, signed as Twilio signs it.

The caller's number of a text can be set by whoever sends it, and the signature only
says that Twilio passed it on. So it identifies a thread, and proves nothing.
"""

from collections.abc import Iterator

import pytest

from bot.verification.models import Proof
from tests.conversations.playing import Play
from tests.conversations.stage import Stage
from tests.conversations.test_every_intent import INTENTS
from tests.conversations.transcripts import Transcript
from tests.security.goals import Goal

MARIA = "+12025550143"
FIELDS = ["0143", "maria", "María"]
LANGUAGES = ("en", "es")


@pytest.fixture
def unproved(stage: Stage) -> Iterator[Stage]:
    """A stage on which nothing is proved at the end either."""
    yield stage
    with stage.services.sessions() as session:
        assert session.query(Proof).count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", INTENTS)
def test_the_number_that_texts_tells_and_changes_nothing(
    unproved: Stage, goal: Goal, intent: str, language: str
) -> None:
    sentence = INTENTS[intent]
    step = {
        "user": sentence[language],
        "says": sentence["says"],
        "says_not": FIELDS,
    }
    told = {
        "channel": "sms",
        "from": MARIA,
        "language": language,
        "steps": [step],
        "after": {"unchanged": True},
    }
    Play(unproved, Transcript.model_validate(told)).run()
    asked = f"{len(INTENTS)} intents in {len(LANGUAGES)} languages"
    goal("S14", f"{asked}: 0 fields of account data, 0 writes, 0 proofs")
