"""What is said when who speaks changes: in both languages, one text message each."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.conversations.lines import Line
from bot.handoff.wording import STRINGS_FILE, HandoffWording
from bot.telephony.segments import fold, is_gsm7, segments

# As long as a name can be for a text message; the desk's own are shorter.
NAME, OTHER = "Maria Fernanda de la Cruz", "Bartholomew Featherstone"
ZONE = ZoneInfo("America/New_York")
LATEST = datetime(2030, 9, 30, 14, 30, tzinfo=UTC)


def lines(language: str) -> Iterator[Line]:
    wording = HandoffWording()
    yield wording.queued(language, 100, timedelta(minutes=59))
    yield wording.queued(language, 1, None)
    yield wording.joined(language, NAME)
    yield wording.transferred(language, NAME, OTHER)
    yield wording.returned(language, NAME)
    yield wording.resolved(language, NAME)
    yield wording.unattended(language, wording.when(language, LATEST, ZONE))


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_line_fits_one_text_message(language: str) -> None:
    for line in lines(language):
        options = (f"\n{n} {each.title}" for n, each in enumerate(line.options, 1))
        text = fold(line.text + "".join(options))
        assert is_gsm7(text), text
        assert segments(text) == 1, f"{len(text)}: {text}"


def test_every_text_is_there_in_both_languages_with_the_same_values() -> None:
    strings = yaml.safe_load(STRINGS_FILE.read_text("utf-8"))
    for name, spoken in strings.items():
        assert set(spoken) == {"en", "es"}, name
        values = [sorted(_values(text)) for text in spoken.values()]
        assert values[0] == values[1], name


def test_no_line_is_cheerful_or_empty() -> None:
    for language in ("en", "es"):
        for line in lines(language):
            assert line.text and "!" not in line.text and "{" not in line.text


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "1 minute"), (89, "1 minute"), (91, "2 minutes"), (4 * 3600, "4 hours")],
)
def test_a_wait_is_told_in_whole_minutes_and_never_as_none(
    seconds: int, told: str
) -> None:
    line = HandoffWording().queued("en", 1, timedelta(seconds=seconds))
    assert told in line.text


def test_the_time_is_that_of_the_team_and_says_whose() -> None:
    wording = HandoffWording()
    told = wording.when("en", datetime(2030, 7, 1, 12, tzinfo=UTC), ZONE)
    assert told == "from July 1 at 8:00 AM on (Eastern Time)"
    told = wording.when("es", datetime(2030, 1, 1, 13, tzinfo=UTC), ZONE)
    assert told == "desde el 1 de enero a las 8:00 (hora oriental)"


@pytest.mark.parametrize("name", ["joined", "returned", "resolved"])
def test_a_name_that_looks_like_a_placeholder_is_only_a_name(name: str) -> None:
    say: Callable[[str, str], Line] = getattr(HandoffWording(), name)
    assert "{agent}" in say("en", "{agent}").text


def _values(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
