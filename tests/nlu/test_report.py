"""The figures on understanding, with predictions whose answers are known."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.nlu import MeasurementFailed, ask_bot, main, measure
from benchmarks.nlu_answers import Prediction
from benchmarks.nlu_report import summarize, write_markdown
from benchmarks.nlu_scores import Scores, Share, score
from benchmarks.nlu_sets import Sentence, SentenceSet, read_own, read_public, spoken


def said(right: str | tuple[str, ...], text: str = "hm") -> Sentence:
    intents = (right,) if isinstance(right, str) else right
    return Sentence(text, intents[0], intents)


def taken(intent: str, first: str | None = None) -> Prediction:
    return Prediction(intent, 0.5, first or intent)


def score_pairs(*pairs: tuple[Sentence, Prediction]) -> Scores:
    return score([sentence for sentence, _ in pairs], [answer for _, answer in pairs])


def count(share: Share | None) -> tuple[int, int]:
    assert share is not None
    return share.count, share.n


def test_asking_back_is_wrong_for_a_sentence_in_scope() -> None:
    scores = score_pairs((said("greet"), taken("nlu_fallback", first="greet")))
    assert count(scores.accuracy) == (0, 1)


def test_asking_back_is_right_for_a_sentence_out_of_scope() -> None:
    scores = score_pairs((said("out_of_scope"), taken("nlu_fallback", first="greet")))
    assert count(scores.accuracy) == (1, 1)


def test_the_first_of_the_ranking_counts_before_the_fallback() -> None:
    scores = score_pairs(
        (said("greet"), taken("nlu_fallback", first="greet")),
        (said("out_of_scope"), taken("nlu_fallback", first="greet")),
    )
    assert count(scores.without_fallback) == (1, 2)


def test_any_of_several_right_intents_is_right() -> None:
    both = said(("lost_phone", "recover_account"))
    scores = score_pairs((both, taken("recover_account")), (both, taken("greet")))
    assert count(scores.accuracy) == (1, 2)


def test_sentences_with_several_right_intents_are_left_out_of_one_right() -> None:
    both = said(("lost_phone", "recover_account"))
    scores = score_pairs((both, taken("lost_phone")), (said("deny"), taken("affirm")))
    assert count(scores.one_right) == (0, 1)


def test_precision_and_recall_of_an_intent() -> None:
    scores = score_pairs(
        (said("greet"), taken("greet")),
        (said("greet"), taken("thank")),
        (said("thank"), taken("thank")),
        (said("thank"), taken("thank")),
    )
    greet, thank = scores.intents
    assert (greet.precision, greet.recall, greet.n) == (1.0, 0.5, 2)
    assert (thank.precision, thank.recall) == pytest.approx((2 / 3, 1.0))


def test_macro_f1_is_the_mean_over_the_intents_of_the_set() -> None:
    scores = score_pairs(
        (said("greet"), taken("greet")),
        (said("greet"), taken("goodbye")),
        (said("thank"), taken("thank")),
    )
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1) / 2)


def test_the_interval_is_the_wilson_interval() -> None:
    share = Share.of([True] * 8 + [False] * 2)
    assert share is not None
    interval = (share.value, share.low, share.high)
    assert interval == pytest.approx((0.8, 0.4902, 0.9433), abs=5e-5)


def test_a_share_of_nothing_is_none() -> None:
    assert Share.of([]) is None


def test_out_of_scope_recall_counts_turning_away_and_asking_back() -> None:
    scores = score_pairs(
        (said("out_of_scope"), taken("out_of_scope")),
        (said("out_of_scope"), taken("nlu_fallback")),
        (said("out_of_scope"), taken("greet")),
        (said("greet"), taken("out_of_scope")),
    )
    assert count(scores.out_of_scope_recall) == (2, 3)


def test_false_refusals_are_sentences_in_scope_turned_away_or_asked_back() -> None:
    scores = score_pairs(
        (said("greet"), taken("out_of_scope")),
        (said("greet"), taken("nlu_fallback")),
        (said("greet"), taken("thank")),
        (said("out_of_scope"), taken("out_of_scope")),
    )
    assert count(scores.false_refusals) == (2, 3)


def test_a_sentence_that_may_be_turned_away_is_neither_recall_nor_refusal() -> None:
    scores = score_pairs((said(("lost_phone", "out_of_scope")), taken("out_of_scope")))
    assert (scores.out_of_scope_recall, scores.false_refusals) == (None, None)


def test_confusions_come_with_the_most_frequent_first() -> None:
    scores = score_pairs(
        (said("deny", "nah"), taken("cancel")),
        (said("greet", "yo"), taken("nlu_fallback")),
        (said("greet", "hey"), taken("nlu_fallback")),
    )
    first = scores.confusions[0]
    assert (first.right, first.taken_for) == ("greet", "nlu_fallback")
    assert first.sentences == ("yo", "hey")


def test_every_miss_is_listed_and_nothing_else() -> None:
    scores = score_pairs(
        (said("greet", "yo"), taken("thank")), (said("deny", "nah"), taken("deny"))
    )
    assert [(miss.text, miss.intent) for miss in scores.misses] == [("yo", "thank")]


def test_accuracy_is_given_by_the_labels_of_a_public_set() -> None:
    scores = score_pairs(
        (Sentence("a", "oos", ("out_of_scope",)), taken("greet")),
        (Sentence("b", "oos", ("out_of_scope",)), taken("out_of_scope")),
    )
    assert count(scores.labels["oos"]) == (1, 2)


def test_the_fallback_is_never_the_first_of_a_ranking() -> None:
    ranking = [
        {"name": "nlu_fallback", "confidence": 0.7},
        {"name": "greet", "confidence": 0.3},
    ]
    line = {"intent": "nlu_fallback", "confidence": 0.7, "ranking": ranking}
    assert Prediction.from_json(json.dumps(line)).first == "greet"


def answer_by_length(texts: Sequence[str]) -> list[Prediction]:
    return [taken("greet" if len(text) < 5 else "thank") for text in texts]


def test_each_distinct_sentence_is_asked_once() -> None:
    asked: list[str] = []

    def predict(texts: Sequence[str]) -> list[Prediction]:
        asked.extend(texts)
        return answer_by_length(texts)

    first = SentenceSet("a", (said("greet", "hi"), said("thank", "cheers")), {})
    second = SentenceSet("b", (said("greet", "hi"),), {})
    results = measure([first, second], predict)
    assert asked == ["hi", "cheers"]
    assert [count(results[name].accuracy) for name in "ab"] == [(2, 2), (1, 1)]


def test_too_few_predictions_are_refused() -> None:
    one = SentenceSet("a", (said("greet", "hi"), said("greet", "yo")), {})
    with pytest.raises(MeasurementFailed, match="2 sentences, but 1 predictions"):
        measure([one], lambda texts: answer_by_length(texts[:1]))


def test_a_bot_that_fails_is_reported_with_its_reason() -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('no model')")
    with pytest.raises(MeasurementFailed, match="no model"):
        ask_bot(["hi"], command=command)


def test_placeholders_are_sent_as_values() -> None:
    assert spoken("it's [code]\nor [email]") == "it's 482913 or someone@example.com"


def test_a_goal_that_is_missed_is_named() -> None:
    results = {"own English": score_pairs((said("greet"), taken("thank")))}
    assert "goal ≥ 93% NOT met" in summarize(results, [])


def test_a_goal_that_is_met_is_named() -> None:
    results = {"own Spanish": score_pairs((said("greet"), taken("greet")))}
    assert "goal ≥ 90% met" in write_markdown(results, [])


def test_a_sentence_with_a_bar_does_not_break_the_table() -> None:
    results = {"x": score_pairs((said("greet", "a|b"), taken("thank")))}
    assert "| a\\|b | greet | thank |" in write_markdown(results, [])


@pytest.fixture
def table(tmp_path: Path) -> dict[str, object]:
    rows = ["utterance\tlabel", "bye now\tend", "so long!\tend", "la la\tsong"]
    (tmp_path / "set.tsv").write_text("\n".join(rows), "utf-8")
    return {
        "file": "set.tsv",
        "label": "label",
        "means": {"end": "goodbye", "song": "skip: singing"},
        "rows": {"end": {"SO LONG": ["goodbye", "thank"]}},
    }


def test_a_public_row_means_its_exception_or_else_its_label(
    table: dict[str, object], tmp_path: Path
) -> None:
    (one,) = read_public({"folder": "x", "demo": table}, tmp_path)
    rights = [sentence.right for sentence in one.sentences]
    assert rights == [("goodbye",), ("goodbye", "thank")]


def test_a_skipped_public_row_is_counted_with_its_reason(
    table: dict[str, object], tmp_path: Path
) -> None:
    (one,) = read_public({"folder": "x", "demo": table}, tmp_path)
    assert one.skipped == {"singing": 1}


def measure_from_file(tmp_path: Path) -> int:
    """Let the English be understood and everything else be asked back."""
    english = {spoken(one.text): one.label for one in read_own("en").sentences}
    spanish = [spoken(one.text) for one in read_own("es").sentences]
    intents = [english.get(text, "nlu_fallback") for text in [*english, *spanish]]
    texts = dict.fromkeys([*english, *spanish])
    lines = [
        json.dumps({"text": text, "intent": intent, "confidence": 1.0, "ranking": []})
        for text, intent in dict(
            zip([*english, *spanish], intents, strict=True)
        ).items()
    ]
    assert len(lines) == len(texts)
    (tmp_path / "answers.jsonl").write_text("\n".join(lines), "utf-8")
    options = {"predictions": "answers.jsonl", "public": "absent", "reports": "reports"}
    pairs = ((f"--{name}", str(tmp_path / value)) for name, value in options.items())
    return main([word for pair in pairs for word in pair])


def test_predictions_from_a_file_become_both_reports(tmp_path: Path) -> None:
    assert measure_from_file(tmp_path) == 0
    figures = json.loads((tmp_path / "reports" / "nlu.json").read_text("utf-8"))
    assert figures["sets"]["own English"]["accuracy"]["value"] == 1.0
    assert "## own Spanish" in (tmp_path / "reports" / "nlu.md").read_text("utf-8")


def test_absent_public_sets_are_skipped_and_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_from_file(tmp_path)
    assert "clinc150_related.tsv is absent, skipped" in capsys.readouterr().out
