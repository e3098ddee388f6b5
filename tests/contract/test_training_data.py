"""Rasa's own checks of the training data; their warnings are read, not trusted."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TASK_SENTENCES = 25
SMALLTALK_SENTENCES = 15
RASA = Path(sys.executable).with_name("rasa")
# The validator sees rules, not Python: that every response is spoken somewhere is
# what tests/contract/test_dialogue.py checks.
SPOKEN_BY_ACTIONS = re.compile(r"The utterance 'utter_\w+' is not used in any story")


def sentences(language: str) -> dict[str, list[str]]:
    """Training sentences by intent."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path("data").glob(f"*/nlu.{language}.yml")):
        for item in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = item["examples"].splitlines()
            found.setdefault(item["intent"], []).extend(
                line.removeprefix("- ").strip() for line in lines if line.strip()
            )
    return found


@pytest.fixture(scope="module")
def report() -> str:
    """What `rasa data validate` prints."""
    done = subprocess.run(
        [RASA, "data", "validate", "--fail-on-warnings"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_rasa_finds_nothing_to_warn_of(report: str) -> None:
    warned = [
        line
        for line in report.splitlines()
        if "Warning" in line and not SPOKEN_BY_ACTIONS.search(line)
    ]
    assert warned == []


def test_rasa_finds_no_conflict_between_rules(report: str) -> None:
    assert "No story structure conflicts found" in report


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_intent_has_enough_sentences(language: str) -> None:
    smalltalk = yaml.safe_load(Path(f"data/smalltalk/nlu.{language}.yml").read_text())
    easy = {item["intent"] for item in smalltalk["nlu"]}
    few = {
        intent: len(lines)
        for intent, lines in sentences(language).items()
        if len(lines) < (SMALLTALK_SENTENCES if intent in easy else TASK_SENTENCES)
    }
    assert few == {}


def test_no_sentence_teaches_two_intents() -> None:
    taught: dict[str, set[str]] = {}
    for language in ("en", "es"):
        for intent, lines in sentences(language).items():
            for line in lines:
                taught.setdefault(line.lower(), set()).add(intent)
    assert {line: by for line, by in taught.items() if len(by) > 1} == {}
