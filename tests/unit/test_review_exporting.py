"""Labels as training data: valid, nothing twice, nothing personal, nothing learnt."""

import hashlib
import warnings
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.conversations.models import Message
from bot.database import Sessions
from bot.documents import parse
from bot.engine.runtime import prepare
from bot.review.intents import load_intents
from bot.review.models import ReviewLine
from tests.unit.reviewing import Reading, make_reading
from tests.unit.world import CHAT

TAUGHT = """\
version: "3.1"
nlu:
  - intent: lost_phone
    examples: |
      - I lost my phone!
"""
DAY = 24 * 3600


@pytest.fixture
def reading(sessions: Sessions, clock: ManualClock, tmp_path: Path) -> Reading:
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "nlu.en.yml").write_text(TAUGHT)
    return make_reading(sessions, clock, tmp_path)


def label(reading: Reading, text: str, intent: str = "lost_phone") -> None:
    seq = reading.missed(text)
    reading.review.label(reading.who(), CHAT, seq, intent)


def examples(text: str) -> dict[str, list[str]]:
    return {
        item["intent"]: item["examples"].splitlines() for item in parse(text)["nlu"]
    }


def test_labels_are_grouped_by_intent(reading: Reading) -> None:
    label(reading, "it is gone")
    label(reading, "nothing on [phone] yet", "code_not_received")
    label(reading, "my 202 555 0143 vanished")

    exported = reading.exporter.export("en")

    assert exported.count == 3
    assert examples(exported.text) == {
        "code_not_received": ["- nothing on (phone) yet"],
        "lost_phone": ["- it is gone", "- my [phone] vanished"],
    }


def test_rasa_reads_the_file_without_a_warning(reading: Reading) -> None:
    prepare()
    from rasa.shared.nlu.training_data.formats import RasaYAMLReader

    for text in ("it is gone", "042042(greet)", '042042{"entity": "x"}', "- # [x]"):
        label(reading, text)

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        data = RasaYAMLReader().reads(reading.exporter.export("en").text)

    assert data.intents == {"lost_phone"}
    assert data.entities == set()
    assert len(data.intent_examples) == 4


def test_the_file_says_that_a_person_has_to_read_it(reading: Reading) -> None:
    label(reading, "it is gone")

    head = reading.exporter.export("en").text.split("version:")[0]

    assert all(line.startswith("#") for line in head.splitlines())
    assert "1 sentences" in head and "read each one" in head


def test_what_the_training_data_have_is_left_out(reading: Reading) -> None:
    label(reading, "i lost my phone")
    label(reading, "it is gone")
    label(reading, "It is gone!!")

    exported = reading.exporter.export("en")

    assert examples(exported.text) == {"lost_phone": ["- it is gone"]}
    assert "1 that the training data have" in exported.text.replace("\n    # ", " ")


def test_what_was_labelled_in_two_ways_is_left_out(reading: Reading) -> None:
    label(reading, "it is gone")
    label(reading, "it is gone", "out_of_scope")

    exported = reading.exporter.export("en")

    assert exported.count == 0
    assert parse(exported.text)["nlu"] == []


def test_skipped_lines_and_other_languages_are_not_in_it(reading: Reading) -> None:
    label(reading, "it is gone", "skip")
    label(reading, "gone for good")

    assert reading.exporter.export("es").count == 0
    assert reading.exporter.export("en").count == 1


def test_what_still_looks_personal_is_refused(reading: Reading) -> None:
    label(reading, "it is gone")
    with reading.office.desk.sessions.begin() as session:
        session.query(ReviewLine).update({"text": "write to maria@example.com"})

    exported = reading.exporter.export("en")

    assert exported.count == 0
    assert "maria" not in exported.text
    assert "1 that still look personal" in exported.text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("- 042042 (wrong) it says", "[code] (wrong) it says"),
        ("042042(greet)", "[code] (greet)"),
        ('042042{"entity": "x"}', '[code] {"entity": "x"}'),
        ("one\n\n- two: three", "one - two: three"),
        ("# none: of | this > breaks", "# none: of | this > breaks"),
    ],
)
def test_no_sentence_is_more_than_a_sentence(
    reading: Reading, typed: str, written: str
) -> None:
    label(reading, typed)

    exported = reading.exporter.export("en")

    assert examples(exported.text) == {"lost_phone": [f"- {written}"]}


def test_only_the_last_days_are_exported_when_asked(reading: Reading) -> None:
    label(reading, "it is gone")
    reading.office.desk.clock.move(8 * DAY)
    label(reading, "gone for good")

    assert reading.exporter.export("en", days=7).count == 1
    assert reading.exporter.export("en").count == 2


def test_a_label_outlives_the_words_of_the_log(reading: Reading) -> None:
    label(reading, "it is gone")
    with reading.office.desk.sessions.begin() as session:
        session.query(Message).update({"text": ""})

    assert reading.exporter.export("en").count == 1


def fingerprint(*folders: str) -> str:
    files = [
        file
        for folder in folders
        for file in sorted(Path(folder).rglob("*"))
        if file.is_file()
    ]
    assert files
    return hashlib.sha256(b"".join(map(Path.read_bytes, files))).hexdigest()


def test_nothing_learns_from_a_label_by_itself(
    sessions: Sessions, clock: ManualClock
) -> None:
    before = fingerprint("data", "models")
    reading = make_reading(sessions, clock, Path("data"))
    label(reading, "it went and never came back to me")
    sam = reading.who("Sam", "supervisor")

    assert reading.review.export(sam, "en").count == 1

    assert fingerprint("data", "models") == before


def test_every_intent_of_the_domain_can_be_chosen() -> None:
    intents = load_intents()

    assert {"lost_phone", "out_of_scope", "talk_to_human"} <= set(intents)
    assert len(intents) == len(set(intents))
