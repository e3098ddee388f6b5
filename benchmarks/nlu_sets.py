"""The sentences that understanding is measured with: our own and public ones."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
HELD_OUT = ROOT / "tests" / "nlu"
MAPPING = HELD_OUT / "public.yml"
LANGUAGES = {"en": "own English", "es": "own Spanish"}
SKIP = "skip: "
# What is sent in place of a placeholder, so that it takes the way of a real message.
VALUES = {
    "[phone]": "(202) 555-0143",
    "[email]": "someone@example.com",
    "[code]": "482913",
}


@dataclass(frozen=True)
class Sentence:
    """What a person wrote, what its set calls it, and every intent that is right."""

    text: str
    label: str
    right: tuple[str, ...]


@dataclass(frozen=True)
class SentenceSet:
    """Sentences measured together, and how many of its rows are not and why."""

    name: str
    sentences: tuple[Sentence, ...]
    skipped: Mapping[str, int]


def read_own(language: str, folder: Path = HELD_OUT) -> SentenceSet:
    """The held-out sentences of a language, `intent: [sentences]`."""
    by_intent = yaml.safe_load((folder / f"{language}.yml").read_text("utf-8"))
    sentences = tuple(
        Sentence(text, intent, (intent,))
        for intent, texts in by_intent.items()
        for text in texts
    )
    return SentenceSet(LANGUAGES[language], sentences, {})


def read_mapping(path: Path = MAPPING) -> dict[str, Any]:
    """The mapping table of the public sets: `folder`, then one entry for each set."""
    mapping: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return mapping


def public_folder(mapping: Mapping[str, Any]) -> Path:
    """Where the public sets lie; they are not part of this repository."""
    return ROOT / str(mapping["folder"])


def read_public(mapping: Mapping[str, Any], folder: Path) -> Iterator[SentenceSet]:
    """The public sets whose files are in the folder."""
    for name, table in mapping.items():
        if name != "folder" and (folder / table["file"]).exists():
            yield _read_set(name, table, folder)


def absent_sets(mapping: Mapping[str, Any], folder: Path) -> list[str]:
    """Files of public sets that are not in the folder."""
    files = [table["file"] for name, table in mapping.items() if name != "folder"]
    return [file for file in files if not (folder / file).exists()]


def read_rows(table: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, str]]:
    """Sentence and label of each row of a public set's file."""
    with (folder / table["file"]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield " ".join(row["utterance"].split()), row[table["label"]]


def meaning(table: Mapping[str, Any], text: str, label: str) -> str | list[str]:
    """What a row means here: the first exception found in it, else its label's."""
    for pattern, means in table.get("rows", {}).get(label, {}).items():
        if re.search(pattern, text, re.IGNORECASE):
            return means  # type: ignore[no-any-return]
    return table["means"][label]  # type: ignore[no-any-return]


def spoken(text: str) -> str:
    """The sentence on one line with made-up values in place of placeholders."""
    for placeholder, value in VALUES.items():
        text = text.replace(placeholder, value)
    return " ".join(text.split())


def _read_set(name: str, table: Mapping[str, Any], folder: Path) -> SentenceSet:
    sentences: list[Sentence] = []
    skipped: Counter[str] = Counter()
    for text, label in read_rows(table, folder):
        means = meaning(table, text, label)
        if isinstance(means, str) and means.startswith(SKIP):
            skipped[means.removeprefix(SKIP)] += 1
            continue
        right = (means,) if isinstance(means, str) else tuple(means)
        sentences.append(Sentence(text, label, right))
    return SentenceSet(name, tuple(sentences), skipped)
