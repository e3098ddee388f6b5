"""The trained model understands held-out sentences at least this well."""

from collections.abc import Mapping

import pytest

from benchmarks.nlu import ask_bot, measure
from benchmarks.nlu_scores import Scores, Share
from benchmarks.nlu_sets import read_own

# A little under what was measured: a change that costs understanding shows here.
LEAST_RIGHT = {"own English": 0.92, "own Spanish": 0.89}
LEAST_TURNED_AWAY = 0.80
MOST_REFUSED = 0.06
LEAST_OF_ONE_INTENT = 0.6


@pytest.fixture(scope="module")
def results() -> Mapping[str, Scores]:
    """Scores of both held-out sets by the model in `models/`."""
    return measure([read_own("en"), read_own("es")], ask_bot)


def value(share: Share | None) -> float:
    """The figure of a share; held-out sets have sentences of every kind."""
    assert share is not None
    return share.value


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_held_out_sentences_are_understood(
    results: Mapping[str, Scores], name: str
) -> None:
    assert value(results[name].accuracy) >= LEAST_RIGHT[name]


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_what_is_out_of_scope_is_turned_away(
    results: Mapping[str, Scores], name: str
) -> None:
    assert value(results[name].out_of_scope_recall) >= LEAST_TURNED_AWAY


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_few_are_refused_wrongly(results: Mapping[str, Scores], name: str) -> None:
    assert value(results[name].false_refusals) <= MOST_REFUSED


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_no_intent_is_left_behind(results: Mapping[str, Scores], name: str) -> None:
    weak = {
        intent.intent: intent.f1
        for intent in results[name].intents
        if intent.f1 < LEAST_OF_ONE_INTENT
    }
    assert weak == {}
