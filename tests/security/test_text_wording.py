"""S24: every text is short, plain and warns; STOP, HELP and START are the carrier's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.brand import load_brand
from bot.clock import ManualClock
from bot.telephony.segments import is_gsm7, segments
from bot.telephony.wording import Wording
from bot.texting.keywords import refuses_texts
from tests.contract import dialogue
from tests.contract.test_sms_wording import INVITES, MOST_SEGMENTS, as_text, by_sms
from tests.security.goals import Goal
from tests.unit.serving import stand_up
from tests.unit.test_telephony_wording import LANGUAGES, SMS, VALUES
from tests.unit.test_texting_keywords import REFUSALS
from tests.unit.texting import Phone

LINK = re.compile(r"https?://|www\.")
WARNS = {"en": "Don't share it", "es": "No la comparta"}
EXPIRES = {"en": "expires in 10 minutes", "es": "Vence en 10 minutos"}
# All that Twilio answers by itself, and refuses or allows texts for.
WORDS = (
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("START", "YES", "UNSTOP", "HELP", "INFO"),
)
LEAST_NOTICED = 98


def texts() -> Iterator[tuple[str, str]]:
    """Every text that can leave, with its place: of the dialogue and of ourselves."""
    wording = Wording(load_brand())
    for name in dialogue.responses():
        for language, variation in by_sms(name):
            yield f"{name} in {language}", as_text(variation, language)
    for name in SMS:
        for language in LANGUAGES:
            yield f"{name} in {language}", wording.text(name, language, **VALUES)


def test_every_text_is_short_plain_and_invites_no_reserved_word(goal: Goal) -> None:
    told = dict(texts())
    faults = {
        "UCS-2": [place for place, text in told.items() if not is_gsm7(text)],
        "long": [
            place for place, text in told.items() if segments(text) > MOST_SEGMENTS
        ],
        "inviting": [place for place, text in told.items() if INVITES.search(text)],
    }
    assert faults == {"UCS-2": [], "long": [], "inviting": []}
    goal("S24", f"{len(told)} texts: 0 UCS-2, 0 over two segments, 0 inviting")


def test_a_text_with_a_code_warns_says_when_it_ends_and_has_no_link(goal: Goal) -> None:
    wording = Wording(load_brand())
    sent = {
        (name, each): wording.text(name, each, **VALUES)
        for name in SMS
        for each in LANGUAGES
    }
    codes = {place: text for place, text in sent.items() if VALUES["code"] in text}
    for (_, language), text in codes.items():
        assert WARNS[language] in text and EXPIRES[language] in text
        assert not LINK.search(text)
    assert len(codes) >= 2
    goal("S24", f"{len(codes)} of {len(codes)} texts with a code warn, without a link")


async def test_what_the_carrier_answers_is_answered_once(
    tmp_path: Path, goal: Goal
) -> None:
    async with stand_up(tmp_path, ManualClock()) as stand:
        phone = Phone(stand)
        answers = [
            answer
            for word in WORDS
            for spelt in (word, word.lower(), f" {word.title()} \n")
            for answer in await phone.say(spelt)
        ]
        assert answers == []
        assert stand.engine.heard == []
        # The last of them allowed texts again; whoever says more is answered.
        await phone.say("START")
        assert await phone.say("hello") == ["echo: hello"]
    goal("S24", f"0 double replies to {len(WORDS)} reserved words in 3 spellings")


def test_refusals_in_other_words_are_noticed(goal: Goal) -> None:
    said = [each for group in REFUSALS.values() for each in group]
    noticed = sum(map(refuses_texts, said))
    assert len(said) == 100
    assert noticed >= LEAST_NOTICED
    goal("S24", f"{noticed} of {len(said)} refusals in other words are noticed")


@pytest.mark.parametrize("text", ["Reply STOP", "visit https://example.com"])
def test_a_faulty_text_is_noticed(text: str) -> None:
    assert INVITES.search(text) or LINK.search(text)
