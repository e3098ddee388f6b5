"""The held-out sentences and the mapping of public sets keep their promises."""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.nlu_sets import (
    ROOT,
    SKIP,
    absent_sets,
    public_folder,
    read_mapping,
    read_own,
    read_rows,
    spoken,
)
from bot.conversations.cleaning import clean
from bot.privacy.masking import mask

FEWEST = 10
BULLET = re.compile(r"^\s*-\s+")
MAPPING = read_mapping()
FOLDER = public_folder(MAPPING)
TABLES = {name: table for name, table in MAPPING.items() if name != "folder"}

in_each_language = pytest.mark.parametrize("language", ["en", "es"])
for_each_set = pytest.mark.parametrize("name", TABLES)


def intents() -> set[str]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    return set(domain["intents"])


def plain(text: str) -> str:
    """Without case, accents, punctuation and spacing."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in letters if letter.isalnum())


def training_sentences() -> set[str]:
    files = (ROOT / "data").glob("**/nlu.*.yml")
    items = (item for file in files for item in _items(file))
    return {
        plain(BULLET.sub("", line))
        for item in items
        for line in item["examples"].splitlines()
    }


def _items(file: Path) -> list[dict[str, str]]:
    items: list[dict[str, str]] = yaml.safe_load(file.read_text("utf-8"))["nlu"]
    return items


@in_each_language
def test_every_intent_has_held_out_sentences(language: str) -> None:
    counts = Counter(sentence.label for sentence in read_own(language).sentences)
    assert {name: counts[name] for name in intents() if counts[name] < FEWEST} == {}


@in_each_language
def test_held_out_sentences_are_of_intents_that_exist(language: str) -> None:
    labels = {sentence.label for sentence in read_own(language).sentences}
    assert labels <= intents()


@in_each_language
def test_no_held_out_sentence_stands_twice(language: str) -> None:
    counts = Counter(plain(one.text) for one in read_own(language).sentences)
    assert [text for text, times in counts.items() if times > 1] == []


@in_each_language
def test_no_held_out_sentence_is_trained_on(language: str) -> None:
    held_out = {plain(one.text) for one in read_own(language).sentences}
    trained = training_sentences()
    assert trained
    assert sorted(held_out & trained) == []


@in_each_language
def test_held_out_sentences_arrive_masked_as_they_are_written(language: str) -> None:
    texts = [one.text for one in read_own(language).sentences]
    arrived = {text: arrive(text) for text in texts}
    assert {text: got for text, got in arrived.items() if got != text} == {}


def arrive(text: str) -> str:
    sent = spoken(text)
    return mask(clean(sent, limit=len(sent)), region="US").text


def meanings(table: dict[str, Any]) -> list[Any]:
    exceptions = (
        row for rows in table.get("rows", {}).values() for row in rows.values()
    )
    return [*table["means"].values(), *exceptions]


@for_each_set
def test_public_labels_mean_intents_that_exist(name: str) -> None:
    named = {
        intent
        for means in meanings(TABLES[name])
        for intent in (means if isinstance(means, list) else [means])
        if not intent.startswith(SKIP)
    }
    assert named <= intents()


@for_each_set
def test_every_public_label_has_a_meaning(name: str) -> None:
    require(name)
    labels = {label for _, label in read_rows(TABLES[name], FOLDER)}
    assert labels - set(TABLES[name]["means"]) == set()


@for_each_set
def test_every_exception_is_found_in_a_row(name: str) -> None:
    require(name)
    rows = list(read_rows(TABLES[name], FOLDER))
    unused = [
        (label, pattern)
        for label, exceptions in TABLES[name].get("rows", {}).items()
        for pattern in exceptions
        if not any(
            theirs == label and re.search(pattern, text, re.IGNORECASE)
            for text, theirs in rows
        )
    ]
    assert unused == []


def require(name: str) -> None:
    """Skip the test when the set's file is not there."""
    if TABLES[name]["file"] in absent_sets(MAPPING, FOLDER):
        pytest.skip(f"{TABLES[name]['file']} is not in {MAPPING['folder']}")
