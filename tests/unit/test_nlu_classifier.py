"""The graph components: trained, stored and loaded by Rasa's own means."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.nlu.classifier import SentenceIntentClassifier
from bot.engine.nlu.normaliser import NORMALISED, TextNormaliser
from tests.unit.test_nlu_intents import EXAMPLES

Parse = Callable[[str], Message]


def made(component: type[Any], folder: LocalModelStorage, how: str = "create") -> Any:
    config = {**component.get_default_config(), "threshold": 0.5}
    config["ambiguity_threshold"] = 0.0
    context = ExecutionContext(GraphSchema({}))
    return getattr(component, how)(config, folder, Resource("it"), context)


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    storage = LocalModelStorage(Path(tmp_path_factory.mktemp("model")))
    normaliser = made(TextNormaliser, storage)
    examples = [
        Message.build(text=text, intent=intent)
        for intent, texts in EXAMPLES.items()
        for text in texts
    ]
    data = normaliser.process_training_data(TrainingData(examples))
    made(SentenceIntentClassifier, storage).train(data)
    classifier = made(SentenceIntentClassifier, storage, "load")
    fallback = made(FallbackClassifier, storage)

    def understand(text: str) -> Message:
        messages = normaliser.process([Message(data={"text": text})])
        return fallback.process(classifier.process(messages))[0]

    return understand


def test_a_message_gets_its_intent_and_a_ranking(parse: Parse) -> None:
    message = parse("I have a NEW number!!")
    assert message.get("intent")["name"] == "change_phone_number"
    assert message.get("intent") == message.get("intent_ranking")[0]
    assert len(message.get("intent_ranking")) == len(EXAMPLES)


def test_the_text_of_the_message_stays(parse: Parse) -> None:
    message = parse("Pls change my NUM")
    assert message.get("text") == "Pls change my NUM"
    assert message.get(NORMALISED) == "please change my number"


def test_what_is_far_from_all_is_asked_back_and_keeps_its_ranking(parse: Parse) -> None:
    message = parse("xylophone glacier")
    assert message.get("intent")["name"] == "nlu_fallback"
    assert len(message.get("intent_ranking")) == len(EXAMPLES) + 1


def test_the_second_request_of_a_message_is_an_entity(parse: Parse) -> None:
    text = "The code never came and I want to change my phone number"
    message = parse(text)
    assert message.get("intent")["name"] == "code_not_received"
    assert message.get("entities") == [
        {
            "entity": "also",
            "value": "change_phone_number",
            "start": 0,
            "end": len(text),
            "extractor": "SentenceIntentClassifier",
        }
    ]


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_message_is_asked_back(parse: Parse, text: str) -> None:
    assert parse(text).get("intent")["name"] == "nlu_fallback"


def test_a_model_without_the_component_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="it"):
        made(SentenceIntentClassifier, LocalModelStorage(tmp_path), "load")


@pytest.mark.parametrize("component", [TextNormaliser, SentenceIntentClassifier])
def test_the_training_cache_looks_at_all_sources(component: type[Any]) -> None:
    assert len(component.fingerprint_addon({})) == 64
