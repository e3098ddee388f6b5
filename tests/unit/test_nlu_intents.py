"""Learning intents: the same data, the same model; a ranking that can be gone by."""

from pathlib import Path

import numpy as np
import pytest

from bot.engine.nlu.encoder import load_encoder
from bot.engine.nlu.intents import IntentModel
from bot.engine.nlu.learning import learn_intents
from bot.engine.nlu.storage import NAMES, NUMBERS, load, save

EXAMPLES = {
    "change_phone_number": [
        "i have a new number",
        "change my phone number",
        "replace my old number with a new one",
        "tengo un número nuevo",
        "quiero cambiar mi número",
        "my number changed",
    ],
    "code_not_received": [
        "the code never came",
        "i did not get the text",
        "no code arrived",
        "no me llega el código",
        "el mensaje no llegó",
        "still waiting for the code",
    ],
    "talk_to_human": [
        "let me talk to a person",
        "agent please",
        "i want a human",
        "quiero hablar con una persona",
        "un agente por favor",
        "connect me to someone",
    ],
    "out_of_scope": [
        "what is the weather",
        "tell me a joke",
        "order a pizza",
        "cuéntame un chiste",
        "qué tiempo hace",
        "who won the game",
    ],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
INTENTS = [intent for intent, texts in EXAMPLES.items() for _ in texts]


def learnt() -> IntentModel:
    return learn_intents(TEXTS, INTENTS, load_encoder())


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return learnt()


def ranking(model: IntentModel, text: str, length: int = 5) -> list[tuple[str, float]]:
    return model.read(text, load_encoder(), length=length).ranking


def test_the_same_data_gives_the_same_model_to_the_bit(
    model: IntentModel, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, each in ((first, model), (second, learnt())):
        folder.mkdir()
        save(each, folder)
    assert (first / NAMES).read_bytes() == (second / NAMES).read_bytes()
    with np.load(first / NUMBERS) as one, np.load(second / NUMBERS) as other:
        assert one.files == other.files
        for name in one.files:
            assert np.array_equal(one[name], other[name]), name


def test_a_stored_model_ranks_as_the_learnt_one(
    model: IntentModel, tmp_path: Path
) -> None:
    save(model, tmp_path)
    for text in ("my new number", "where is my code", "pizza"):
        assert ranking(load(tmp_path), text) == ranking(model, text)


def test_a_stored_model_is_arrays_and_text_that_cannot_run(
    model: IntentModel, tmp_path: Path
) -> None:
    save(model, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAMES, NUMBERS]
    with np.load(tmp_path / NUMBERS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} == {"f"}


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i changed my number", "change_phone_number"),
        ("i never received a code", "code_not_received"),
        ("i chnage my phnoe numbr", "change_phone_number"),
        ("necesito hablar con alguien", "talk_to_human"),
    ],
)
def test_unseen_phrasings_are_understood(
    model: IntentModel, text: str, intent: str
) -> None:
    assert ranking(model, text)[0][0] == intent


def test_confidences_fall_and_do_not_add_up_to_more_than_one(
    model: IntentModel,
) -> None:
    for text in (*TEXTS, "", "zzz", "something quite different"):
        shares = [share for _, share in ranking(model, text)]
        assert shares == sorted(shares, reverse=True)
        assert 0 <= sum(shares) <= 1 + 1e-6


def test_a_ranking_is_as_long_as_asked(model: IntentModel) -> None:
    assert len(ranking(model, "hello", length=2)) == 2


def test_a_known_sentence_is_surer_than_one_that_is_far_from_all(
    model: IntentModel,
) -> None:
    known, far = (
        ranking(model, TEXTS[0])[0][1],
        ranking(model, "xylophone glacier")[0][1],
    )
    assert known > 0.9
    assert far < 0.5
