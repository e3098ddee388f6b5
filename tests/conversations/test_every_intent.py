"""Each intent gets its own answer, in the language it was asked in."""

from typing import Any

import pytest
import yaml

from tests.contract import dialogue
from tests.conversations.playing import Play
from tests.conversations.stage import Stage
from tests.conversations.transcripts import FOLDER, Transcript

INTENTS: dict[str, dict[str, Any]] = yaml.safe_load(
    (FOLDER / "every_intent.yml").read_text("utf-8")
)


def test_every_intent_has_a_sentence() -> None:
    assert set(INTENTS) == set(dialogue.names(dialogue.DOMAIN["intents"]))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("intent", INTENTS)
def test_intent_is_answered(stage: Stage, intent: str, language: str) -> None:
    step = {"user": INTENTS[intent][language], "says": INTENTS[intent]["says"]}
    told = {"language": language, "steps": [step], "after": {"unchanged": True}}
    Play(stage, Transcript.model_validate(told)).run()
